# SPDX-License-Identifier: GPL-3.0-or-later
"""The loader: a bad module means one log line, and the service still runs."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from testbed import namespace, processes, series
from testbed.clients.srvsvc import rpcclient
from testbed.faults.failing_calls import FailingCalls
from testbed.observe.syslog import listener
from testbed.places import BUILD
from testbed.programs import compile_c
from testbed.servers.plugin import LIBEXEC, LOADER, MODULE
from testbed.servers.standalone import Server

WORKER = str(LIBEXEC / "rpcd_classic")
SOMEBODY = 1001

UNRESOLVED = """
int sessiondel_nowhere(void);
int call(void);
int call(void) { return sessiondel_nowhere(); }
"""
AT_LOAD = """
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void load(void) { %s }
"""
FITS = AT_LOAD % """
	if (getenv("SESSIONDEL_PROBE")) dprintf(2, "sessiondel fits\\n");
"""
OTHER_SERIES = AT_LOAD % 'if (getenv("SESSIONDEL_PROBE")) _exit(77);'
SILENT = "int sessiondel_test_module;"
HANGS = AT_LOAD % "for (;;) pause();"
CRASHES = AT_LOAD % "abort();"

# Fits, until a file says what its probe is to do.
FICKLE = AT_LOAD.replace("%s", """
	if (getenv("SESSIONDEL_PROBE")) {
		if (access("%(place)s/hang", F_OK) == 0) for (;;) pause();
		if (access("%(place)s/crash", F_OK) == 0) abort();
		dprintf(2, "sessiondel fits\\n");
	}
""")

# Stands in for rpcd_classic and stops where a test can look at it.
STOPPING_WORKER = """
#include <signal.h>
#include <string.h>
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--list-interfaces") == 0) {
			return 0;
		}
	}
	return raise(SIGSTOP);
}
"""

# Runs a program in a mount namespace of its own, as a test describes.
LAUNCH = """
import json, os, signal, subprocess, sys
how = json.loads(sys.argv[1])
for mount in how["mounts"]:
    subprocess.run(["mount", *mount], check=True)
for number in how["ignored"]:
    signal.signal(number, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_SETMASK, how["blocked"])
os.execve(how["program"], how["argv"], how["env"])
"""


def compile_module(target, source):
    return compile_c(target, source, "-shared", "-fPIC", "-Wl,-z,lazy")


@pytest.fixture(name="root", scope="module")
def _root():
    """A directory that only root can write to."""
    root = namespace.ROOT / "loader"
    root.mkdir(mode=0o755)
    yield root
    shutil.rmtree(root)


@pytest.fixture(name="fitting", scope="module")
def _fitting(root):
    """A module that any worker can load."""
    return compile_module(root / "fitting.so", FITS)


@pytest.fixture(name="plugin", scope="module")
def _plugin(root):
    plugin = root / "plugin"
    plugin.mkdir(mode=0o755)
    shutil.copy(BUILD / LOADER, plugin / LOADER)
    return plugin


@pytest.fixture(name="module")
def _module(plugin, fitting):
    """The path of the module next to the loader. A test may spoil it."""
    module = plugin / MODULE
    remove(module)
    shutil.copy(fitting, module)
    module.chmod(0o644)
    yield module
    plugin.chmod(0o755)
    remove(module)


@pytest.fixture(name="samba", scope="module")
def _samba(plugin, fitting):
    shutil.copy(fitting, plugin / MODULE)
    with Server(plugin_dir=plugin) as server:
        yield server


def remove(path):
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


class Restarted:
    """What a new samba-dcerpcd and its workers did and logged."""

    def __init__(self, server, env=None):
        before = len(server.syslog_lines())
        server.restart_dcerpcd(env or {})
        self.answers = srvsvc_answers(server)
        self.workers = server.worker_pids()
        self.with_module = [pid for pid in self.workers
                            if server.worker_has_module(pid)]
        self.probes = [pid for pid in all_children(server.dcerpcd_pid())
                       if "--list-interfaces" in processes.arguments(pid)]
        self.lines = [line for line in server.syslog_lines()[before:]
                      if f" {LOADER}[" in line]


def srvsvc_answers(server):
    done = rpcclient(server, "root", "netshareenum")
    return done.returncode == 0 and "netname: " in done.stdout


def all_children(pid):
    """All descendants of pid."""
    found = []
    for child in processes.children(pid):
        found += [child] + all_children(child)
    return found


def assert_stock_serves(run, reason):
    """One line for each start of a worker, and no other difference."""
    assert run.answers
    assert run.workers
    assert not run.with_module
    assert not run.probes
    assert len(run.lines) == len(run.workers), run.lines
    for line in run.lines:
        assert re.fullmatch(
            rf"<28>\w{{3}} [ \d]\d [\d:]{{8}} {LOADER}\[\d+\]: [^\n]*", line)
        assert "stock Samba serves" in line
        assert re.search(reason, line), line


def test_module_that_fits_is_loaded_without_a_line(samba, module):
    assert module.exists()
    run = Restarted(samba)
    assert run.answers
    assert run.workers
    assert run.with_module == run.workers
    assert not run.lines


def test_missing_module(samba, module):
    module.unlink()
    assert_stock_serves(Restarted(samba), r"no sessiondel\.so beside ")


def test_dangling_link(samba, module):
    module.unlink()
    module.symlink_to("nowhere.so")
    assert_stock_serves(Restarted(samba), "No such file or directory")


def test_directory_in_place_of_the_module(samba, module):
    module.unlink()
    module.mkdir(mode=0o755)
    assert_stock_serves(Restarted(samba), "not a regular file")


@pytest.mark.parametrize("kept, reason", [
    (0, r"cannot be loaded \(file too short\)"),
    (100, r"cannot be loaded \(.+\)"),
    (3000, r"its probe was ended by signal \d+"),
])
def test_truncated_module(samba, module, kept, reason):
    os.truncate(module, kept)
    assert_stock_serves(Restarted(samba), reason)


def test_module_that_is_no_shared_object(samba, module):
    module.write_text("not what it should be\n" * 100)
    assert_stock_serves(Restarted(samba),
                        r"cannot be loaded \(invalid ELF header\)")


@pytest.mark.parametrize("source, reason", [
    (UNRESOLVED, "undefined symbol: sessiondel_nowhere"),
    (OTHER_SERIES, "built for another Samba series"),
    (HANGS, "its probe did not end in time"),
    (CRASHES, r"its probe was ended by signal 6"),
    (SILENT, "something keeps it from being loaded"),
], ids=["unresolved symbol", "other series", "hanging", "crashing", "silent"])
def test_module_that_does_not_work(samba, module, source, reason):
    compile_module(module, source)
    assert_stock_serves(Restarted(samba),
                        rf"{re.escape(str(module))}: .*{reason}")


VERDICTS = Path("/run/samba-sessiondel")


@pytest.fixture(name="fickle")
def _fickle(root, module):
    """A directory whose files hang or crash the module's later probes."""
    shutil.rmtree(VERDICTS, ignore_errors=True)
    place = root / "fickle"
    place.mkdir(mode=0o755)
    compile_module(module, FICKLE % {"place": place})
    yield place
    shutil.rmtree(place)
    shutil.rmtree(VERDICTS)


def test_late_probe_of_a_module_that_fitted_before(samba, module, fickle):
    assert not Restarted(samba).lines
    assert VERDICTS.stat().st_mode & 0o7777 == 0o700
    (fickle / "hang").touch()
    run = Restarted(samba)
    assert run.answers
    assert run.with_module == run.workers
    assert not run.probes
    assert len(run.lines) == len(run.workers)
    for line in run.lines:
        assert line.endswith(
            "module loaded because the same files fitted before: "
            f"{module}: its probe did not end in time")


def test_late_probe_of_other_files(samba, module, fickle):
    assert not Restarted(samba).lines
    (fickle / "hang").touch()
    os.utime(module)
    assert_stock_serves(Restarted(samba), "its probe did not end in time")


def test_late_probe_after_one_that_failed(samba, module, fickle):
    assert module.exists()
    assert not Restarted(samba).lines
    (fickle / "crash").touch()
    assert_stock_serves(Restarted(samba), "its probe was ended by signal 6")
    (fickle / "hang").touch()
    assert_stock_serves(Restarted(samba), "its probe did not end in time")


@pytest.mark.parametrize("place, mode", [(VERDICTS, 0o777),
                                         (VERDICTS / "fits", 0o622)])
def test_verdict_that_others_could_have_written(samba, module, fickle, place,
                                                mode):
    assert module.exists()
    assert not Restarted(samba).lines
    place.chmod(mode)
    (fickle / "hang").touch()
    assert_stock_serves(Restarted(samba), "its probe did not end in time")


@pytest.mark.parametrize("mode", [0o646, 0o664])
def test_module_that_others_can_write(samba, module, mode):
    module.chmod(mode)
    assert_stock_serves(
        Restarted(samba),
        rf"{re.escape(str(module))} is writable by group or others")


@pytest.mark.parametrize("mode", [0o775, 0o757, 0o1777])
def test_directory_that_others_can_write(samba, plugin, module, mode):
    assert module.exists()
    plugin.chmod(mode)
    assert_stock_serves(
        Restarted(samba),
        rf"{re.escape(str(plugin))} is writable by group or others")


def test_module_of_somebody_else(samba, module):
    os.chown(module, SOMEBODY, 0)
    assert_stock_serves(Restarted(samba), f"is owned by uid {SOMEBODY}")


def test_stuck_syslogd_does_not_stop_the_worker(samba, module):
    module.unlink()
    samba.syslog.hang()
    try:
        run = Restarted(samba)
    finally:
        samba.syslog.resume()
    assert run.answers
    assert not run.lines
    # samba-dcerpcd logs the standard error of its workers.
    assert "no sessiondel.so beside " in samba.log("log.samba-dcerpcd")


def test_preload_of_others_is_kept(samba, root, module):
    other = compile_module(root / "other.so", FITS)
    run = Restarted(samba, {"LD_PRELOAD": str(other)})
    assert run.answers
    assert run.with_module == run.workers
    assert not run.lines
    for pid in run.workers:
        assert processes.maps_file(pid, module)
        assert processes.maps_file(pid, other)


def test_list_of_interfaces_comes_from_stock(samba, plugin, module):
    compile_module(module, CRASHES)
    before = len(samba.syslog_lines())
    lists = [subprocess.run([program, "-s", samba.smb_conf,
                             "--list-interfaces"], stdout=subprocess.PIPE,
                            check=True).stdout
             for program in (WORKER, plugin / LOADER)]
    assert lists[0] == lists[1] != b""
    assert samba.syslog_lines()[before:] == []


@pytest.mark.parametrize("source, status, answer", [
    (FITS, 0, r"/.*/sessiondel\.so"),
    (OTHER_SERIES, 1, r"module left out.*: built for another Samba series"),
], ids=["fits", "other series"])
def test_module_is_checked_by_hand(samba, plugin, module, source, status,
                                   answer):
    compile_module(module, source)
    before = len(samba.syslog_lines())
    done = subprocess.run([plugin / LOADER, "--check-module"], text=True,
                          stdout=subprocess.PIPE, check=False)
    assert done.returncode == status
    assert re.fullmatch(answer + "\n", done.stdout)
    assert samba.syslog_lines()[before:] == []


def test_worker_starts_whatever_fails_in_the_loader(samba, plugin, module):
    """Each of its calls into libc fails once, in a run of its own."""
    assert module.exists()
    command = [WORKER, "-s", samba.smb_conf, "--help"]
    usage = subprocess.check_output(command)
    which = 0
    with FailingCalls() as calls:
        env = {**os.environ, **calls.environment}
        while which <= calls.seen():
            which += 1
            calls.fail(which)
            done = subprocess.run(command, executable=plugin / LOADER,
                                  stdout=subprocess.PIPE, env=env, check=False)
            assert (done.returncode, done.stdout) == (0, usage), which
    # The sanitizers make some of the calls themselves.
    assert which > 20


class Launcher:
    """Runs programs with files of a test in /usr/libexec/samba."""

    def __init__(self, root):
        self.libexec = root
        self.mounts = [["--bind", str(root), str(LIBEXEC)]]

    def start(self, program, argv=(WORKER,), env=None, blocked=(),
              ignored=(), **options):
        how = {"mounts": self.mounts, "program": str(program),
               "argv": list(argv), "env": {"PATH": "/usr/bin", **(env or {})},
               "blocked": list(blocked), "ignored": list(ignored)}
        return subprocess.Popen(
            ["unshare", "--mount", "/usr/bin/python3", "-c", LAUNCH,
             json.dumps(how)], **options)

    def state_of_worker(self, program, **how):
        """The state in which a worker starts when this program starts it."""
        process = self.start(program, stdin=subprocess.DEVNULL, **how)
        try:
            processes.wait_until(lambda: is_stopped(process),
                                 f"{program} becomes the worker")
            assert processes.executable(process.pid) == WORKER
            return state_of(process.pid)
        finally:
            process.kill()
            process.wait()


def is_stopped(process):
    assert process.poll() is None
    return status_of(process.pid)["State"].startswith("T")


def status_of(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines)


def state_of(pid):
    place = Path(f"/proc/{pid}")
    environment = (place / "environ").read_bytes().decode().split("\0")
    status = status_of(pid)
    return {
        "argv": processes.arguments(pid),
        "env": dict(entry.split("=", 1) for entry in environment if entry),
        "signals": {name: status[name] for name in
                    ("SigBlk", "SigIgn", "SigCgt", "SigPnd", "ShdPnd")},
        "descriptors": processes.descriptors(pid),
        "limits": (place / "limits").read_text(),
        "directory": os.readlink(place / "cwd"),
        "umask": status["Umask"],
        "children": processes.children(pid),
    }


@pytest.fixture(name="launcher")
def _launcher(root):
    libexec = root / "libexec"
    (libexec / "samba-sessiondel").mkdir(parents=True)
    yield Launcher(libexec)
    shutil.rmtree(libexec)


@pytest.fixture(name="stopping", scope="module")
def _stopping(root):
    return compile_c(root / "stopping", STOPPING_WORKER)


@pytest.mark.parametrize("how", [
    {},
    {"argv": ["another name", "-s", "/dev/null", "--worker-group=3", "", "x"]},
    {"env": {"LD_PRELOAD": "/nowhere/other.so", "EMPTY": "", "A": "b=c"}},
    {"blocked": [signal.SIGCHLD, signal.SIGTERM, signal.SIGUSR1]},
    {"ignored": [signal.SIGCHLD, signal.SIGHUP]},
], ids=["plain", "arguments", "environment", "blocked signals",
        "ignored signals"])
def test_worker_finds_what_the_loader_found(launcher, stopping, plugin, module,
                                            how):
    shutil.copy(stopping, launcher.libexec / "rpcd_classic")
    reader, writer = os.pipe()
    try:
        found, expected = (
            launcher.state_of_worker(program, pass_fds=(reader,), **how)
            for program in (plugin / LOADER, WORKER))
    finally:
        os.close(reader)
        os.close(writer)

    preload = expected["env"].pop("LD_PRELOAD", None)
    assert found["env"].pop("LD_PRELOAD") == ":".join(
        filter(None, [str(module), preload]))
    assert found == expected


def test_diverted_worker_is_taken(launcher, stopping, plugin, module):
    assert module.exists()
    shutil.copy(plugin / LOADER, launcher.libexec / "rpcd_classic")
    diverted = launcher.libexec / "samba-sessiondel" / "rpcd_classic"
    shutil.copy(stopping, diverted)
    process = launcher.start(WORKER, stdin=subprocess.DEVNULL)
    try:
        processes.wait_until(lambda: is_stopped(process), "the worker runs")
        assert processes.executable(process.pid) == str(
            LIBEXEC / "samba-sessiondel" / "rpcd_classic")
    finally:
        process.kill()
        process.wait()


def test_worker_that_silently_drops_the_preload(launcher, stopping, plugin,
                                                module):
    """It gains a group, so ld.so drops the preload as under AppArmor's Px."""
    assert module.exists()
    worker = launcher.libexec / "rpcd_classic"
    shutil.copy(stopping, worker)
    os.chown(worker, 0, SOMEBODY)
    worker.chmod(0o2755)
    before = len(listener().lines())
    state = launcher.state_of_worker(plugin / LOADER)
    assert "LD_PRELOAD" not in state["env"]
    lines = listener().lines()[before:]
    assert len(lines) == 1
    assert "something keeps it from being loaded" in lines[0]


@pytest.mark.parametrize("worker, reason", [
    (LOADER, "it is this program"),
    (None, "No such file or directory"),
], ids=["the loader itself", "nothing"])
def test_no_stock_worker(launcher, plugin, module, worker, reason):
    assert module.exists()
    if worker:
        shutil.copy(plugin / worker, launcher.libexec / "rpcd_classic")
    program = WORKER if worker else plugin / LOADER
    before = len(listener().lines())
    process = launcher.start(program, argv=[WORKER, "--list-interfaces"],
                             stderr=subprocess.PIPE, text=True)
    _, said = process.communicate()
    assert process.returncode == 1
    assert said.count("\n") == 1
    assert reason in said
    lines = listener().lines()[before:]
    assert len(lines) == 1
    assert said.strip() == re.sub(r"^<27>.{16}(\w+)\[\d+\]", r"\1", lines[0])


class Installed:
    """Modules of several series where an installed loader looks."""

    def __init__(self, root, launcher, program):
        self._launcher = launcher
        self._program = program
        self.libdir = self._ask_loader()
        mounted = next(place for place in self.libdir.parents
                       if place.is_dir())
        upper, work = root / "upper", root / "work"
        work.mkdir()
        self._series = upper / self.libdir.relative_to(mounted)
        self._series.mkdir(mode=0o755, parents=True)
        launcher.mounts.append(
            ["-t", "overlay", "-o", f"lowerdir={mounted},upperdir={upper},"
             f"workdir={work}", "overlay", str(mounted)])

    def add(self, name, source):
        """Install a module for the series of this name; its path."""
        place = self._series / name
        place.mkdir(mode=0o755)
        compile_module(place / MODULE, source).chmod(0o644)
        return str(self.libdir / name / MODULE)

    def start(self):
        """The LD_PRELOAD of a worker, and the lines that its start logged."""
        before = len(listener().lines())
        state = self._launcher.state_of_worker(self._program)
        return state["env"].get("LD_PRELOAD"), listener().lines()[before:]

    def _ask_loader(self):
        """The built-in directory, from the loader's log line."""
        preload, lines = self.start()
        assert preload is None
        return Path(re.search(r" nor in (\S+)/<series>/", lines[0])[1])


@pytest.fixture(name="installed")
def _installed(root, launcher, stopping):
    shutil.copy(stopping, launcher.libexec / "rpcd_classic")
    place = root / "installed"
    place.mkdir(mode=0o755)
    program = shutil.copy(BUILD / LOADER, place / LOADER)
    yield Installed(place, launcher, program)
    shutil.rmtree(place)


def test_installed_module_of_the_running_series_is_taken(installed):
    installed.add("4.9", CRASHES)
    expected = installed.add("4.17", FITS)
    installed.add("4.22", OTHER_SERIES)
    installed.add("4.25", UNRESOLVED)
    assert installed.start() == (expected, [])


def test_module_of_the_series_that_the_worker_names_is_first(installed,
                                                             launcher):
    """The time of all probes together is not spent on the newer one."""
    with open(launcher.libexec / "rpcd_classic", "ab") as worker:
        worker.write(b"\0SAMBA_4.17.12_TEST\0")
    expected = installed.add("4.17", FITS)
    installed.add("4.22", HANGS)
    assert installed.start() == (expected, [])


def test_installed_worker_names_its_series():
    assert f"SAMBA_{series.NAME}.".encode() in Path(WORKER).read_bytes()


def test_installed_modules_of_other_series_log_one_line(installed):
    paths = [installed.add(name, OTHER_SERIES)
             for name in ("4.25", "4.22", "4.17")]
    preload, lines = installed.start()
    assert preload is None
    assert len(lines) == 1
    assert lines[0].endswith("stock Samba serves: " + "; ".join(
        f"{path}: built for another Samba series" for path in paths))
