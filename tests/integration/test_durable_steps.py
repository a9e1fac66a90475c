# SPDX-License-Identifier: GPL-3.0-or-later
"""A bystander opens files and loses them between any two steps of a call.

The worker stops before each walk over smbd's tables, each look at a record and
each change of one. The bystander's handles are kept
(docs/spec.md#what-is-torn-down).
"""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest

from testbed.clients import durable
from testbed.clients.connections import (
    CALLER, CLIENT, OTHER_CLIENT, Connection, connect, outcome)
from testbed.clients.durable import GONE, RECLAIMED
from testbed.clients.srvsvc import ERROR_TIMEOUT, NERR_SUCCESS, Pipe
from testbed.observe import sessions
from testbed.processes import wait_until

# No call takes more steps.
STEPS_MAX = 60


def reclaimed(handle, session, path, **where):
    with durable.reconnect(session, **where) as again:
        return outcome(handle.reclaim, again, path)


class Bystander:
    """Bob's sessions on alice's smbd, each with a durable handle."""

    def __init__(self, samba, alice):
        self._samba = samba
        self._alice = alice
        self._handles = {}

    def opens(self, path):
        session = durable.reconnect(self._alice, user="bob",
                                    source=OTHER_CLIENT)
        handle = durable.Handle()
        handle.open(session, path)
        self._handles[path] = (handle, session)

    def loses(self, path):
        _, session = self._handles[path]
        session.connection.close()
        wait_until(lambda: session.id & 0xffffffff not in [
            row["session_id"] for row in sessions.session_table(self._samba)],
                   "bob's session has ended")

    def reclaims(self):
        """What comes of it when all of them are lost."""
        for _, session in self._handles.values():
            session.connection.close()
        sessions.wait_gone(self._samba, "bob")
        return {reclaimed(handle, session, path, source=OTHER_CLIENT)
                for path, (handle, session) in self._handles.items()}


def with_call_stopped(samba, steps, step, meanwhile):
    """Close alice's session; call meanwhile() when the worker has stopped.

    The answer, and whether there was such a step.
    """
    worker, = samba.worker_pids()
    with (connect(samba, "sop", source=CALLER) as caller,
          ThreadPoolExecutor(1) as pool,
          contextlib.ExitStack() as stack):
        pipe = Pipe(caller)
        stopped = stack.enter_context(steps.stopped_before(step, worker))
        answer = pool.submit(pipe.net_session_del, user="alice")
        wait_until(lambda: stopped() or answer.done(), "it stops or ends")
        reached = not answer.done()
        if reached:
            meanwhile()
        stack.close()
        return answer.result(), reached


@pytest.mark.parametrize("early", [True, False],
                         ids=["opened before", "opened meanwhile"])
def test_handles_lost_between_any_two_steps_are_kept(stepped_samba, steps,
                                                     early):
    answers, step, reached = set(), 0, True
    while reached:
        step += 1
        path = f"{step}-{early}"
        with Connection(stepped_samba, "3.0", source=CLIENT) as near:
            alice, handle = near.login("alice"), durable.Handle()
            handle.open(alice, f"alice-{path}")
            bob = Bystander(stepped_samba, alice)
            bob.opens(f"stays-{path}")
            if early:
                bob.opens(f"lost-{path}")

            def meanwhile(bob=bob, lost=f"lost-{path}"):
                if not early:
                    bob.opens(lost)
                bob.loses(lost)

            answer, reached = with_call_stopped(stepped_samba, steps, step,
                                                meanwhile)
            answers.add(answer)
        if answer == NERR_SUCCESS:
            assert reclaimed(handle, alice, f"alice-{path}",
                             source=CLIENT) == GONE
        assert bob.reclaims() == {RECLAIMED}, f"before step {step}"
        assert step < STEPS_MAX
    assert step > 8 and answers <= {NERR_SUCCESS, ERROR_TIMEOUT}
    # Nothing disturbed the last one.
    assert answer == NERR_SUCCESS
