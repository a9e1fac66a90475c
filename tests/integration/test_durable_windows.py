# SPDX-License-Identifier: GPL-3.0-or-later
"""A session ends by itself while another one on its smbd is closed.

Its durable handles are left (docs/spec.md#what-is-torn-down).
"""

import contextlib
import itertools
import struct
import threading

import pytest

from testbed import series
from testbed.clients import durable
from testbed.clients.connections import (
    CLIENT, OTHER_CLIENT, Connection, outcome)
from testbed.clients.durable import RECLAIMED
from testbed.clients.multichannel import as_client
from testbed.clients.srvsvc import (
    ERROR_TIMEOUT, NERR_SUCCESS, Pipe, wait_served)
from testbed.faults import share_mode_lock
from testbed.faults.hinder import stopped
from testbed.observe import sessions
from testbed.processes import wait_until

# No record says before 4.23 which of the handles were alice's.
ANSWER = NERR_SUCCESS if series.OPENS_NAME_SESSION else ERROR_TIMEOUT

each_way = pytest.mark.parametrize("asked", [
    {"user": "alice"}, {"client": CLIENT}], ids=["by user", "by client"])


def reclaimed(handle, session, path):
    """What the client of a session gets who wants a handle back."""
    with durable.reconnect(session, source=OTHER_CLIENT) as again:
        return outcome(handle.reclaim, again, path)


class Neighbours:
    """Alice's and bob's sessions on one smbd, with durable handles."""

    def __init__(self, samba, path):
        self.samba = samba
        self.alice = Connection(samba, "3.0", source=CLIENT).login("alice")
        self.bob = durable.reconnect(self.alice, user="bob",
                                     source=OTHER_CLIENT)
        durable.Handle().open(self.alice, path)
        self.bobs = {f"{number}-{path}": durable.Handle()
                     for number in range(2)}
        for name, handle in self.bobs.items():
            handle.open(self.bob, name)
        self.smbd = sessions.smbd_of(samba, self.bob)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.alice.connection.close()

    @contextlib.contextmanager
    def bob_half_ended(self, pipe, asked, path):
        """Bob's connection is lost while alice's session is being closed.

        In the with block, his smbd has disconnected one of his handles, and
        waits for the share modes of the other, which is of path. His session
        is still on record.
        """
        stored = self.samba.directory / "shares" / durable.SHARE / path
        with share_mode_lock.held(self.samba, stored):
            with stopped(self.smbd):
                pipe.send_session_del(**asked)
                wait_served(pipe.session)
                self.bob.connection.close()
            wait_until(lambda: any(handle.is_disconnected(self.samba)
                                   for handle in self.bobs.values()),
                       "one of bob's handles is disconnected")
            assert self.bob_is_on_record()
            yield

    def bob_is_on_record(self):
        """Without a channel, so smbstatus cannot read the record."""
        return (struct.pack(">L", self.bob.id & 0xffffffff)
                in sessions.records(self.samba))

    def bob_reclaims(self):
        """What comes of it, once his session has ended."""
        wait_until(lambda: not self.bob_is_on_record(), "bob's session ends")
        return [reclaimed(handle, self.bob, name)
                for name, handle in self.bobs.items()]


@each_way
def test_session_that_ends_at_the_same_time_keeps_its_handles(
        samba, caller, path, asked):
    pipe = Pipe(caller)
    with Neighbours(samba, path) as both:
        # Of the handles, smbd ends the newest first.
        with both.bob_half_ended(pipe, asked, f"0-{path}"):
            pass
        assert pipe.receive_werror() == ANSWER
        assert both.bob_reclaims() == [RECLAIMED, RECLAIMED]


@each_way
def test_session_that_ends_over_the_end_of_the_call_keeps_its_handles(
        hasty_samba, hasty_caller, path, asked):
    pipe = Pipe(hasty_caller)
    with Neighbours(hasty_samba, path) as both:
        with both.bob_half_ended(pipe, asked, f"0-{path}"):
            assert pipe.receive_werror() == ANSWER
        assert both.bob_reclaims() == [RECLAIMED, RECLAIMED]


@each_way
def test_handles_opened_and_lost_at_any_moment_are_kept(samba, caller, path,
                                                        asked):
    """Before, between and after the walks that note what alice has open."""
    pipe, over, bobs, failure = Pipe(caller), threading.Event(), {}, []

    with Connection(samba, "3.0", source=CLIENT) as near:
        first = near.login("alice")

        def come_and_go():
            try:
                while not over.is_set():
                    name, handle = f"{len(bobs)}-{path}", durable.Handle()
                    with as_client(near.engine.ClientGuid):
                        far = Connection(samba, "3.0", source=OTHER_CLIENT)
                    with far:
                        bobs[name] = handle
                        handle.open(far.login("bob"), name)
            except Exception as error:
                failure.append(error)

        bob = threading.Thread(target=come_and_go)
        bob.start()
        try:
            # Until enough of bob's sessions have also come and gone.
            for number in itertools.count():
                if failure or number >= 30 and len(bobs) > 20:
                    break
                alice = first if not number else near.login("alice")
                durable.Handle().open(alice, f"alice-{number}-{path}")
                assert pipe.net_session_del(**asked) in (NERR_SUCCESS,
                                                         ERROR_TIMEOUT)
        finally:
            over.set()
            bob.join()
        assert not failure
        sessions.wait_gone(samba, "bob")
        with durable.reconnect(first, user="bob", source=OTHER_CLIENT) as again:
            assert {name: outcome(handle.reclaim, again, name)
                    for name, handle in bobs.items()} == dict.fromkeys(
                        bobs, RECLAIMED)
