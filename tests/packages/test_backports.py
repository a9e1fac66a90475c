# SPDX-License-Identifier: GPL-3.0-or-later
"""The step to the Samba of Debian's backports, and back."""

import re
import subprocess

import pytest

from server import OURS, STOCK, Server, sessions
from tree import RELEASES

SERIES = {"bookworm": ("4.17", "4.22"), "trixie": ("4.22", "4.24")}


def add_backports(server):
    """Do what Debian's page on backports says."""
    name = f"{server.release}-backports"
    server.run(f"echo 'deb http://deb.debian.org/debian {name} main' "
               ">/etc/apt/sources.list.d/backports.list")
    server.apt("update")
    return name


def upgrade(server):
    server.apt(f"--with-new-pkgs -t {add_backports(server)} upgrade")
    server.restart_smbd()


def downgrade(server):
    """Leave the backports, and take everything from the release again.

    smbcontrol is in another package there, and dpkg loses it on the way.
    """
    server.stop_smbd()
    server.run("rm /etc/apt/sources.list.d/backports.list && "
               "printf '%s\\n' 'Package: *' 'Pin: release o=Debian' "
               "'Pin-Priority: 1001' >/etc/apt/preferences.d/release")
    server.apt("update")
    server.apt("dist-upgrade")
    server.apt("install --reinstall samba samba-common-bin")
    server.start_smbd()


def serves_with(server, series):
    """The plugin serves this Samba, with the module for it."""
    assert server.version_of_samba().startswith(f"2:{series}.")
    assert server.answer() == OURS
    assert server.lists_shares()
    assert re.match(rf"active\n(.*\n)+Module: .*/{series}/sessiondel\.so\n",
                    server.output("sessiondel-ctl status"))
    with sessions(server, 2) as clients:
        assert server.close("alice")
        assert not any(client.lists() for client in clients)
    return True


@pytest.mark.parametrize("release", RELEASES)
def test_package_has_both_modules(deb, release):
    contents = output_of("dpkg-deb", "--contents", deb(release))
    assert tuple(sorted(re.findall(
        r"/samba-sessiondel/([0-9.]+)/sessiondel\.so$", contents, re.M))) == (
            SERIES[release])
    needed = output_of("dpkg-deb", "--field", deb(release), "Depends")
    assert re.findall(r"\bsamba \(.*?\)", needed) == [
        f"samba (>= 2:{SERIES[release][0]}~)"]


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def test_to_backports_and_back(installed):
    release, backports = SERIES[installed.release]
    assert serves_with(installed, release)
    upgrade(installed)
    assert serves_with(installed, backports)
    downgrade(installed)
    assert serves_with(installed, release)
    installed.apt("purge samba-sessiondel")
    assert installed.answer() == STOCK
    assert not installed.output("dpkg --verify samba samba-common-bin")


def test_installed_with_backports(server, deb):
    upgrade(server)
    assert server.answer() == STOCK
    server.install(deb(server.release))
    assert serves_with(server, SERIES[server.release][1])


def test_smbsession_with_backports(deb):
    """Debian 13's backports have the libraries that it is linked to."""
    with Server("trixie") as server:
        server.serve()
        server.install(*(package for package in deb("trixie").parent.glob(
            "*_[0-9]*.deb") if not re.search("-dbgsym|-dev", package.name)))
        upgrade(server)
        assert '"level": 502' in server.output("smbsession list --json")
        with sessions(server, 2) as clients:
            server.run("smbsession close --user alice --yes")
            assert not any(client.lists() for client in clients)
