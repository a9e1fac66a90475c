# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers in throwaway trees, and the packages to install on them."""

import subprocess

import pytest
from server import Server
from tree import RELEASES, TOP, tree_of_builds


@pytest.fixture(scope="session", name="deb")
def _deb():
    """The package for a release, built on first use."""
    built = {}

    def deb(release):
        if release not in built:
            built[release] = build(release)
        return built[release]
    return deb


def build(release):
    """Build as sessiondel-ctl(8) says; the package."""
    subprocess.run([TOP / "waf", "deb", f"--release={release}"], check=True)
    package, = (tree_of_builds(release) / "srv/samba-sessiondel/bin/deb").glob(
        "samba-sessiondel_*.deb")
    return package


@pytest.fixture(name="server", params=RELEASES)
def _server(request):
    """A running stock file server of each release."""
    with Server(request.param) as server:
        server.serve()
        yield server


@pytest.fixture(name="installed")
def _installed(server, deb):
    """A server with the plugin installed."""
    server.install(deb(server.release))
    return server
