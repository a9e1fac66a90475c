# SPDX-License-Identifier: GPL-3.0-or-later
"""The contents of the packages."""

import hashlib
import re
import subprocess

import pytest
from tree import PACKAGING, RELEASES, TOP, tree_of_builds


# In another directory, with Samba's source elsewhere and another environment.
AGAIN = r"""
set -eu
export SESSIONDEL_CACHE=/tmp/cache TZ=Pacific/Auckland LC_ALL=C
umask 027
mkdir /tmp/cache
mount --bind /root/.cache/samba-sessiondel /tmp/cache
/srv/samba-sessiondel/packaging/build-deb '/tmp/another directory' >&2
cd '/tmp/another directory'
sha256sum *.deb
"""


@pytest.mark.parametrize("release", RELEASES)
def test_built_twice_is_the_same(deb, release):
    directory = deb(release).parent
    again = subprocess.run(
        [PACKAGING / "in-tree", tree_of_builds(release), "sh", "-c", AGAIN],
        check=True, stdout=subprocess.PIPE, text=True).stdout
    digests = {line.split("  ")[1]: line.split("  ")[0]
               for line in again.splitlines()}
    assert digests == {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                       for path in directory.glob("*.deb")}
    assert len(digests) == 8


@pytest.mark.parametrize("release", RELEASES)
def test_installed_readme(deb, release):
    """It has no dead links, and nothing that only the source has."""
    said = member(deb(release), "./usr/share/doc/samba-sessiondel/README.md")
    assert "smbsession list\n" in said
    assert "sessiondel-ctl status" in said
    assert not re.search(r"\]\(|\./waf|docs/|tests/", said)


def member(package, name):
    """A file in a package; a text."""
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", package],
                          stdout=subprocess.PIPE) as archive:
        return subprocess.run(["tar", "-xO", name], stdin=archive.stdout,
                              check=True, stdout=subprocess.PIPE,
                              text=True).stdout


def test_changelog_has_the_version_of_the_source():
    version = re.search(r"^VERSION = '(.*)'$", (TOP / "wscript").read_text(),
                        re.M)[1]
    first = (PACKAGING / "debian/changelog").read_text().splitlines()[0]
    assert first.startswith(f"samba-sessiondel ({version}-")
