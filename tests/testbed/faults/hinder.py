# SPDX-License-Identifier: GPL-3.0-or-later
"""Hinder a process for a while: stop it, or limit what it may have."""

import contextlib
import os
import resource
import signal

from testbed import processes


@contextlib.contextmanager
def stopped(pid):
    """Make a process hang meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


# epoll_wait() and epoll_pwait(), of x86_64 and of the newer architectures.
_EPOLL = ("232", "281", "22")


@contextlib.contextmanager
def stopped_idle(pid):
    """The same, while it waits for events and so holds no lock."""
    def stop():
        os.kill(pid, signal.SIGSTOP)
        processes.wait_until(lambda: processes.stat(pid)[0] == "T",
                             f"{pid} has stopped")
        if _system_call(pid) in _EPOLL:
            return True
        os.kill(pid, signal.SIGCONT)
        return False

    try:
        processes.wait_until(stop, f"{pid} waits for events")
        yield
    finally:
        processes.send(pid, signal.SIGCONT)


@contextlib.contextmanager
def limited(pid, what, value):
    """Let a process have less meanwhile."""
    before = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (value, before[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, what, before)


def no_descriptors(pid):
    """Let a process open nothing meanwhile."""
    return limited(pid, resource.RLIMIT_NOFILE, 0)


def _system_call(pid):
    """The number of the system call that a stopped process is in."""
    with open(f"/proc/{pid}/syscall", encoding="utf-8") as call:
        return call.read().split()[0]
