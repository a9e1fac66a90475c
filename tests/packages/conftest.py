# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers in throwaway trees, and the packages that are put on them."""

import subprocess
from pathlib import Path

import pytest
from server import Server
from tree import TOP

RELEASES = ("bookworm", "trixie")


@pytest.fixture(scope="session", name="deb")
def _deb():
    """The package for a release, built when it is asked for first."""
    built = {}

    def deb(release):
        if release not in built:
            built[release] = build(release)
        return built[release]
    return deb


def build(release):
    """Build as the README tells; the package."""
    subprocess.run([TOP / "waf", "deb", f"--release={release}"], check=True)
    tree = subprocess.run(
        [TOP / "packaging/debian-tree", release, "check"], check=True,
        stdout=subprocess.PIPE, text=True).stdout.strip()
    package, = Path(tree, "srv/samba-sessiondel/bin/deb").glob(
        "samba-sessiondel_*.deb")
    return package


@pytest.fixture(name="server", params=RELEASES)
def _server(request):
    """A stock file server of each release that serves."""
    with Server(request.param) as server:
        server.serve()
        yield server


@pytest.fixture(name="installed")
def _installed(server, deb):
    """The same with the plugin installed."""
    server.install(deb(server.release))
    return server
