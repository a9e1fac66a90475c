# SPDX-License-Identifier: GPL-3.0-or-later
"""What is torn down with a session, and what is not.

docs/spec.md#what-is-torn-down
"""

import os
import struct

import pytest
from impacket import smb3structs
from impacket.dcerpc.v5.rpcrt import DCERPCException
from impacket.smbconnection import SessionError

from testbed.accounts import PASSWORD
from testbed.clients import smb2
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, DELETED_SMB1, DIALECTS, DISCONNECTED,
    OTHER_CLIENT, Connection, connect, outcome)
from testbed.clients.multichannel import add_channel
from testbed.clients.srvsvc import ERROR_TIMEOUT, NERR_SUCCESS, Pipe
from testbed.observe import sessions
from testbed.observe.sessions import sessions_of
from testbed.processes import wait_until
from testbed.servers.standalone import Server

PLAIN = [pytest.param({"dialect": dialect}, id=dialect)
         for dialect in DIALECTS]
SIGNED = [pytest.param({"dialect": dialect, "sign": True},
                       id=f"{dialect}-signed")
          for dialect in DIALECTS if dialect != "3.1.1"]
ENCRYPTED = [pytest.param({"dialect": dialect, "encrypt": True},
                          id=f"{dialect}-encrypted")
             for dialect in ("3.0", "3.1.1")]


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(conf={"sessiondel:timeout": "2"}) as server:
        yield server


@pytest.fixture(name="caller", scope="module")
def _caller(samba):
    """The pipe of a Server Operator, at an address of its own."""
    with connect(samba, "sop", source=CALLER) as session:
        yield Pipe(session)


@pytest.fixture(autouse=True)
def _left_alone(samba):
    """After each test, wait until smbd has noticed that its clients left."""
    yield
    sessions.wait_only_at(samba, CALLER)


@pytest.fixture(name="connection")
def _connection(samba, request):
    """One TCP connection, by default with SMB 3.1.1."""
    options = getattr(request, "param", {})
    with Connection(samba, source=CLIENT, **options) as connection:
        yield connection


@pytest.fixture(name="alice")
def _alice(connection):
    """The victim."""
    return connection.login("alice")


@pytest.fixture(name="bob")
def _bob(connection):
    """A bystander on the victim's connection."""
    return connection.login("bob")


def deleted(connection):
    """What a request of a deleted session ends with."""
    if connection.dialect == "SMB1":
        return DELETED_SMB1
    encrypted = connection.engine._Connection["SupportsEncryption"]
    # An encrypted request for a session that is gone ends the connection.
    return DISCONNECTED if encrypted else DELETED


def open_status(session, path, **options):
    """The name of the NTSTATUS of an open."""
    return outcome(lambda: session.open(path, **options).close())


@pytest.mark.parametrize("connection", PLAIN + SIGNED + ENCRYPTED,
                         indirect=True)
def test_only_the_victim_on_a_connection_ends(samba, caller, connection,
                                              alice, bob):
    alice.open("kept open")
    before = sessions_of(samba, "alice", "bob")
    assert len(before) == 2
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert sessions_of(samba, "alice", "bob") == [
        row for row in before if row["user"] == "bob"]
    # The order matters: the next line ends an encrypted connection.
    assert bob.alive() == ALIVE
    assert alice.alive() == deleted(connection)


@pytest.mark.parametrize("client, user, ended", [
    (CLIENT, None, {("alice", CLIENT), ("bob", CLIENT)}),
    (None, "alice", {("alice", CLIENT), ("alice", OTHER_CLIENT)}),
    (OTHER_CLIENT, "bob", {("bob", OTHER_CLIENT)}),
], ids=["client", "user", "both"])
def test_exactly_the_matching_sessions_end(samba, caller, client, user,
                                           ended):
    with (Connection(samba, source=CLIENT) as one,
          Connection(samba, source=OTHER_CLIENT) as two):
        made = {(name, source): connection.login(name)
                for connection, source in ((one, CLIENT), (two, OTHER_CLIENT))
                for name in ("alice", "bob")}
        assert caller.net_session_del(client, user) == NERR_SUCCESS
        assert {who for who, session in made.items()
                if session.alive() == DELETED} == ended
        assert {who for who, session in made.items()
                if session.alive() == ALIVE} == made.keys() - ended


@pytest.mark.parametrize("connection", PLAIN, indirect=True)
def test_files_held_exclusively_can_be_opened_so_at_once(samba, caller,
                                                         connection):
    """Many files, so that closing takes a while, and opened by another smbd."""
    paths = [f"exclusive {number}" for number in range(100)]
    alice = connection.login("alice")
    for path in paths:
        alice.open(path, sharing=0)
    assert set(paths) <= set(sessions.open_files(samba))
    with connect(samba, "bob", source=OTHER_CLIENT) as bob:
        bob.tree()
        assert caller.net_session_del(user="alice") == NERR_SUCCESS
        assert {open_status(bob, path, sharing=0)
                for path in [paths[0], *reversed(paths)]} == {ALIVE}


def test_every_open_of_the_victim_is_closed(samba, caller, alice, bob):
    names = [f"one of many {number:02}" for number in range(20)]
    for name in names:
        alice.open(name)
    bob.open("of a bystander")
    assert set(names) < set(sessions.open_files(samba))
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert sessions.open_files(samba) == ["of a bystander"]


def test_byte_range_locks_are_gone(caller, alice, bob):
    hers, his = alice.open("locked"), bob.open("locked")
    assert smb2.lock(hers, 0, 10) == ALIVE
    assert smb2.lock(his, 0, 10) == "STATUS_LOCK_NOT_GRANTED"
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert smb2.lock(his, 0, 10) == ALIVE


def open_with_oplock(session, path):
    return session.open(path, oplockLevel=smb3structs.SMB2_OPLOCK_LEVEL_BATCH)


def open_with_lease(session, path):
    key = struct.pack("<QQ", session.id, 1)
    return session.open(path, oplockLevel=smb2.OPLOCK_LEASE,
                        createContexts=[smb2.Contexts(
                            smb2.lease_request(key))])


@pytest.mark.parametrize("open_caching, granted", [
    (open_with_oplock, "RW"), (open_with_lease, "RWH"),
], ids=["oplock", "lease"])
def test_caching_rights_are_gone(samba, caller, alice, open_caching, granted):
    open_caching(alice, "cached")
    assert sessions.cachings(samba) == {"cached": [granted]}
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    with connect(samba, "bob", source=OTHER_CLIENT) as bob:
        open_caching(bob, "cached")
        # If alice's were left, bob would have got less.
        assert sessions.cachings(samba) == {"cached": [granted]}


# In SMB1, tree connects belong to the connection, and all its users share them.
@pytest.mark.parametrize("connection", PLAIN[1:], indirect=True)
def test_tree_connects_are_gone(samba, caller, alice, bob):
    def trees_of(user):
        ids = {row["session_id"] for row in sessions_of(samba, user)}
        return [tree for tree in sessions.tree_connects(samba)
                if tree[0] in ids]

    for session in (alice, bob):
        session.tree("share")
        session.tree("durable")
    hers, his = trees_of("alice"), trees_of("bob")
    assert len(hers) == len(his) == 2
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    left = sessions.tree_connects(samba)
    assert not set(hers) & set(left)
    assert set(his) <= set(left)


def test_blocked_lock_is_gone(caller, alice, bob):
    his = bob.open("contended")
    assert smb2.lock(his, 0, 10) == ALIVE
    waiting = smb2.lock_and_wait(alice.open("contended"), 0, 10)
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert waiting.status() == "STATUS_RANGE_NOT_LOCKED"
    assert smb2.unlock(his, 0, 10) == ALIVE
    # A lock that still waited would be granted now.
    assert smb2.lock(his, 0, 10) == ALIVE


def test_change_notification_is_gone(caller, alice, bob):
    root = alice.open("", creationOption=smb3structs.FILE_DIRECTORY_FILE,
                      disposition=smb3structs.FILE_OPEN,
                      desiredAccess=smb3structs.FILE_READ_DATA)
    waiting = smb2.notify(root)
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert waiting.status() == "STATUS_NOTIFY_CLEANUP"
    bob.open("changes the directory").close()
    assert alice.alive() == DELETED


def test_open_pipe_of_the_victim_is_gone(samba, caller, alice, bob):
    hers, his = Pipe(alice), Pipe(bob)
    assert hers.server_info() == his.server_info() == "TESTBED"
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    with pytest.raises((SessionError, DCERPCException)):
        hers.server_info()
    assert his.server_info() == "TESTBED"


def test_session_with_nothing_but_a_pipe_ends(samba, caller, alice):
    pipe = Pipe(alice)
    assert pipe.server_info() == "TESTBED"
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert sessions_of(samba, "alice") == []
    with pytest.raises((SessionError, DCERPCException)):
        pipe.server_info()


def test_session_with_nothing_at_all_ends(samba, caller, alice):
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert sessions_of(samba, "alice") == []
    assert alice.alive() == DELETED


@pytest.mark.parametrize("connection", PLAIN, indirect=True)
def test_written_data_stays(samba, caller, connection, alice):
    data = os.urandom(100000)
    path = f"written {connection.dialect}"
    alice.open(path).write(data)
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    stored = samba.directory / "shares" / "share" / path
    assert stored.read_bytes() == data


def test_session_of_two_channels_ends_on_both(samba, caller):
    with Connection(samba, "3.0", source=CLIENT, sign=True) as connection:
        first = connection.login("alice")
        second = add_channel(first, source=OTHER_CLIENT)
        with second.connection:
            bystander = second.connection.login("bob")
            assert caller.net_session_del(OTHER_CLIENT,
                                          "alice") == NERR_SUCCESS
            assert sessions_of(samba, "alice") == []
            assert bystander.alive() == ALIVE
            assert first.alive() == second.alive() == DELETED


def test_reauthenticated_session_ends(samba, caller, connection, alice, bob):
    before, = sessions_of(samba, "alice")
    with alice.active() as smb_connection:
        # smbd keeps the session's keys; impacket would take new ones.
        state = dict(connection.session_state)
        smb_connection.login("alice", PASSWORD)
        connection.session_state = state
    after, = sessions_of(samba, "alice")
    assert after["session_id"] == before["session_id"]
    assert alice.alive() == ALIVE
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert sessions_of(samba, "alice") == []
    assert (bob.alive(), alice.alive()) == (ALIVE, DELETED)


def test_later_session_of_the_same_user_is_left_alone(samba, caller,
                                                      connection, alice):
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    again = connection.login("alice")
    assert again.alive() == ALIVE
    assert alice.alive() == DELETED
    assert again.alive() == ALIVE
    assert len(sessions_of(samba, "alice")) == 1


class SessionRecord:
    """A session's record in smbd's table."""

    def __init__(self, samba, session):
        self._table = sessions.session_tdb(samba)
        wire_id = struct.pack("<Q", session.id)
        # The wire id and the creation time come after 28 bytes.
        self._key, = (key for key in self._table
                      if self._table.get(key)[28:36] == wire_id)

    def change_creation_time(self):
        """Make it the record of another session with the same id."""
        record = bytearray(self._table.get(self._key))
        record[36] ^= 0xff
        self._table.store(self._key, bytes(record))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._table.close()


def test_session_other_than_the_one_found_is_left_alone(samba, caller, alice):
    """The smbd has another session under the id that was found."""
    # The first tree connect makes smbd write the record again.
    assert alice.alive() == ALIVE
    # Else the whole smbd would be ended when the time is nearly up.
    alice.connection.login("bob")
    with SessionRecord(samba, alice) as record:
        record.change_creation_time()
        assert caller.net_session_del(user="alice") == ERROR_TIMEOUT
        assert alice.alive() == ALIVE
        record.change_creation_time()
    assert caller.net_session_del(user="alice") == NERR_SUCCESS


def test_fifty_sessions_of_one_user_end_in_one_call(samba, caller):
    connections = [Connection(samba, source=CLIENT) for _ in range(5)]
    bystanders = [connection.login("bob") for connection in connections]
    victims = [connection.login("alice") for connection in connections
               for _ in range(10)]
    held = [victim.open(f"held {number}", sharing=0)
            for number, victim in enumerate(victims)]
    assert len(sessions_of(samba, "alice")) == len(held) == 50
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert sessions_of(samba, "alice") == []
    assert not any(name.startswith("held ")
                   for name in sessions.open_files(samba))
    assert {victim.alive() for victim in victims} == {DELETED}
    assert {bystander.alive() for bystander in bystanders} == {ALIVE}
    for connection in connections:
        connection.close()


def test_smbd_of_a_connection_left_without_sessions_ends_with_it(
        samba, caller, connection, alice):
    pid, = (row["pid"] for row in sessions_of(samba, "alice"))
    assert caller.net_session_del(user="alice") == NERR_SUCCESS
    assert pid in samba.smbd_pids()
    connection.close()
    wait_until(lambda: pid not in samba.smbd_pids(), "its smbd ends")
