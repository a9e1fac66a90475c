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
from testbed.observe import sessions
from testbed.processes import all_pids, wait_reaped, wait_until

# No file takes more steps.
STEPS_MAX = 20


def lease_key(path):
    return path.encode()[-16:].ljust(16)


@contextlib.contextmanager
def killed_at(samba, steps, step, path, state=smb2.LEASE_READ_HANDLE_WRITE):
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
        with steps.killed_before(step):
            try:
                assert pipe.net_session_del(user="alice") == NERR_SUCCESS
                assert steps.seen() < step
                alice = None
            except LOST:
                wait_reaped(worker)
                assert steps.seen() == step
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
def test_worker_killed_before_each_step(stepped_samba, steps, first, then):
    for step in itertools.count(1):
        path = f"{first.__name__}-{step}"
        before = on_file(stepped_samba)
        with killed_at(stepped_samba, steps, step, path) as alice:
            pass
        if alice is None:
            break
        first(stepped_samba, alice, path)
        then(stepped_samba, alice, path)
        nobody_is_hurt(stepped_samba, path, before)
        assert step < STEPS_MAX
    assert step > 5


def test_worker_killed_while_another_has_the_file_open(stepped_samba, steps):
    """4.17 then leaves the handle's share-mode entry looking alive.

    If the lease of such an entry is missing, an smbd that opens the file
    panics.
    """
    for step in itertools.count(1):
        path = f"held-{step}"
        before = on_file(stepped_samba)
        with (connect(stepped_samba, "carol", source=OTHER_CLIENT) as carol,
              connect(stepped_samba, "bob", source=OTHER_CLIENT) as bob):
            # an open without a lease would deny alice a durable handle
            held = durable.Handle(lease=os.urandom(16),
                                  state=smb2.LEASE_NONE).open(carol, path)
            with killed_at(stepped_samba, steps, step, path,
                           smb2.LEASE_READ_HANDLE) as alice:
                bob.open(path, durable.SHARE).close()
            held.close()
        if alice is None:
            break
        open_as_her(stepped_samba, alice, path)
        nobody_is_hurt(stepped_samba, path, before)
        assert step < STEPS_MAX
    assert step > 5
