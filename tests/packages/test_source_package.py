# SPDX-License-Identifier: GPL-3.0-or-later
"""samba-sessiondel-source: a module is built on the server when none fits."""

import re
import signal

import pytest
from server import OURS, PACKAGES, STOCK, Server
from test_upgrade import to_debian_13
from testbed.processes import wait_until
from tree import tree_of_builds

NEEDED = ("dpkg-dev gcc libc6-dev libparse-yapp-perl libtalloc-dev libtdb-dev "
          "libtevent-dev perl python3")
PRIVATE = "/var/cache/samba-sessiondel"
TARBALL = "/root/samba.tar.xz"


class Builder(Server):
    """A server with the source package, whose modules can be removed."""

    def __init__(self):
        super().__init__("bookworm", f"{PACKAGES} {NEEDED}")
        self.modules = ""
        self.place = ""

    def prepare(self, deb):
        """Get the source of Samba, start it, and install the packages."""
        self.fetch("cd /root && sed 's/^deb /deb-src /' /etc/apt/sources.list "
                   ">/etc/apt/sources.list.d/source.list && "
                   "apt-get -q update && apt-get -q source --download-only "
                   f"samba={self.version_of_samba()} && "
                   f"mv samba_*.orig.tar.xz {TARBALL}")
        self.serve()
        package = deb(self.release)
        self.install(package,
                     *package.parent.glob("samba-sessiondel-source_*.deb"))
        self.modules = self.output("echo /usr/lib/*/samba-sessiondel").strip()
        self.place = f"{self.modules}/4.17"

    def remove_module(self):
        self.run(f"rm -rf {self.place}")
        self.run("smbcontrol samba-dcerpcd shutdown", check=False)
        wait_until(lambda: self.answer() == STOCK, "no module fits")

    def state(self):
        """What a build that fails must not change."""
        return self.output(f"find {self.modules} -printf '%p %i %s %T@\\n'; "
                           f"find {PRIVATE} -mindepth 1 ! -name lock || :")

    def refuses(self, command, why):
        """Whether a build fails with this message and changes nothing."""
        before = self.state()
        done = self.run(command, check=False)
        assert done.returncode == 1, done.stdout
        assert re.search(f"^sessiondel-ctl: .*{why}", done.stdout,
                         re.M | re.S), done.stdout
        assert self.state() == before


@pytest.fixture(scope="module", name="builder")
def _builder(deb):
    with Builder() as server:
        server.prepare(deb)
        assert server.answer() == OURS
        # Nothing was built: the module of the package fits.
        assert not server.output(f"find {server.modules} -name built")
        server.remove_module()
        yield server


def advice(server):
    status = server.run("sessiondel-ctl status", check=False)
    assert status.returncode == 4
    return re.findall("^Advice: +(.*)$", status.stdout, re.M)


def test_upgrade_of_samba_builds_the_module(builder):
    """Debian's samba-common-bin has the worker."""
    assert advice(builder) == [
        "run 'sessiondel-ctl build' to build a module that fits"]
    done = builder.apt("install --reinstall samba-common-bin")
    assert f"Built {builder.place}/sessiondel.so" in done.stdout
    assert builder.answer() == OURS
    assert builder.output("sessiondel-ctl status").startswith("active\n")
    assert builder.output("sessiondel-ctl build --if-needed") == ""


def test_upgrade_of_the_plugin_builds_the_module(builder):
    """What was built is gone, and the package has no module that fits."""
    builder.remove_module()
    done = builder.apt(
        "install --reinstall -o DPkg::Options::=--path-exclude=*/sessiondel.so "
        "/root/samba-sessiondel_*.deb")
    assert f"Built {builder.place}/sessiondel.so" in done.stdout
    assert builder.answer() == OURS


def test_upgrade_of_samba_without_a_network(builder):
    """The package manager does not fail, and stock Samba serves."""
    builder.remove_module()
    builder.fetch("cd /root && apt-get -q download samba-common-bin")
    done = builder.run("dpkg --install /root/samba-common-bin_*.deb")
    assert "Cannot fetch the source of Samba" in done.stdout
    assert "See: sessiondel-ctl status" in done.stdout
    assert builder.answer() == STOCK
    assert builder.lists_shares()


def test_bad_source(builder):
    builder.run(f"head -c 1000000 {TARBALL} >/root/cut.tar.xz")
    build = "sessiondel-ctl build --samba-source="
    builder.refuses(build + "/root/cut.tar.xz", "the build has failed")
    assert "Is it cut, damaged" in builder.run(
        build + "/root/cut.tar.xz", check=False).stdout
    builder.refuses(build + "/nowhere", "the build has failed")
    builder.refuses(build + "/etc", "the build has failed")


def test_no_compiler(builder):
    command = f"sessiondel-ctl build --samba-source={TARBALL}"
    builder.run("mv /usr/bin/gcc /root")
    try:
        builder.refuses(command, "the build has failed")
        assert "apt-get install gcc libc6-dev" in builder.run(
            command, check=False).stdout
    finally:
        builder.run("mv /root/gcc /usr/bin")


IN_MOUNTS = "unshare --mount sh -c '%s && exec sessiondel-ctl build'"


def test_read_only(builder):
    builder.refuses(IN_MOUNTS % "mount --bind /usr /usr && "
                    "mount -o remount,ro,bind /usr", "cannot write to /usr/lib")
    builder.refuses(IN_MOUNTS % f"mount -t tmpfs -o ro test {PRIVATE}",
                    f"cannot write to {PRIVATE}")


def test_full_disk(builder):
    builder.refuses(
        (IN_MOUNTS % f"mount -t tmpfs -o size=8m test {PRIVATE}")[:-1]
        + f" --samba-source={TARBALL}'", "the build has failed")


def start_build(server):
    """Start a build; it and its process group, when it begins to compile."""
    build = server.start("setsid", "sh", "-c", "echo $$; exec sessiondel-ctl "
                         f"build --samba-source={TARBALL}")
    group = int(build.stdout.readline())
    wait_until(lambda: server.run(
        f"ls {PRIVATE}/build.*/source/bin/c4che/_cache.py",
        check=False).returncode == 0, "Samba's source is ready", seconds=300)
    return build, group


def test_two_builds_at_once(builder):
    build, _ = start_build(builder)
    done = builder.run("sessiondel-ctl build", check=False)
    assert (done.returncode, done.stdout) == (
        1, "sessiondel-ctl: another build is running\n")
    said, _ = build.communicate()
    assert build.returncode == 0, said
    assert builder.answer() == OURS
    assert builder.output(f"ls -A {PRIVATE}") == "lock\n"


def test_build_that_is_ended(builder):
    before = builder.output(f"sha256sum {builder.place}/sessiondel.so")
    for number in ("TERM", "KILL"):
        build, group = start_build(builder)
        builder.run(f"kill -{number} -{group}")
        build.communicate()
        assert build.returncode != 0
    assert builder.output(
        f"sha256sum {builder.place}/sessiondel.so") == before
    assert builder.answer() == OURS


def test_full_disk_at_the_end(builder):
    """There is no room for the new module beside the old one."""
    place = builder.place
    fill = (f"mount -t tmpfs -o size=64k test {place} && "
            f"printf old >{place}/sessiondel.so")
    show = f"cd {place} && ls -A && cat sessiondel.so"
    done = builder.run(
        f"unshare --mount sh -c '{fill} && ! sessiondel-ctl build "
        f"--samba-source={TARBALL} && {show}'")
    assert f"cannot write to {place}; nothing was changed\n" in done.stdout
    assert done.stdout.endswith("\nsessiondel.so\nold")


def test_removing_the_package(builder):
    """What was built goes, and what the package has comes back."""
    builder.apt("install --reinstall /root/samba-sessiondel_*.deb")
    packaged = builder.output(
        f"sha256sum {builder.place}/sessiondel.so")
    builder.run(f"sessiondel-ctl build --samba-source={TARBALL}")
    files = builder.output(f"ls {builder.place}").split()
    assert files == ["built", "packaged", "sessiondel.so"]
    builder.apt("remove samba-sessiondel-source")
    assert builder.output(f"sha256sum {builder.place}/*") == packaged
    assert builder.answer() == OURS
    builder.install(*(tree_of_builds(builder.release) / "srv/samba-sessiondel"
                      / "bin/deb").glob("samba-sessiondel-source_*.deb"))


def test_samba_is_upgraded_during_the_build(deb):
    """Stock Samba serves, and the next build makes the module for the new one."""
    with Builder() as server:
        server.prepare(deb)
        server.run(f"rm -r {server.modules}/4.22")
        before = server.output(f"find {server.modules} -type f -exec "
                               "sha256sum {} +")
        build, group = start_build(server)
        server.run(f"kill -STOP -{group}")
        to_debian_13(server)
        assert server.answer() == STOCK
        server.run(f"kill -CONT -{group}")
        # nsenter stops with what it runs.
        build.send_signal(signal.SIGCONT)
        said, _ = build.communicate()
        assert build.returncode == 1
        assert said.endswith("sessiondel-ctl: Samba was replaced during the "
                             "build; nothing was changed\n"
                             "sessiondel-ctl: Run it again\n")
        assert server.output(f"find {server.modules} -type f -exec "
                             "sha256sum {} +") == before
        assert server.output(f"ls -A {PRIVATE}") == "lock\n"
        assert server.answer() == STOCK
        assert server.lists_shares()
        assert f"Built {server.modules}/4.22/sessiondel.so" in server.fetch(
            "sessiondel-ctl build").stdout
        assert server.answer() == OURS
