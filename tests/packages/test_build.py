# SPDX-License-Identifier: GPL-3.0-or-later
"""What the packages are made of."""

import hashlib
import re
import subprocess

from tree import PACKAGING, TOP


def build_in(directory):
    """Build from a copy of the source; names and digests of the packages."""
    source = directory / "source"
    subprocess.run([PACKAGING / "copy-source", source], check=True)
    subprocess.run([source / "packaging/build-deb", directory / "out"],
                   check=True)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (directory / "out").glob("*.deb")}


def test_built_twice_is_the_same(tmp_path):
    one, other = tmp_path / "one", tmp_path / "another directory"
    one.mkdir()
    other.mkdir()
    packages = build_in(one)
    assert packages
    assert build_in(other) == packages


def test_changelog_has_the_version_of_the_source():
    version = re.search(r"^VERSION = '(.*)'$", (TOP / "wscript").read_text(),
                        re.M)[1]
    first = (PACKAGING / "debian/changelog").read_text().splitlines()[0]
    assert first.startswith(f"samba-sessiondel ({version}-")
