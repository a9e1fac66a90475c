# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's autopkgtest runs what the source package has in debian/tests."""

import shutil

import pytest
from server import PACKAGES, Server
from tree import PACKAGING, RELEASES


# A package that depends on these would keep the test from removing them.
NEEDED = ("samba-sessiondel_", "libsmbsession0_", "smbsession_")


@pytest.mark.parametrize("release", RELEASES)
def test_tests_of_the_source_package(release, deb):
    with Server(release, f"{PACKAGES} autopkgtest dpkg-dev") as server:
        server.install(*(package for package in deb(release).parent.iterdir()
                         if package.suffix == ".deb"
                         and package.name.startswith(NEEDED)))
        shutil.copytree(PACKAGING / "debian", server.root / "root/source/debian")
        # Newer ones do not take the tree for a container.
        said = server.output("autopkgtest --no-built-binaries /root/source "
                             "--ignore-restrictions=isolation-container "
                             "-- null")
        assert "\nsessions             PASS\n" in said
