# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of a call that matches nothing goes, with one session.

Measured with perf (Debian's linux-perf) in the worker: our call, stock Samba's,
and for comparison a call that does nothing.
"""

import collections
import contextlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import bench  # noqa: E402
from testbed.clients.samba_pipe import SambaPipe  # noqa: E402

CALLS = 5000

# The system calls with which the worker reads a request and writes the answer.
EDGES = "syscalls:sys_exit_readv,syscalls:sys_enter_writev"

# Audit lines are written this long after an answer, in seconds.
AUDIT = 0.05

# Functions with a smaller share of the worker's time are not shown.
SHARE_MIN = 0.01


class Caller:
    """A caller that makes one kind of call, and the processes that serve it."""

    def __init__(self, server, kind):
        before = set(server.smbd_pids())
        pipe = SambaPipe(server, bench.CALLER, "smb2")
        self._call = kind(pipe)
        self.smbd, = set(server.smbd_pids()) - before
        self.worker, = server.worker_pids()
        self.calls(bench.WARM_UP_CALLS)

    def calls(self, number):
        """Make this many calls, one after the other."""
        for _ in range(number):
            self._call()
        time.sleep(AUDIT)


def main():
    if not shutil.which("perf"):
        sys.exit("perf is not installed (Debian's linux-perf)")
    with contextlib.ExitStack() as stack:
        servers = bench.start_servers(stack)
        callers = {
            name: Caller(servers[server], kind)
            for name, server, kind in (
                ("ours", "ours", lambda pipe: partial(bench.match_nobody,
                                                      pipe)),
                ("stock", "stock", lambda pipe: partial(bench.match_nobody,
                                                        pipe)),
                ("floor", "stock", lambda pipe: pipe.unknown_call))}
        print("| us a call | CPU of smbd | CPU of the worker "
              "| from request to answer in the worker |")
        print("| --- | ---: | ---: | ---: |")
        for name, caller in callers.items():
            print(f"| {name} | {cpu_time(caller, caller.smbd):.1f} "
                  f"| {cpu_time(caller, caller.worker):.1f} "
                  f"| {statistics.median(served(caller)):.1f} |")
        for name in ("ours", "stock"):
            print(f"\n{name}: share of the worker's time, with all that is "
                  "called from there\n")
            print_shares(*shares(callers[name]))


def cpu_time(caller, pid):
    """The CPU time of a process for each call, in us."""
    schedstat = Path(f"/proc/{pid}/schedstat")
    before = int(schedstat.read_text().split()[0])
    caller.calls(CALLS)
    return (int(schedstat.read_text().split()[0]) - before) / CALLS / 1000


def served(caller):
    """The time from each request to its answer, in us."""
    script = recorded(caller, ["-e", EDGES], ["-F", "time,event", "--ns"])
    times = []
    read = None
    for line in script.splitlines():
        when, event = line.split(None, 1)
        when = float(when.rstrip(":"))
        if "readv" in event:
            read = when
        elif read is not None:
            times.append((when - read) * 1e6)
            read = None
    return times


def shares(caller):
    """The number of samples, in all and in each function."""
    script = recorded(caller, ["-F", "5000", "--call-graph", "dwarf,8192"],
                      ["-F", "ip,sym"])
    stacks = [stack.splitlines() for stack in script.split("\n\n")
              if stack.strip()]
    inside = collections.Counter()
    for stack in stacks:
        inside.update({frame.split(None, 1)[-1].replace(" (inlined)", "")
                       for frame in stack if frame.strip()})
    return len(stacks), inside


def print_shares(samples, inside):
    for name, number in inside.most_common():
        if number / samples < SHARE_MIN:
            break
        if name != "[unknown]":
            print(f"{100 * number / samples:5.1f} %  {name}")


def recorded(caller, what, fields):
    """The output of perf script about the worker while calls are made."""
    with tempfile.TemporaryDirectory() as place:
        data = str(Path(place, "perf.data"))
        with subprocess.Popen(
                ["perf", "record", *what, "-o", data, "-p",
                 str(caller.worker)], stderr=subprocess.DEVNULL) as perf:
            # perf does not say when it starts; calls before that are missed.
            caller.calls(CALLS)
            perf.send_signal(signal.SIGINT)
        return subprocess.run(
            ["perf", "script", *fields, "-i", data], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="utf-8").stdout


if __name__ == "__main__":
    main()
