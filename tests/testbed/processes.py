# SPDX-License-Identifier: GPL-3.0-or-later
"""Daemons and their processes: start, find, look at and end them."""

import contextlib
import os
import signal
import subprocess
import time


def wait_until(condition, what, seconds=30):
    """Poll condition() until it is true; its value.

    what: what is waited for, the text of the TimeoutError. The last look
    begins after the time is up, so no pause of this process is mistaken for
    a condition that stays false.
    """
    deadline = time.monotonic() + seconds
    while True:
        is_last = time.monotonic() > deadline
        value = condition()
        if value:
            return value
        if is_last:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


class Daemon:
    """A daemon and its descendants, in a process session of their own.

    before: a command that becomes the daemon.
    """

    def __init__(self, argv, log, env=None, pass_fds=(), before=()):
        self.name = os.path.basename(argv[0])
        with open(log, "ab") as output:
            self._process = subprocess.Popen(
                [*before, *argv], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, start_new_session=True, env=env,
                pass_fds=pass_fds)
        self.pid = self._process.pid

    def alive(self):
        return self._process.poll() is None

    def pids(self):
        """All live processes of the daemon, orphans included."""
        return [pid for pid in all_pids() if _session_of(pid) == self.pid]

    def stop(self):
        """End all processes; the names of those that had to be killed."""
        stubborn = end_all(self.pids, self.name)
        self._process.wait()
        return stubborn


def send(pid, number):
    """Send a signal to a process, which may be gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def end(pid):
    """Ask a process to end, and wait until its parent knows that it has."""
    send(pid, signal.SIGTERM)
    wait_reaped(pid)


def end_all(pids, name):
    """End the processes that pids() finds, until it finds no more.

    So those that they start meanwhile end too. Returns which had to be
    killed, as texts with that name.
    """
    asked = set()

    def gone():
        found = set(pids())
        # Once is enough, and a second time could cut an orderly end short.
        for pid in found - asked:
            send(pid, signal.SIGTERM)
            send(pid, signal.SIGCONT)
        asked.update(found)
        return not found

    def killed():
        found = pids()
        for pid in found:
            send(pid, signal.SIGKILL)
        return not found

    try:
        wait_until(gone, f"{name} ends")
    except TimeoutError:
        stubborn = [f"{name} ({pid})" for pid in pids()]
        wait_until(killed, f"{name} is killed")
        return stubborn
    return []


def wait_reaped(*pids):
    """Wait until these processes have ended, and their parents know it.

    If samba-dcerpcd may have no other worker, Samba 4.17 can forget a client
    that comes while one ends.
    """
    wait_until(lambda: not any(os.path.exists(f"/proc/{pid}")
                               for pid in pids), f"{pids} have ended")


def resident_kib(pid):
    """The anonymous memory of pid in RAM: heap, stacks and so on."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status
                    if line.startswith("RssAnon:"))


def descriptors(pid):
    """The descriptors of pid and what they refer to; {} when it is gone."""
    place = f"/proc/{pid}/fd"
    found = {}
    # After the listing, descriptors may be closed and pid may end.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for name in os.listdir(place):
            with contextlib.suppress(FileNotFoundError):
                found[name] = os.readlink(f"{place}/{name}")
    return found


def children(pid):
    """The child processes of pid; [] when it is gone."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as pids:
            return [int(child) for child in pids.read().split()]
    except OSError:
        return []


def parent(pid):
    """The parent of pid; None when it is gone."""
    try:
        return int(stat(pid)[1])
    except OSError:
        return None


def title(pid):
    """The name that pid gives itself; "" when it is gone."""
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8") as name:
            return name.read().rstrip("\n")
    except OSError:
        return ""


def executable(pid):
    """The program that pid runs; "" when it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def maps_file(pid, path):
    """Whether pid has the file at path mapped."""
    try:
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
            return any(line.rstrip("\n").endswith(f" {path}")
                       for line in maps)
    except OSError:
        return False


def arguments(pid):
    """The command line of pid; [] when it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
            return cmdline.read().decode(errors="replace").split("\0")[:-1]
    except OSError:
        return []


# epoll_wait() and epoll_pwait() on x86_64, and epoll_pwait() elsewhere.
EPOLL = ("232", "281", "22")
# read() on x86_64 and elsewhere.
READ = ("0", "63")
# write(), likewise.
WRITE = ("1", "64")


def system_call(pid):
    """The number of the system call in which pid waits or was stopped."""
    with open(f"/proc/{pid}/syscall", encoding="utf-8") as call:
        return call.read().split()[0]


def stays_in(pid, calls):
    """Whether pid is in one of these system calls, and still is for 200 ms."""
    for _ in range(20):
        if system_call(pid) not in calls:
            return False
        time.sleep(0.01)
    return True


def all_pids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def stat(pid):
    """The fields of /proc/PID/stat, from the state on."""
    with open(f"/proc/{pid}/stat", encoding="utf-8",
              errors="replace") as file:
        return file.read().rpartition(")")[2].split()


def _session_of(pid):
    """The session id of a live process; None when it is dead or a zombie."""
    try:
        state, _, _, session = stat(pid)[:4]
    except OSError:
        return None
    return None if state in "ZX" else int(session)
