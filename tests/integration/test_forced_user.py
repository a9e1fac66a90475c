# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares that are used in another user's or group's name.

docs/spec.md#what-is-torn-down, docs/spec.md#the-list
"""

import collections

import pytest

from testbed import series
from testbed.clients import durable
from testbed.clients.connections import (
    CALLER, CLIENT, OTHER_CLIENT, Connection, connect, outcome)
from testbed.clients.durable import GONE, RECLAIMED
from testbed.clients.session_enum import enumerate_sessions
from testbed.clients.srvsvc import NERR_SUCCESS, Pipe
from testbed.observe.sessions import wait_alone
from testbed.servers.standalone import Server

# In whose name each share is used.
SHARES = {
    "as-bob": {"force user": "bob"},
    "as-guest": {"guest only": "yes"},
    "as-group": {"force group": "testusers"},
}

each_share = pytest.mark.parametrize("share", SHARES)
# What alice's session is closed by.
each_way = pytest.mark.parametrize("asked", [
    {"user": "alice"}, {"client": CLIENT}], ids=["by user", "by client"])


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(shares=SHARES) as server:
        yield server


@pytest.fixture(name="pipe")
def _pipe(samba):
    with connect(samba, "sop", source=CALLER) as session:
        wait_alone(samba, session)
        yield Pipe(session)


def reclaimed(handle, session, path):
    """What the client of a session gets who wants a handle back."""
    with durable.reconnect(session) as again:
        return outcome(handle.reclaim, again, path)


@each_way
@each_share
def test_durable_handle_ends_with_its_session(samba, pipe, path, share, asked):
    handle = durable.Handle(share=share)
    with connect(samba, "alice", source=CLIENT) as session:
        before = durable.traces(samba)
        handle.open(session, path)
        assert pipe.net_session_del(**asked) == NERR_SUCCESS
        assert durable.traces(samba) == before
    assert reclaimed(handle, session, path) == GONE


@each_share
def test_it_can_be_reclaimed_without_a_call(samba, path, share):
    handle = durable.Handle(share=share)
    with connect(samba, "alice", source=CLIENT) as session:
        handle.open(session, path)
    assert reclaimed(handle, session, path) == RECLAIMED


@each_way
@each_share
def test_others_on_its_smbd_keep_theirs(samba, pipe, path, share, asked):
    """Also of bob, in whose name alice used the share."""
    kept = {(user, on): durable.Handle(share=on) for user in ("bob", "carol")
            for on in (share, durable.SHARE)}
    his = durable.Handle(share=share)
    with Connection(samba, "3.0", source=CLIENT) as near:
        alice = near.login("alice")
        others = {user: durable.reconnect(alice, user=user,
                                          source=OTHER_CLIENT)
                  for user in ("bob", "carol")}
        his.open(alice, path)
        for number, ((user, _), handle) in enumerate(kept.items()):
            handle.open(others[user], f"{number}-{path}")
        assert pipe.net_session_del(**asked) == NERR_SUCCESS
    for session in others.values():
        session.connection.close()
    assert reclaimed(his, alice, path) == GONE
    for number, ((user, _), handle) in enumerate(kept.items()):
        assert reclaimed(handle, others[user], f"{number}-{path}") == RECLAIMED


def opens(pipe, level, **asked):
    """The number of opens of each user's sessions, but for the caller's."""
    listing = enumerate_sessions(pipe, level, **asked)
    assert listing.result == NERR_SUCCESS
    counted = collections.defaultdict(list)
    for row in listing.rows:
        if row["username"] != "sop":
            counted[row["username"]].append(row["num_opens"])
    return {user: sorted(numbers) for user, numbers in counted.items()}


@pytest.mark.parametrize("asked", [{}, {"user": "alice"}, {"client": CLIENT}],
                         ids=["of all", "of the user", "of the client"])
@pytest.mark.parametrize("level", [1, 2, 502])
@each_share
def test_opens_are_those_of_the_only_user_on_the_smbd(samba, pipe, share,
                                                      level, asked):
    with Connection(samba, source=CLIENT) as connection:
        sessions = [connection.login("alice") for _ in range(2)]
        held = [sessions[number % 2].open(f"{number}", share)
                for number in range(3)]
        with connect(samba, "bob", source=OTHER_CLIENT) as elsewhere:
            held.append(elsewhere.open("bobs", share))
            wanted = {"alice": [1, 2] if series.OPENS_NAME_SESSION else [3, 3]}
            if not asked:
                wanted["bob"] = [1]
            assert opens(pipe, level, **asked) == wanted


@pytest.mark.parametrize("asked", [{}, {"user": "alice"}],
                         ids=["of all", "of the user"])
def test_opens_are_the_forced_users_where_he_is_too(samba, pipe, asked):
    """Unless their records name their session."""
    with Connection(samba, source=CLIENT) as connection:
        alice, _ = connection.login("alice"), connection.login("bob")
        held = [alice.open(f"{number}", "as-bob") for number in range(3)]
        held.append(alice.open("another"))
        counted = opens(pipe, 502, **asked)
        if series.OPENS_NAME_SESSION:
            wanted = {"alice": [4], "bob": [0]}
        else:
            wanted = {"alice": [1], "bob": [3]}
        assert counted == {user: wanted[user] for user in counted}
        assert "alice" in counted
