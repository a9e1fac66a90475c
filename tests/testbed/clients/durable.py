# SPDX-License-Identifier: GPL-3.0-or-later
"""Durable handles, by create contexts that impacket does not have."""

import contextlib
import os
import struct
import uuid

import tdb
from impacket import smb3structs

from testbed.clients import smb2
from testbed.clients.connections import (
    OTHER_CLIENT, Connection, connect, outcome)
from testbed.clients.multichannel import as_client
from testbed.clients.srvsvc import Pipe
from testbed.faults.hinder import stopped, stopped_idle
from testbed.observe import sessions

SHARE = "durable"

# The status of reclaiming a handle.
RECLAIMED = "STATUS_SUCCESS"
GONE = "STATUS_OBJECT_NAME_NOT_FOUND"

# In milliseconds: as long as smbd allows, so that no slow test loses a handle.
_V2_TIMEOUT = 300000
# The size of one lock in the table of byte-range locks, in bytes.
_LOCK_SIZE = 72


class Handle:
    """A durable handle, which a session opens and another can reclaim.

    version: 1 or 2. lease: the key of a lease for state; without a key, a
    batch oplock is used.
    """

    def __init__(self, version=2, lease=None,
                 state=smb2.LEASE_READ_HANDLE_WRITE, share=SHARE):
        self.version = version
        self._share = share
        self._lease = lease
        self._state = state
        self._guid = uuid.uuid4().bytes
        self._handle = None

    def open(self, session, path, **more):
        """Open a file durably in session; the OpenFile."""
        if self.version == 1:
            asked = (b"DHnQ", bytes(16))
        else:
            asked = (b"DH2Q", struct.pack("<LLQ16s", _V2_TIMEOUT, 0, 0,
                                          self._guid))
        opened = self._create(session, path, asked,
                              smb3structs.FILE_OPEN_IF, **more)
        self._handle = opened.handle
        return opened

    def reclaim(self, session, path):
        """Reclaim the handle in another session of the user; the OpenFile."""
        if self.version == 1:
            asked = (b"DHnC", self._handle)
        else:
            asked = (b"DH2C", struct.pack("<16s16sL", self._handle,
                                          self._guid, 0))
        return self._create(session, path, asked, smb3structs.FILE_OPEN)

    def is_on_record(self, server):
        return any(self._handle[:8] in record for record in _records(
            _table(server, "smbXsrv_open_global")))

    def is_disconnected(self, server):
        """Does its record name nobody (all ones) as its smbd?"""
        return any(self._handle[:8] in record and b"\xff" * 24 in record
                   for record in _records(_table(server,
                                                 "smbXsrv_open_global")))

    def _create(self, session, path, durable, disposition, **more):
        contexts, oplock = [durable], smb3structs.SMB2_OPLOCK_LEVEL_BATCH
        if self._lease:
            contexts.append(smb2.lease_request(self._lease, self._state))
            oplock = smb2.OPLOCK_LEASE
        return session.open(path, self._share, disposition=disposition,
                            oplockLevel=oplock,
                            createContexts=[smb2.Contexts(*contexts)], **more)


def reconnect(session, server=None, user=None, domain="", **options):
    """A new session, on a new connection, of the same client and user.

    server: another one, a node of the same cluster. user: another user.
    domain: the user's.
    """
    before = session.connection
    with as_client(before.engine.ClientGuid):
        connection = Connection(server or before.server, before.dialect,
                                **options)
    return connection.login(user or session.user, domain=domain)


def exclusively(samba, path):
    """What carol gets when she opens the file exclusively."""
    with connect(samba, "carol", source=OTHER_CLIENT) as carol:
        return outcome(carol.open, path, SHARE, sharing=0)


def shared_handle():
    """A durable handle with a lease that lets others open the file."""
    return Handle(lease=os.urandom(16), state=smb2.LEASE_READ_HANDLE)


@contextlib.contextmanager
def unseen_end(pipe, victim):
    """Close victim's session by pipe, and keep the worker from noticing.

    In the with block, the session has ended and the worker is stopped. The
    caller reads the answer afterwards.
    """
    samba = victim.connection.server
    worker, = samba.worker_pids()
    with contextlib.ExitStack() as worker_stopped:
        with stopped(sessions.smbd_of(samba, victim)):
            pipe.send_session_del(user=victim.user)
            served = Pipe(pipe.session)
            served.server_info()
            served.server_info()
            served.opened().close()
            worker_stopped.enter_context(stopped_idle(worker))
        sessions.wait_gone(samba, victim.user)
        yield


def traces(server):
    """How many records smbd has about opens, share modes, locks and leases.

    smbstatus does not show those of disconnected opens.
    """
    return {name: len(_records(_table(server, name)))
            for name in ("smbXsrv_open_global", "locking", "brlock", "leases")}


def byte_range_locks(server):
    """How many byte-range locks there are.

    Trying to lock would not show those of disconnected opens.
    """
    return sum(map(len, _records(_table(server, "brlock")))) // _LOCK_SIZE


def _table(server, name):
    return server.directory / "lock" / f"{name}.tdb"


def _records(path):
    """The values of a table. smbd may change it meanwhile."""
    if not path.exists():
        return []
    table = tdb.Tdb(str(path), 0, tdb.DEFAULT, os.O_RDONLY)
    try:
        values = [table.get(key) for key in table]
        return [value for value in values if value is not None]
    finally:
        table.close()
