# SPDX-License-Identifier: GPL-3.0-or-later
"""What the README says of installing, verifying and removing, run as it stands
there on a fresh server."""

import re
import subprocess

import pytest

from server import OURS, PASSWORD, STOCK, sessions
from tree import PACKAGING, TOP

SOURCE = "/root/samba-sessiondel"
# What rpcclient asks for, on a terminal.
TYPED = f"export PASSWD='{PASSWORD}'"


def blocks(section):
    """The commands of a section of the README, block by block."""
    text = (TOP / "README.md").read_text()
    part = re.search(rf"^## {section}\n(.*?)^## ", text, re.M | re.S)[1]
    return re.findall(r"^```\n(.*?)^```", part, re.M | re.S)


@pytest.fixture(name="fresh")
def _fresh(server):
    """A server that has our source beside it, and nothing else of ours."""
    subprocess.run([PACKAGING / "copy-source", server.root / SOURCE[1:]],
                   check=True)
    return server


def build(server, block):
    """Run commands that fetch what they need."""
    return server.fetch(f"set -e; cd {SOURCE}; {block}")


def verify(server):
    status_and_close, listed = blocks("Verify")
    # What it says is an error to rpcclient.
    said = server.run(f"{TYPED}; {status_and_close}", check=False).stdout
    assert "/sessiondel.so fits\n" in said
    assert f"result was {OURS}\n" in said
    with sessions(server, 2):
        said = server.output(f"{TYPED}; {listed}")
        # rpcclient's own one, too
        assert "\nReceived 3 entries.\n" in said, said


def one_newer(server, package):
    """The same package with a higher version."""
    server.fetch(f"cd /root && dpkg-deb -R {package} newer && "
                 "sed -i '/^Version:/s/$/+1/' newer/DEBIAN/control && "
                 "dpkg-deb --root-owner-group -b newer newer.deb")
    return "/root/newer.deb"


def test_install_verify_upgrade_remove(fresh):
    by_package, by_source = blocks("Install")
    remove_package, remove_source = blocks("Remove")
    build(fresh, by_package)
    verify(fresh)
    fresh.apt("install " + one_newer(
        fresh, f"{SOURCE}/bin/deb/samba-sessiondel_*.deb"))
    verify(fresh)
    fresh.fetch(f"yes | {{ {remove_package} }}")
    assert fresh.answer() == STOCK
    built = fresh.files()
    build(fresh, by_source)
    verify(fresh)
    build(fresh, remove_source)
    assert fresh.answer() == STOCK
    assert fresh.files() == built
