# SPDX-License-Identifier: GPL-3.0-or-later
"""sessiondel-ctl where what it uses is missing or broken.

tests/packages/ tests it on servers with the package.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from testbed import namespace, processes
from testbed.observe import sanitizers
from testbed.places import BUILD
from testbed.programs import compile_c
from testbed.servers.plugin import LIBEXEC, LOADER, MODULE

CTL = "/usr/local/sbin/sessiondel-ctl"
WORKER = str(LIBEXEC / "rpcd_classic")
DIVERTED = str(LIBEXEC / "samba-sessiondel/rpcd_classic")
TEXT = (BUILD / "sessiondel-ctl").read_text(encoding="utf-8")
SOMEBODY = ("setpriv", "--reuid", "1001", "--clear-groups")
ACTIVE, FAILED, USAGE, INACTIVE, STOCK_SERVES = 0, 1, 2, 3, 4

# What it cannot do without; Debian's essential packages have all of it.
REQUIRED = ("awk cat chmod cp grep id ln mkdir mv readlink rm rmdir sed sleep "
            "tail tr").split()

# A module that says this when it is tried.
SAYS = """
#include <stdio.h>
#include <unistd.h>
__attribute__((constructor)) static void load(void)
{
	dprintf(2, "%s"); _exit(%d);
}
"""


class Host:
    """A machine where the plugin is installed, but not enabled.

    It has the test bed's processes. Its files can be removed.
    """

    def __init__(self, place):
        self._init = subprocess.Popen(
            ["unshare", "--mount", "sh", "-c", "echo up; exec sleep infinity"],
            stdout=subprocess.PIPE, text=True)
        assert self._init.stdout.readline() == "up\n"
        for covered in ("/usr", "/etc"):
            self._cover(place, covered)
        for emptied in ("/usr/local", "/var/log"):
            self.run("mount", "-t", "tmpfs", "-o", "mode=755", "test", emptied)
        self._place = place
        (place / "dpkg").mkdir()
        (place / "dpkg/diversions").touch()
        self._env = {**os.environ, "DPKG_ADMINDIR": str(place / "dpkg")}
        built_in = dict(re.findall(r"^(loader|libdir|rules)=(/\S+)$",
                                   TEXT, re.M))
        self.loader = built_in["loader"]
        self.rules = built_in["rules"]
        self.libdir = built_in["libdir"]
        self.module = f"{self.libdir}/{self._series()}/{MODULE}"
        self._install(LOADER, self.loader)
        self._install(MODULE, self.module)
        self._install("apparmor", self.rules)
        self._install("sessiondel-ctl", CTL)

    def _cover(self, place, covered):
        """Let what is changed in a directory be seen only here."""
        upper, work = (place / f"{name}{covered.replace('/', '-')}"
                       for name in ("upper", "work"))
        upper.mkdir()
        work.mkdir()
        self.run("mount", "-t", "overlay", "-o", f"lowerdir={covered},"
                 f"upperdir={upper},workdir={work}", "overlay", covered)

    def _series(self):
        version = self.run("smbd", "--version").stdout
        return re.search(r"\d+\.\d+", version)[0]

    def _install(self, name, path):
        here = self.path(path)
        here.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        shutil.copy(BUILD / name, here)
        here.chmod(0o755)

    def close(self):
        self._init.kill()
        self._init.communicate()

    def path(self, path):
        """Where the test finds a file of this machine."""
        return Path(f"/proc/{self._init.pid}/root{path}")

    def run(self, *command, env=None):
        return subprocess.run(
            ["nsenter", f"--target={self._init.pid}", "--mount", *command],
            check=True, text=True, stdout=subprocess.PIPE, env=env)

    def ctl(self, *arguments, status=ACTIVE, before=()):
        """Run sessiondel-ctl; its output. It must not write any errors."""
        done = self.try_ctl(*arguments, before=before)
        assert (done.returncode, done.stderr) == (status, ""), done
        return done.stdout

    def try_ctl(self, *arguments, before=(), **env):
        return subprocess.run(
            ["nsenter", f"--target={self._init.pid}", "--mount", *before,
             CTL, *arguments], check=False, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**self._env, **env})

    def verdict(self, status):
        """The first line of status, after comparing it with the JSON."""
        first = self.ctl("status", status=status).partition("\n")[0]
        said = json.loads(self.ctl("status", "--json", status=status))
        reason = f" ({said['reason']})" if said["reason"] else ""
        assert first == said["verdict"] + reason
        return first

    def remove(self, path):
        if self.path(path).is_dir():
            shutil.rmtree(self.path(path))
        else:
            self.path(path).unlink()

    def remove_program(self, name):
        for directory in ("/usr/bin", "/usr/sbin"):
            self.path(f"{directory}/{name}").unlink(missing_ok=True)

    def replace_module(self, source):
        compiled = compile_c(self._place / MODULE, source, "-shared", "-fPIC")
        shutil.copy(compiled, self.path(self.module))

    def write(self, path, content, mode=0o644):
        here = self.path(path)
        here.parent.mkdir(parents=True, exist_ok=True)
        here.write_bytes(content)
        here.chmod(mode)


@pytest.fixture(name="host")
def _host():
    place = namespace.ROOT / "ctl"
    place.mkdir(mode=0o755)
    host = Host(place)
    try:
        yield host
    finally:
        host.close()
        shutil.rmtree(place)


@pytest.fixture(name="enabled")
def _enabled(host):
    host.ctl("enable")
    wait_until_fits(host)
    return host


def wait_until_fits(host):
    """Wait for a check of the module that is not late on a busy machine.

    The loader remembers the result.
    """
    processes.wait_until(lambda: host.try_ctl("status").returncode == ACTIVE,
                         "the loader has checked the module")


def details(text, label):
    """What status says behind a label."""
    return re.findall(rf"^{label}: +(.*)$", text, re.M)


# The verdict


def test_active(enabled):
    assert enabled.verdict(ACTIVE) == "active"
    text = enabled.ctl("status")
    assert details(text, "Loader") == [f"in place of {WORKER}"]
    assert details(text, "Module") == [enabled.module]


def test_not_enabled(host):
    assert host.verdict(INACTIVE) == \
        "inactive (the loader is not in place; run 'sessiondel-ctl enable')"
    text = host.ctl("status", status=INACTIVE)
    assert details(text, "Loader") == [f"not in place of {WORKER}"]
    assert details(text, "Module") == [f"{host.module}, not in use"]


def test_disabled(enabled):
    before = enabled.ctl("status", "--json")
    enabled.ctl("disable")
    assert enabled.verdict(INACTIVE).startswith("inactive (the loader is not")
    text = enabled.ctl("status", status=INACTIVE)
    assert "fits" not in text
    assert details(text, "Module") == [f"{enabled.module}, not in use"]
    enabled.ctl("enable")
    assert enabled.ctl("status", "--json") == before


def test_no_module(enabled):
    enabled.remove(enabled.module)
    assert enabled.verdict(STOCK_SERVES) == (
        f"stock serves (no sessiondel.so beside {WORKER} nor in "
        f"{enabled.libdir}/<series>/)")
    text = enabled.ctl("status", status=STOCK_SERVES)
    assert details(text, "Module") == ["none is installed"]


def test_no_directory_of_modules(enabled):
    enabled.remove(enabled.libdir)
    assert enabled.verdict(STOCK_SERVES).startswith("stock serves (no sess")


def test_file_in_place_of_the_directory_of_modules(enabled):
    enabled.remove(enabled.libdir)
    enabled.write(enabled.libdir, b"")
    assert enabled.verdict(STOCK_SERVES) == \
        f"stock serves (cannot list the modules in {enabled.libdir})"


def test_module_of_another_series(enabled):
    enabled.replace_module(SAYS % ("", 77))
    assert enabled.verdict(STOCK_SERVES) == (
        f"stock serves ({enabled.module}: built for another Samba series)")
    text = enabled.ctl("status", status=STOCK_SERVES)
    assert len(details(text, "Advice")) == 1
    assert details(text, "Module") == [f"{enabled.module}, not in use"]


def test_no_advice_to_build_what_would_be_kept_out_too(enabled):
    enabled.replace_module("int nothing;")
    text = enabled.ctl("status", status=STOCK_SERVES)
    assert text.startswith("stock serves (") and "keeps it from being" in text
    assert not details(text, "Advice")


def test_reason_with_special_characters(enabled):
    enabled.replace_module(SAYS % (r'no \"\\x\" in \tthe \303\244\n', 1))
    said = json.loads(enabled.ctl("status", "--json", status=STOCK_SERVES))
    assert said["reason"] == \
        rf'{enabled.module}: its probe said: no "\x" in  the   '


def test_samba_is_not_installed(host):
    host.remove(str(LIBEXEC))
    for name in ("smbd", "smbcontrol"):
        host.remove_program(name)
    why = "is missing; is Samba installed?)"
    assert host.verdict(INACTIVE) == f"inactive ({WORKER} {why}"
    host.ctl("enable")
    assert host.verdict(INACTIVE) == f"inactive ({DIVERTED} {why}"
    assert host.ctl("build", "--if-needed") == ""
    text = host.ctl("status", status=INACTIVE)
    assert details(text, "Samba") == ["not installed, or smbd does not run"]
    host.ctl("disable")
    assert not host.path(WORKER).exists()
    assert not host.path(DIVERTED).exists()


def cut(loader):
    """Its beginning, as far as it takes to be known as the loader."""
    return loader[:loader.index(b"rpcd_sessiondel") + 20]


@pytest.mark.parametrize("damage, mode", [
    (lambda loader: loader, 0o644),
    (lambda loader: b"\n" + cut(loader), 0o755),
    (cut, 0o755),
], ids=["not executable", "not a program", "cut short"])
def test_loader_in_place_that_does_not_run(enabled, damage, mode):
    enabled.write(WORKER, damage(enabled.path(WORKER).read_bytes()), mode)
    assert enabled.verdict(INACTIVE) == (
        "inactive (the loader in place does not run; "
        "run 'sessiondel-ctl enable')")
    enabled.ctl("enable")
    assert enabled.verdict(ACTIVE) == "active"


@pytest.mark.parametrize("diversions", [None, b"", b"one line\n"])
def test_diversion_is_not_known(enabled, diversions):
    known = namespace.ROOT / "ctl/dpkg/diversions"
    known.unlink()
    if diversions is not None:
        known.write_bytes(diversions)
    assert enabled.verdict(ACTIVE) == (
        "active (an upgrade of Samba will end that, because dpkg-divert does "
        "not know of it; run 'sessiondel-ctl enable')")
    assert enabled.ctl("is-enabled", status=FAILED) == ""


# Without dpkg


@pytest.fixture(name="without_dpkg")
def _without_dpkg(host):
    host.remove_program("dpkg-divert")
    host.ctl("enable")
    wait_until_fits(host)
    return host


def upgrade_samba(host):
    """As package managers do it that know no diversions; the new worker."""
    worker = host.path(DIVERTED).read_bytes() + b"newer"
    host.remove(WORKER)
    host.write(WORKER, worker, 0o755)
    return worker


def test_without_dpkg(without_dpkg):
    assert without_dpkg.verdict(ACTIVE) == (
        "active (an upgrade of Samba ends that; then run "
        "'sessiondel-ctl enable' again)")
    without_dpkg.ctl("is-enabled")
    stock = without_dpkg.path(DIVERTED).read_bytes()
    without_dpkg.ctl("disable")
    without_dpkg.ctl("is-enabled", status=FAILED)
    assert without_dpkg.path(WORKER).read_bytes() == stock
    assert not without_dpkg.path(DIVERTED).exists()


def test_enable_after_an_upgrade_without_dpkg(without_dpkg):
    newer = upgrade_samba(without_dpkg)
    assert without_dpkg.verdict(INACTIVE).startswith(
        "inactive (the loader is not in place;")
    without_dpkg.ctl("is-enabled", status=FAILED)
    without_dpkg.ctl("enable")
    wait_until_fits(without_dpkg)
    assert without_dpkg.path(DIVERTED).read_bytes() == newer


def test_advice_without_dpkg(without_dpkg):
    """There are no packages of ours."""
    without_dpkg.remove(without_dpkg.module)
    assert details(without_dpkg.ctl("status", status=STOCK_SERVES),
                   "Advice") == [
        "build and install the plugin again, with the source of this Samba"]


def test_disable_after_an_upgrade_without_dpkg(without_dpkg):
    newer = upgrade_samba(without_dpkg)
    without_dpkg.ctl("disable")
    assert without_dpkg.path(WORKER).read_bytes() == newer
    assert not without_dpkg.path(DIVERTED).exists()


def test_damaged_worker_replaces_none_without_dpkg(without_dpkg):
    stock = without_dpkg.path(DIVERTED).read_bytes()
    without_dpkg.write(WORKER, b"")
    without_dpkg.ctl("enable")
    assert without_dpkg.path(DIVERTED).read_bytes() == stock


# What it reports beside the verdict


def documented_keys(top_directory):
    """The keys of the JSON in the manual page, those of a worker apart."""
    page = (top_directory / "docs/man/sessiondel-ctl.8").read_text()
    listed = page.partition("Its keys are:\n")[2].partition("\n.El\n")[0]
    return re.findall(r"^\.It Li (\S+)(?: of a worker)?$", listed, re.M)


def test_json_has_the_documented_keys(enabled, samba, top_directory):
    said = json.loads(enabled.ctl("status", "--json"))
    assert [*said, *said["workers"][0]] == documented_keys(top_directory)
    assert said == {
        "verdict": "active", "reason": None,
        "samba": enabled.run("smbd", "--version").stdout[8:-1],
        "loader_in_place": True, "module": enabled.module,
        "modules": [enabled.module], "workers": said["workers"]}


def test_module_beside_those_of_other_series(enabled):
    other = f"{enabled.libdir}/4.1/{MODULE}"
    enabled.write(other, b"")
    said = json.loads(enabled.ctl("status", "--json"))
    assert said["module"] == enabled.module
    assert sorted(said["modules"]) == sorted([enabled.module, other])
    assert details(enabled.ctl("status"), "Module") == [enabled.module]


def test_workers(enabled, samba):
    (worker,) = samba.worker_pids()
    said = json.loads(enabled.ctl("status", "--json"))
    assert {"pid": worker, "has_module": True} in said["workers"]
    assert f"{worker} with the module" in details(
        enabled.ctl("status"), "Worker")


NO_PROCESSES = ("unshare", "--pid", "--fork", "--mount-proc")


def test_no_workers(enabled):
    text = enabled.ctl("status", before=NO_PROCESSES)
    assert details(text, "Workers") == [
        "none are running; Samba starts them on demand"]
    said = json.loads(enabled.ctl("status", "--json", before=NO_PROCESSES))
    assert said["workers"] == []


@pytest.mark.skipif(sanitizers.active(), reason="they need /proc")
def test_no_proc(enabled):
    no_proc = ("unshare", "--mount", "sh", "-c",
               'mount -t tmpfs none /proc && exec "$@"', "sh")
    text = enabled.ctl("status", before=no_proc)
    assert details(text, "Workers") == ["unknown, /proc is not mounted"]
    said = json.loads(enabled.ctl("status", "--json", before=no_proc))
    assert said["workers"] is None


# The log

NO_LINES = "nothing from the plugin in the journal"
NO_JOURNAL = "no journal, because journalctl is not installed"
LINE = "rpcd_sessiondel[7]: module left out, stock Samba serves: x"


@pytest.mark.skipif(shutil.which("journalctl") is None,
                    reason="journalctl is not installed")
def test_empty_journal(enabled):
    assert details(enabled.ctl("status"), "Log") == [NO_LINES]


def test_no_journalctl(enabled):
    enabled.remove_program("journalctl")
    assert details(enabled.ctl("status"), "Log") == [NO_JOURNAL]


@pytest.mark.parametrize("path, line", [
    ("/var/log/auth.log", "2026-11-27T10:00:00+00:00 fs1 sessiondel[7]: x"),
    ("/var/log/syslog", f"2026-11-27T10:00:00+00:00 fs1 {LINE}"),
    ("/var/log/samba/log.rpcd_classic", "  sessiondel: NetSessionDel by x"),
    ("/var/log/samba/log.", "  sessiondel: NetSessionDel by x"),
    ("/var/log/samba/log.samba-dcerpcd", LINE.replace("[7]", "")),
])
def test_log_without_a_journal(enabled, path, line):
    enabled.remove_program("journalctl")
    lines = [f"{line}{number}" for number in range(7)]
    enabled.write(path, "\n".join(
        ["before \udcff", *lines, "mysessiondel: x", "sessiondel-ctl: x", ""]
    ).encode(errors="surrogateescape"))
    text = enabled.ctl("status")
    assert text.endswith("\n".join(
        [f"Log:      {NO_JOURNAL}", f"Log:      {path}", *lines[2:], ""]))


def test_directory_in_place_of_a_log(enabled):
    enabled.remove_program("journalctl")
    enabled.path("/var/log/auth.log").mkdir()
    assert details(enabled.ctl("status"), "Log") == [NO_JOURNAL]


# Programs and files that are missing


@pytest.mark.parametrize("program", REQUIRED)
def test_required_program_is_missing(host, program):
    host.remove_program(program)
    for command in ("status", "enable", "disable", "is-enabled"):
        done = host.try_ctl(command)
        assert (done.returncode, done.stdout, done.stderr) == (
            FAILED, "",
            f"sessiondel-ctl: the program {program} is missing\n"), command
    assert not host.path(DIVERTED).exists()


BUILT_IN = {"cd", "command", "echo", "exit", "printf", "read", "return", "set",
            "shift"}
OPTIONAL = {"dpkg-divert", "smbd", "smbcontrol", "journalctl", "aa-enabled",
            "apparmor_parser"}


def test_it_runs_no_other_program(enabled):
    """By the shell's own trace."""
    functions = set(re.findall(r"^(\w+)\(\) \{$", TEXT, re.M))
    trace = "".join(
        enabled.try_ctl(*command, before=("sh", "-x")).stderr for command in
        (["status"], ["status", "--json"], ["disable"], ["enable"], ["--help"]))
    ran = set(re.findall(r"^\++ ([a-z][\w-]+)(?: .*)?$", trace, re.M))
    assert "status" in ran and "dpkg-divert" in ran
    assert ran - functions - BUILT_IN <= OPTIONAL | set(REQUIRED)


def test_no_program_of_samba(enabled):
    for name in ("smbd", "smbcontrol"):
        enabled.remove_program(name)
    assert enabled.verdict(ACTIVE) == "active"
    enabled.ctl("disable")
    enabled.ctl("enable")


@pytest.mark.parametrize("content, mode", [
    (b"", 0o644), (b"#!/nowhere\n", 0o755), (b"#!/bin/false\n", 0o755),
    (b"#!/bin/sh\nkill -s SEGV $$\n", 0o755)])
def test_smbd_that_does_not_run(enabled, content, mode):
    enabled.remove_program("smbd")
    enabled.write("/usr/sbin/smbd", content, mode)
    assert details(enabled.ctl("status"), "Samba") == [
        "not installed, or smbd does not run"]


def test_samba_outside_the_path(enabled):
    """As after su, which leaves out the directories of root's programs."""
    done = enabled.try_ctl("status", PATH="/usr/bin:/bin")
    assert details(done.stdout, "Samba") == [
        enabled.run("smbd", "--version").stdout[8:-1]]


@pytest.mark.parametrize("which", ["loader", "rules"])
def test_part_of_the_plugin_is_missing(host, which):
    path = getattr(host, which)
    host.remove(path)
    done = host.try_ctl("enable")
    assert (done.returncode, done.stdout, done.stderr) == (
        FAILED, "", f"sessiondel-ctl: {path} is missing\n")
    assert not host.path(DIVERTED).exists()
    assert host.verdict(INACTIVE).startswith("inactive (the loader is not in")


def test_build_without_its_package(enabled):
    assert enabled.ctl("build", "--if-needed") == ""
    enabled.remove(enabled.module)
    done = enabled.try_ctl("build", "--if-needed")
    assert (done.returncode, done.stdout) == (FAILED, "")
    assert re.fullmatch("sessiondel-ctl: /.*/build-module is missing; install "
                        "samba-sessiondel-source\n", done.stderr)
    assert details(enabled.ctl("status", status=STOCK_SERVES), "Advice") == [
        "install the samba-sessiondel of this release, or "
        "samba-sessiondel-source and run 'sessiondel-ctl build'"]


@pytest.mark.parametrize("parser", [
    None, "echo 'parser: no such rule' >&2; exit 1"])
def test_apparmor_without_or_with_a_parser_that_fails(host, parser):
    host.write("/etc/apparmor.d/samba-rpcd-classic", b"")
    host.write("/usr/bin/aa-enabled", b"#!/bin/sh\n", 0o755)
    host.remove_program("apparmor_parser")
    if parser:
        host.write("/usr/sbin/apparmor_parser",
                   f"#!/bin/sh\n{parser}\n".encode(), 0o755)
    done = host.try_ctl("enable")
    said = "parser: no such rule\n" if parser else ""
    assert (done.returncode, done.stderr) == (
        0, f"{said}sessiondel-ctl: AppArmor did not load "
        "/etc/apparmor.d/samba-rpcd-classic\n")
    wait_until_fits(host)


# The command line


@pytest.mark.parametrize("arguments", [
    [], ["stauts"], ["status", "--jsno"], ["status", "--json", "x"],
    ["enable", "--json"], ["--json"], ["status", ""], ["build x"],
    ["build", "x"], ["build", "--samba-source="], ["build", "--samba-source"]])
def test_wrong_command_line(host, arguments):
    done = host.try_ctl(*arguments)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr == host.ctl("--help")


@pytest.mark.parametrize("command", ["status", "enable", "disable", "build"])
def test_somebody_who_is_not_root(host, command):
    done = host.try_ctl(command, before=SOMEBODY)
    assert (done.returncode, done.stdout, done.stderr) == (
        FAILED, "", f"sessiondel-ctl: only root can run {command}\n")


def test_anybody_may_ask_whether_it_is_enabled(enabled):
    assert enabled.ctl("is-enabled", before=SOMEBODY) == ""
    enabled.ctl("disable")
    assert enabled.ctl("is-enabled", before=SOMEBODY, status=FAILED) == ""
