# SPDX-License-Identifier: GPL-3.0-or-later
"""Stop or limit a process during a with block."""

import contextlib
import os
import resource
import signal

from testbed import processes


@contextlib.contextmanager
def stopped(pid):
    """Make a process hang during a with block."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextlib.contextmanager
def stopped_idle(pid):
    """Like stopped(), but stop it while it waits for events, without a lock."""
    def stop():
        os.kill(pid, signal.SIGSTOP)
        processes.wait_until(lambda: processes.stat(pid)[0] == "T",
                             f"{pid} has stopped")
        if processes.system_call(pid) in processes.EPOLL:
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
    """Lower a resource limit of a process during a with block."""
    before = resource.prlimit(pid, what)
    resource.prlimit(pid, what, (value, before[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, what, before)


def no_descriptors(pid):
    """Keep a process from opening anything during a with block."""
    return limited(pid, resource.RLIMIT_NOFILE, 0)
