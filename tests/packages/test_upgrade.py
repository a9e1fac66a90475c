# SPDX-License-Identifier: GPL-3.0-or-later
"""Samba's upgrades never wait for the plugin or break because of it."""

import re

import pytest

from server import OURS, STOCK, Server

# Samba on Debian 12: a security update (in the main archive), and the version
# before (still in bookworm-updates).
OLD = "2:4.17.12+dfsg-0+deb12u2"
NEW = "2:4.17.12+dfsg-0+deb12u4"
LIBRARY = "/usr/lib/x86_64-linux-gnu/samba-sessiondel"


def pin(version):
    """Make apt use one version of all packages from Samba's source."""
    lines = ("Package: src:samba",
             "Pin: version *" + version.partition("-")[2],
             "Pin-Priority: 1001")
    return ("printf '%s\\n' " + " ".join(f"'{line}'" for line in lines)
            + " >/etc/apt/preferences.d/samba")


@pytest.fixture(name="old")
def _old():
    with Server("bookworm", before=pin(OLD)) as server:
        server.serve()
        assert server.version_of_samba() == OLD
        yield server


def move_to(server, version):
    """Do what an admin does to install a security update, or to undo it."""
    server.run(pin(version))
    server.apt("upgrade")
    assert server.version_of_samba() == version
    server.restart_smbd()


def test_security_update_and_back(old, deb):
    old.install(deb("bookworm"))
    assert old.answer() == OURS
    module = old.output(f"sha256sum {LIBRARY}/4.17/sessiondel.so")
    for version in (NEW, OLD):
        move_to(old, version)
        assert old.answer() == OURS
        assert old.lists_shares()
        old.run("sessiondel-ctl status")
    assert old.output(f"sha256sum {LIBRARY}/4.17/sessiondel.so") == module


def test_module_built_before_a_security_update(old):
    """It is built with the headers of one version, and loaded in the next."""
    package = old.build_package()
    assert old.version_of_samba() == OLD
    old.apt(f"install {package}")
    assert old.answer() == OURS
    module = old.output(f"sha256sum {LIBRARY}/4.17/sessiondel.so")
    move_to(old, NEW)
    assert old.answer() == OURS
    assert old.output(f"sha256sum {LIBRARY}/4.17/sessiondel.so") == module


def to_debian_13(server):
    """Install Samba of the next release, with the packages that it needs."""
    sources = server.root / "etc/apt/sources.list"
    sources.write_text(sources.read_text()
                       + sources.read_text().replace("bookworm", "trixie"))
    server.apt("update")
    server.apt("install --target-release=trixie samba samba-common-bin "
               "smbclient")
    server.restart_smbd()
    assert re.match("samba\t2:4\\.22\\.", server.output(
        "dpkg-query --show samba"))


@pytest.fixture(name="on_12")
def _on_12(deb):
    with Server("bookworm") as server:
        server.serve()
        server.install(deb("bookworm"))
        assert server.answer() == OURS
        yield server


def test_next_series_serves_without_the_module(on_12, deb):
    on_12.run(f"rm -r {LIBRARY}/4.22")
    to_debian_13(on_12)
    assert on_12.answer() == STOCK
    assert on_12.lists_shares()
    status = on_12.run("sessiondel-ctl status", check=False)
    assert status.returncode == 4
    assert re.match(r"stock serves \(.*: built for another Samba series\)\n",
                    status.stdout)
    assert "stock Samba serves" in on_12.output("cat /var/log/samba/log.*")
    on_12.install(deb("trixie"))
    assert on_12.answer() == OURS
    on_12.apt("remove samba-sessiondel")
    assert on_12.answer() == STOCK
    assert not on_12.diversions()


def test_package_of_debian_12_serves_on_13(on_12):
    """It has the module of its backports, which is for the same series."""
    to_debian_13(on_12)
    assert on_12.answer() == OURS
    assert f"\nModule:   {LIBRARY}/4.22/sessiondel.so\n" in on_12.output(
        "sessiondel-ctl status")
