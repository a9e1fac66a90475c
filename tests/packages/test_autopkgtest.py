# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's autopkgtest runs what the source package has in debian/tests."""

import shutil

import pytest
from server import PACKAGES, Server
from tree import PACKAGING, RELEASES


@pytest.mark.parametrize("release", RELEASES)
def test_tests_of_the_source_package(release, deb):
    with Server(release, f"{PACKAGES} autopkgtest dpkg-dev") as server:
        server.install(*(package for package in deb(release).parent.iterdir()
                         if package.suffix == ".deb"
                         and "-dbgsym_" not in package.name))
        shutil.copytree(PACKAGING / "debian", server.root / "root/source/debian")
        said = server.output("autopkgtest --no-built-binaries /root/source "
                             "-- null")
        assert "\nsessions             PASS\n" in said
