# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of README.md and sessiondel-ctl(8) to install, verify and
remove, run word for word on a fresh server."""

import subprocess

import pytest

import readme
from server import STOCK, sessions
from tree import PACKAGING

SOURCE = "/root/samba-sessiondel"


@pytest.fixture(name="fresh")
def _fresh(server):
    """A server with our source on it, and nothing else of ours."""
    subprocess.run([PACKAGING / "copy-source", server.root / SOURCE[1:]],
                   check=True)
    return server


def build(server, block):
    """Run commands that download what they need."""
    return server.fetch(f"set -e; cd {SOURCE}; {block}")


def level(server):
    """The level in the output of smbsession list."""
    said = server.output(readme.command("smbsession list --json"))
    return int(said.partition('"level": ')[2].partition(",")[0])


def verify(server):
    status = server.output(readme.command("sessiondel-ctl status"))
    assert status.startswith("active\n")
    assert level(server) == 502
    with sessions(server, 2):
        assert server.output("smbsession list").count(" alice ") == 2


def one_newer(server, package):
    """The same package with a higher version."""
    server.fetch(f"cd /root && dpkg-deb -R {package} newer && "
                 "sed -i '/^Version:/s/$/+1/' newer/DEBIAN/control && "
                 "dpkg-deb --root-owner-group -b newer newer.deb")
    return "/root/newer.deb"


def test_install_verify_upgrade_remove(fresh):
    build(fresh, readme.block("apt-get install"))
    verify(fresh)
    fresh.run("sessiondel-ctl disable")
    assert level(fresh) == 1
    fresh.run(readme.command("sessiondel-ctl enable"))
    fresh.apt("install " + one_newer(
        fresh, f"{SOURCE}/bin/deb/samba-sessiondel_*.deb"))
    verify(fresh)
    fresh.fetch(f"yes | {readme.command('apt-get remove')}")
    assert fresh.answer() == STOCK
    built = fresh.files()
    build(fresh, readme.manual_block("waf build install"))
    verify(fresh)
    build(fresh, readme.manual_block("waf uninstall"))
    assert fresh.answer() == STOCK
    assert fresh.files() == built
