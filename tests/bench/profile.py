# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the time of a call goes.

Measured with perf (Debian's linux-perf) in the worker. With one session, a call
that matches nothing: ours, stock Samba's, and for comparison a call that does
nothing. With 100 sessions, the steps of our calls that end some of them.
"""

import collections
import contextlib
import itertools
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

# Those between the steps of a call that ends sessions.
BOUNDARIES = ",".join(f"syscalls:sys_{event}" for event in (
    "exit_readv", "enter_writev", "exit_sendto", "enter_sendmsg",
    "exit_recvmsg"))
STEPS = ("find the sessions",
         "record them in log and syslog",
         "note durable handles",
         "ask the sessions' smbds to close them",
         "wait for these smbds",
         "look for the sessions, end durable handles, answer")
# What each of them begins with.
BEGINNINGS = ("request", "log", "syslog", "first message", "ping", "pong")
SESSIONS = 100
CLOSES = 40

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
        print_calls_without_match(servers)
        print_steps(servers["ours"])


def print_calls_without_match(servers):
    callers = {
        name: Caller(servers[server], kind)
        for name, server, kind in (
            ("ours", "ours", lambda pipe: partial(bench.match_nobody, pipe)),
            ("stock", "stock", lambda pipe: partial(bench.match_nobody, pipe)),
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
    script = recorded(caller.worker, lambda: caller.calls(CALLS),
                      ["-e", EDGES], ["-F", "time,event", "--ns"])
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
    script = recorded(caller.worker, lambda: caller.calls(CALLS),
                      ["-F", "5000", "--call-graph", "dwarf,8192"],
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


def print_steps(server):
    print(f"\n| us a call, {SESSIONS} sessions | one ends | with durable "
          "handles | ten end | with durable handles |")
    print("| --- | ---: | ---: | ---: | ---: |")
    columns = [steps(server, victims, durable)
               for victims in (1, 10) for durable in (False, True)]
    for row in zip(STEPS, *columns):
        print(f"| {row[0]} | "
              + " | ".join(f"{step:.0f}" for step in row[1:]) + " |")


def steps(server, victims, durable):
    """How long each step of a call that ends the victims takes, in us."""
    servers = {"ours": server}
    with bench.others(servers, SESSIONS - victims - 1, durable), \
            bench.callers(servers) as pipes:
        ways = {"ours": lambda *_: bench.close_victims(pipes["ours"])}
        worker, = server.worker_pids()
        script = recorded(
            worker,
            lambda: bench.closing(servers, victims, CLOSES, ways, durable),
            ["-e", BOUNDARIES], ["-F", "time,event", "--ns"])
    return [statistics.median(step) * 1e6 for step in zip(*closes(script))]


def closes(script):
    """The times of each call's steps, in seconds."""
    seen = {}
    for line in script.splitlines():
        when, event = line.split(None, 1)
        when = float(when.rstrip(":"))
        event = event.strip().rstrip(":").rsplit("_", 1)[-1]
        if event == "readv":
            seen = {"request": when}
        elif event == "writev" and "pong" in seen:
            yield [end - start for start, end in itertools.pairwise(
                [seen[name] for name in BEGINNINGS] + [when])]
            seen = {}
        elif event == "writev":
            seen.setdefault("log", when)
        elif event == "sendto":
            seen.setdefault("syslog", when)
        elif event == "sendmsg" and "syslog" in seen:
            seen.setdefault("first message", when)
            if "pong" not in seen:
                seen["ping"] = when
        elif event == "recvmsg" and "ping" in seen:
            seen["pong"] = when


def recorded(pid, work, what, fields):
    """The output of perf script about a process while work() is done."""
    with tempfile.TemporaryDirectory() as place:
        data = str(Path(place, "perf.data"))
        with subprocess.Popen(
                ["perf", "record", *what, "-o", data, "-p", str(pid)],
                stderr=subprocess.DEVNULL) as perf:
            # perf does not say when it starts; calls before that are missed.
            try:
                work()
            finally:
                perf.send_signal(signal.SIGINT)
        return subprocess.run(
            ["perf", "script", *fields, "-i", data], check=True,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            encoding="utf-8").stdout


if __name__ == "__main__":
    main()
