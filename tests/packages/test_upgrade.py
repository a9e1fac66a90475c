# SPDX-License-Identifier: GPL-3.0-or-later
"""Samba's upgrades never wait for the plugin, nor break on it."""

import re
import subprocess

import pytest

from server import OURS, STOCK, Server
from tree import PACKAGING

# Samba's packages on Debian 12: the one before the last security update.
OLD = "2:4.17.12+dfsg-0+deb12u2"
NEW = "2:4.17.12+dfsg-0+deb12u4"
LIBRARY = "/usr/lib/x86_64-linux-gnu/samba-sessiondel"


def pinned(version):
    """Samba's packages in that version, with what they need of it."""
    return " ".join(f"{name}={version}" for name in (
        "samba", "samba-common", "samba-common-bin", "samba-libs",
        "smbclient", "libsmbclient", "libwbclient0", "python3-samba")) + (
            f" libldb2=2:2.6.2+samba{version[2:]}"
            f" python3-ldb=2:2.6.2+samba{version[2:]} iproute2")


@pytest.fixture(name="old")
def _old():
    with Server("bookworm", pinned(OLD)) as server:
        server.serve()
        yield server


def restart(server):
    """What an upgrade of Samba does to its services."""
    server.stop_smbd()
    server.start_smbd()


def test_security_update_and_back(old, deb):
    old.install(deb("bookworm"))
    assert old.answer() == OURS
    module = old.output(f"sha256sum {LIBRARY}/4.17/sessiondel.so")
    for version in (NEW, OLD):
        old.apt(f"install {pinned(version)}")
        restart(old)
        assert f" {version}" in old.output("dpkg-query --show samba | "
                                           "tr '\\t' ' '")
        assert old.answer() == OURS
        assert old.lists_shares()
        old.run("sessiondel-ctl status")
    assert old.output(f"sha256sum {LIBRARY}/4.17/sessiondel.so") == module


def test_module_built_before_a_security_update(old):
    """Built with the headers of that very version, and loaded in the next."""
    subprocess.run([PACKAGING / "copy-source", old.root / "root/source"],
                   check=True)
    old.fetch("/root/source/waf deb")
    assert old.output("dpkg-query --show samba").endswith(f"{OLD}\n")
    old.apt("install " + old.output(
        "echo /root/source/bin/deb/samba-sessiondel_*.deb"))
    assert old.answer() == OURS
    old.apt(f"install {pinned(NEW)}")
    restart(old)
    assert old.answer() == OURS


def to_debian_13(server):
    """Samba of the next release, and of the rest what it needs."""
    sources = server.root / "etc/apt/sources.list"
    sources.write_text(sources.read_text()
                       + sources.read_text().replace("bookworm", "trixie"))
    server.apt("update")
    server.apt("install --target-release=trixie samba samba-common-bin "
               "smbclient")
    restart(server)
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
    to_debian_13(on_12)
    assert on_12.answer() == STOCK
    assert on_12.lists_shares()
    status = on_12.run("sessiondel-ctl status", check=False)
    assert status.returncode == 1
    assert "built for another Samba series" in status.stdout
    assert "stock Samba serves" in on_12.output("cat /var/log/samba/log.*")
    on_12.install(deb("trixie"))
    assert on_12.answer() == OURS
    on_12.apt("remove samba-sessiondel")
    assert on_12.answer() == STOCK
    assert not on_12.diversions()


def test_module_of_the_next_series_beside_it(on_12, deb):
    """Nothing is to be done when Samba moves on."""
    package = on_12.put(deb("trixie"))
    on_12.run(f"dpkg-deb --fsys-tarfile {package} | tar -C / -xf - "
              f".{LIBRARY}/4.22")
    assert on_12.answer() == OURS
    to_debian_13(on_12)
    assert on_12.answer() == OURS
    on_12.run("sessiondel-ctl status")
