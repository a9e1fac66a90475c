# SPDX-License-Identifier: GPL-3.0-or-later
"""Many calls leave nothing in the worker."""

import collections
import contextlib
import re
import subprocess

import pytest

from testbed import processes
from testbed.clients.mixed_calls import MixedCalls
from testbed.observe import sanitizers
from testbed.servers.standalone import Server

# The touched pages of a heap vary a little: from one round of 5,000 calls to
# the next by 28 KiB at most after the first round, and by less with each
# further one. The smallest block of malloc() takes 32 bytes, so a leak of one
# for each call of a round is 156 KiB.
TOLERANCE_KIB = 64

# The names of a waiting call and of a pipe in a talloc report.
CALL = "struct net_session_del_state"
PIPE = "struct pipe_session"


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(conf={"sessiondel:timeout": "1"}) as server:
        yield server


@pytest.fixture(name="worker", scope="module")
def _worker(samba):
    """A worker that has served every kind of call."""
    with MixedCalls(samba) as calls:
        calls.make(100)
        calls.time_out(2)
        calls.hang_up(2)
    pid, = samba.worker_pids()
    wait_idle(samba, pid)
    return pid


def talloc_names(samba, pid):
    """The talloc contexts of a process, counted by name."""
    report = subprocess.run(
        ["smbcontrol", "-s", samba.smb_conf, str(pid), "pool-usage"],
        stdout=subprocess.PIPE, encoding="utf-8", errors="replace",
        check=True).stdout
    return collections.Counter(
        re.findall(r"^ +(.*?) +contains +\d+ bytes in", report, re.MULTILINE))


def wait_idle(samba, pid):
    processes.wait_until(lambda: not talloc_names(samba, pid)[PIPE],
                         "the worker has no pipe open")


def left_behind(samba, pid, before):
    """What the settled worker has that it did not have before."""
    def left():
        return talloc_names(samba, pid) - before
    with contextlib.suppress(TimeoutError):
        # A timer for a line about refusals may last ten seconds.
        processes.wait_until(lambda: not left(), "nothing is left")
    return left()


@pytest.mark.skipif(sanitizers.active(), reason="the address sanitizer keeps "
                    "freed memory")
def test_ten_thousand_calls_take_no_memory(samba, worker, request):
    def five_thousand():
        """Make so many calls; the worker's memory when all have ended."""
        with MixedCalls(samba) as calls:
            calls.make(4960)
            calls.time_out(20)
            calls.hang_up(20)
        wait_idle(samba, worker)
        return processes.resident_kib(worker)

    # The first ones bring the heap to its peak with every kind of call.
    early, late = five_thousand(), five_thousand()
    request.node.user_properties.append((
        "worker's memory (RssAnon)",
        f"{early} KiB after 5,000 calls, {late} KiB after 10,000"))
    assert late - early <= TOLERANCE_KIB


def settled_descriptors(pid):
    """Descriptors without the sockets by which Samba has sent messages. Samba
    keeps those for a second; the one socket that stays is for answers."""
    def sockets():
        return [target for target in processes.descriptors(pid).values()
                if target.startswith("socket:")]
    processes.wait_until(lambda: len(sockets()) == 1,
                         "the worker has one socket")
    return processes.descriptors(pid)


def test_calls_leave_no_descriptor_open(samba, worker):
    before = settled_descriptors(worker)
    with MixedCalls(samba) as calls:
        calls.make(1000)
        calls.time_out(10)
        calls.hang_up(10)
    wait_idle(samba, worker)
    assert settled_descriptors(worker) == before


def test_waiting_call_is_in_the_report_of_talloc(samba, worker):
    """This shows that the next test would find what it looks for."""
    with MixedCalls(samba) as calls:
        pipes = talloc_names(samba, worker)[PIPE]
        with calls.waiting(3):
            names = talloc_names(samba, worker)
    assert (names[CALL], names[PIPE]) == (3, pipes + 3)


def test_calls_leave_nothing_in_talloc_contexts(samba, worker):
    before = talloc_names(samba, worker)
    with MixedCalls(samba) as calls:
        for number in range(3000):
            calls.refuse(number)
        for number in range(1000):
            calls.match_nothing(number)
        calls.make(200)
        calls.time_out(10)
        calls.hang_up(60)
    assert not left_behind(samba, worker, before)
    assert samba.worker_pids() == [worker]
