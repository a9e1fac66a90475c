# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian sid, whose Samba changes often and is newer than our releases'."""

import re

import pytest

from server import OURS, STOCK, Server, sessions

# Sid's archive lists the source of its Samba but does not have it. It still has
# this older source of the same series, in no index, so check it by its digest.
POOL = "pool/main/s/samba"
SOURCE = {
    "samba_4.25.0+dfsg-1.dsc":
        "d39beead3b46db1f82c82a0412ae5f128bd5de2d1e07eb4b577bb53fe89aedde",
    "samba_4.25.0+dfsg.orig.tar.xz":
        "6a603d439ee25f13ea1c7d3472a1f5e60e747a2603d6ee3389655ebe897fc51b",
    "samba_4.25.0+dfsg-1.debian.tar.xz":
        "0e13e9425cb1c087bb9004289310d694db8edec64b3b17c2110cf56a0c17db0c",
}


@pytest.fixture(name="sid")
def _sid():
    with Server("sid") as server:
        server.serve()
        yield server


def test_stock_samba_serves_without_a_module_for_it(sid, deb):
    sid.install(deb("trixie"))
    assert not sid.version_of_samba().startswith("2:4.22.")
    assert sid.answer() == STOCK
    assert sid.lists_shares()
    status = sid.run("sessiondel-ctl status", check=False)
    assert status.returncode == 4
    assert status.stdout.startswith("stock serves (/usr/lib/")
    sid.apt("purge samba-sessiondel")
    assert not sid.output("dpkg --verify samba samba-common-bin")


def fetch_source(server):
    """Download and unpack Samba's source; its directory."""
    server.apt("install dpkg-dev")
    mirror = server.output("sed -n 's/^deb \\([^ ]*\\) .*/\\1/p' "
                           "/etc/apt/sources.list").strip()
    for name, digest in SOURCE.items():
        server.fetch("/usr/lib/apt/apt-helper download-file "
                     f"{mirror}/{POOL}/{name} /root/{name} SHA256:{digest}")
    server.run("cd /root && dpkg-source --no-check --extract "
               f"{next(iter(SOURCE))} samba")
    return "/root/samba"


def test_module_of_an_earlier_release_of_the_series(sid):
    """A module built with the source of 4.25.0 fits sid's Samba."""
    sid.apt(f"install {sid.build_package(fetch_source(sid))}")
    assert sid.version_of_samba().startswith("2:4.25.")
    assert sid.answer() == OURS
    assert re.match(r"active\n(.*\n)+Module: .*/4\.25/sessiondel\.so\n",
                    sid.output("sessiondel-ctl status"))
    with sessions(sid, 2) as (client, other):
        assert sid.close("alice")
        assert not client.lists() and not other.lists()
    sid.apt("purge samba-sessiondel")
    assert sid.answer() == STOCK
