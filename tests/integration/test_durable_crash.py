# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that is killed while it ends a durable handle harms nobody.

What a handle holds on its file is removed in steps. Others open the file
after each of them.
"""

import os

import pytest

from testbed.clients import durable, smb2
from testbed.clients.connections import (
    CALLER, CLIENT, OTHER_CLIENT, SUCCESS, connect)
from testbed.clients.durable import exclusively
from testbed.clients.srvsvc import LOST, NERR_SUCCESS, Pipe
from testbed.faults.worker_steps import WorkerSteps
from testbed.observe import sanitizers
from testbed.processes import wait_until
from testbed.servers.standalone import Server

pytestmark = pytest.mark.skipif(
    sanitizers.active(), reason="the sanitizers must be loaded first")

# No file takes more steps.
STEPS_MAX = 20


@pytest.fixture(name="crash", scope="module")
def _crash():
    with WorkerSteps() as crash:
        yield crash


@pytest.fixture(name="samba", scope="module")
def _samba(crash):
    with Server(address="127.0.0.1",
                dcerpcd_env=crash.environment) as server:
        yield server


def lease_key(path):
    return path.encode()[-16:].ljust(16)


def killed_at(samba, crash, step, path):
    """Close alice's session with a handle; None if there is no such step.

    Else her session, which has ended.
    """
    key = lease_key(path)
    with (connect(samba, "alice", source=CLIENT) as alice,
          connect(samba, "sop", source=CALLER) as caller):
        pipe = Pipe(caller)
        opened = durable.Handle(lease=key).open(alice, path)
        assert smb2.lock(opened, 0, 10) == SUCCESS
        worker, = samba.worker_pids()
        with crash.killed_before(step):
            try:
                assert pipe.net_session_del(user="alice") == NERR_SUCCESS
                assert crash.seen() < step
                return None
            except LOST:
                wait_until(lambda: worker not in samba.worker_pids(),
                           "the worker is dead")
                assert crash.seen() == step
    return alice


def on_file(samba):
    """A lease that is left without an open is ignored."""
    traces = durable.traces(samba)
    return traces["locking"], traces["brlock"]


def open_as_her(samba, alice, path):
    """Her client opens the file with the same lease."""
    del samba
    with durable.reconnect(alice, source=CLIENT) as again:
        opened = durable.Handle(lease=lease_key(path)).open(again, path)
        assert smb2.lock(opened, 0, 10) == SUCCESS
        opened.close()


def open_as_another(samba, alice, path):
    """Another client opens it with a lease of its own."""
    del alice
    with connect(samba, "bob", source=OTHER_CLIENT) as bob:
        opened = durable.Handle(lease=os.urandom(16)).open(bob, path)
        opened.write(b"unhurt")
        opened.close()


@pytest.mark.parametrize("first, then", [
    (open_as_her, open_as_another), (open_as_another, open_as_her)])
def test_worker_killed_before_each_step(samba, crash, first, then):
    step = 1
    while True:
        path = f"{first.__name__}-{step}"
        before = on_file(samba)
        alice = killed_at(samba, crash, step, path)
        if alice is None:
            break
        first(samba, alice, path)
        then(samba, alice, path)
        assert exclusively(samba, path) == SUCCESS
        wait_until(lambda: on_file(samba) == before, f"it is free: {step}")
        assert step < STEPS_MAX
        step += 1
    assert step > 5
    assert not any("PANIC" in log.read_text(errors="replace")
                   for log in samba.log_dir.glob("log.*"))
