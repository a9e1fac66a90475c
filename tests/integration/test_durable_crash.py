# SPDX-License-Identifier: GPL-3.0-or-later
"""A worker that is killed while it ends a durable handle harms nobody.

What a handle holds on its file is removed in steps. Others open the file
after each of them.
"""

import contextlib
import itertools
import os

import pytest

from testbed.clients import durable, smb2
from testbed.clients.connections import (
    CALLER, CLIENT, OTHER_CLIENT, SUCCESS, connect)
from testbed.clients.durable import exclusively
from testbed.clients.srvsvc import LOST, NERR_SUCCESS, Pipe
from testbed.faults.worker_steps import WorkerSteps
from testbed.observe import sanitizers, sessions
from testbed.processes import all_pids, wait_until
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


@contextlib.contextmanager
def killed_at(samba, crash, step, path, state=smb2.LEASE_READ_HANDLE_WRITE):
    """Close alice's session with a handle; None if there is no such step.

    Else her session, which has ended. Her smbd lives as long as the with
    block.
    """
    key = lease_key(path)
    with (connect(samba, "alice", source=CLIENT) as alice,
          connect(samba, "sop", source=CALLER) as caller):
        pipe = Pipe(caller)
        smbd = sessions.smbd_of(samba, alice)
        opened = durable.Handle(lease=key, state=state).open(alice, path)
        assert smb2.lock(opened, 0, 10) == SUCCESS
        worker, = samba.worker_pids()
        with crash.killed_before(step):
            try:
                assert pipe.net_session_del(user="alice") == NERR_SUCCESS
                assert crash.seen() < step
                alice = None
            except LOST:
                wait_until(lambda: worker not in samba.worker_pids(),
                           "the worker is dead")
                assert crash.seen() == step
        yield alice
    wait_until(lambda: smbd not in all_pids(), "her smbd has ended")


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


def nobody_is_hurt(samba, path, before):
    assert exclusively(samba, path) == SUCCESS
    wait_until(lambda: on_file(samba) == before, f"it is free: {path}")
    assert not any("PANIC" in log.read_text(errors="replace")
                   for log in samba.log_dir.glob("log.*"))


@pytest.mark.parametrize("first, then", [
    (open_as_her, open_as_another), (open_as_another, open_as_her)])
def test_worker_killed_before_each_step(samba, crash, first, then):
    for step in itertools.count(1):
        path = f"{first.__name__}-{step}"
        before = on_file(samba)
        with killed_at(samba, crash, step, path) as alice:
            pass
        if alice is None:
            break
        first(samba, alice, path)
        then(samba, alice, path)
        nobody_is_hurt(samba, path, before)
        assert step < STEPS_MAX
    assert step > 5


def test_worker_killed_while_another_has_the_file_open(samba, crash):
    """4.17 then leaves the handle's share-mode entry looking alive.

    If the lease of such an entry is missing, an smbd that opens the file
    panics.
    """
    for step in itertools.count(1):
        path = f"held-{step}"
        before = on_file(samba)
        with (connect(samba, "carol", source=OTHER_CLIENT) as carol,
              connect(samba, "bob", source=OTHER_CLIENT) as bob):
            # an open without a lease would deny alice a durable handle
            held = durable.Handle(lease=os.urandom(16),
                                  state=smb2.LEASE_NONE).open(carol, path)
            with killed_at(samba, crash, step, path,
                           smb2.LEASE_READ_HANDLE) as alice:
                bob.open(path, durable.SHARE).close()
            held.close()
        if alice is None:
            break
        open_as_her(samba, alice, path)
        nobody_is_hurt(samba, path, before)
        assert step < STEPS_MAX
    assert step > 5
