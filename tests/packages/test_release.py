# SPDX-License-Identifier: GPL-3.0-or-later
"""What ./waf dist writes builds without a network."""

import re
import shutil
import subprocess

import pytest
from tree import PACKAGING, RELEASES, System, prepared

BUILD_DEPENDS = re.search(
    r"^Build-Depends:((?: .*\n)+)", (PACKAGING / "debian/control").read_text(),
    re.M)[1]
PACKAGES = "git iproute2 build-essential " + " ".join(
    re.sub(r"-compat \(= \d+\)|,", " ", BUILD_DEPENDS).split())

COMMIT = """
cd {0} && git init --quiet && git add --all &&
git -c user.name=test -c user.email=test@test.invalid commit --quiet \
    --message=test --date=@1700000000
"""


@pytest.fixture(name="tree", params=RELEASES, scope="module")
def _tree(request):
    """A tree with what a build needs of Debian."""
    return prepared(
        request.param, "release", "apt-get -q update",
        f"apt-get -q --yes --no-install-recommends install {PACKAGES}")


@pytest.fixture(name="maker", scope="module")
def _maker(tree):
    """A system with a clone that has made a release."""
    with System(tree) as maker:
        copy_source(maker, "/root/source")
        maker.fetch("/root/source/waf dist")
        yield maker


def copy_source(system, place):
    subprocess.run([PACKAGING / "copy-source", system.root / place[1:]],
                   check=True)
    system.run("export GIT_COMMITTER_DATE=@1700000000;" + COMMIT.format(place))


@pytest.fixture(name="builder")
def _builder(tree, maker):
    """A system with the release, and nothing else of ours."""
    with System(tree) as builder:
        shutil.copytree(maker.root / "root/source/bin/dist",
                        builder.root / "root/dist")
        yield builder


UNPACK = """
set -eu
cd /root
tar -xf "$(ls dist/*.tar.xz | grep -v -e -samba-)"
cd samba-sessiondel-*/
for component in ../dist/*-samba-*.tar.xz; do tar -xf "$component"; done
"""
UNIT_TESTS = """
for program in bin/unit/test_*; do "$program"; done
"""


def test_builds_without_a_network(builder):
    assert builder.run("getent hosts deb.debian.org", check=False).returncode
    builder.run(UNPACK + "./waf build" + UNIT_TESTS)
    assert builder.output("ls /root/samba-sessiondel-*/bin/smbsession")


def test_source_package_builds_without_a_network(builder):
    builder.run(UNPACK + """
        rm -r samba-4.*
        packaging/debian-source /root/dist
        cd /root
        dpkg-source --extract dist/*.dsc package
        cd package
        dpkg-buildpackage --build=binary --no-sign""")
    assert "/sessiondel.so\n" in builder.output(
        "dpkg-deb --contents /root/samba-sessiondel_*.deb")


def test_two_runs_give_the_same_bytes(maker):
    """In another directory, with another cache and another umask."""
    maker.run("git clone --quiet /root/source /srv/again")
    maker.fetch("umask 077; export TZ=Pacific/Auckland SESSIONDEL_CACHE=/srv/c;"
                "cd /srv/again && ./waf dist")
    sums = "cd {}/bin/dist && sha256sum *.tar.xz"
    assert maker.output(sums.format("/root/source")) == maker.output(
        sums.format("/srv/again"))
    assert maker.output("ls /srv/again/bin/dist").count(".tar.xz\n") == 2


def test_only_what_is_committed(maker):
    maker.run("touch /root/source/more")
    done = maker.run("/root/source/waf dist", check=False)
    maker.run("rm /root/source/more")
    assert done.returncode
    assert "only what is committed" in done.stdout
    assert "?? more\n" in done.stdout


def test_full_disk(maker):
    maker.run("cd /root/source/bin && mv dist kept && mkdir dist && "
              "mount -t tmpfs -o size=100k none dist")
    done = maker.run("/root/source/waf dist", check=False)
    left = maker.output("ls /root/source/bin/dist")
    maker.run("cd /root/source/bin && umount dist && rmdir dist && "
              "mv kept dist")
    assert done.returncode
    assert "Cannot write the release: " in done.stdout
    assert "No space left on device" in done.stdout
    assert left == ""


def test_component_that_is_not_complete(builder):
    builder.run(UNPACK + "rm samba-4.*/lib/util/*.h")
    done = builder.run("/root/samba-sessiondel-*/waf build", check=False)
    assert done.returncode
    assert re.search(r"samba-4\.\d+/? is not complete: unpack its tarball",
                     done.stdout)


def test_tarball_that_is_cut(builder):
    builder.run(UNPACK + "rm -r samba-4.* && "
                "head -c 100000 ../dist/*-samba-*.tar.xz >cut-samba.tar.xz")
    done = builder.run("cd /root/samba-sessiondel-*/ && "
                       "./waf build --samba-source=cut-samba.tar.xz",
                       check=False)
    assert done.returncode
    assert "cut-samba.tar.xz. Is it cut, damaged" in done.stdout
