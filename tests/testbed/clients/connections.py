# SPDX-License-Identifier: GPL-3.0-or-later
"""SMB clients of a chosen dialect and address, several users a connection."""

import contextlib
import copy
import socket
import threading
from unittest import mock

from impacket import nmb, nt_errors, ntlm, smb, smb3, smb3structs
from impacket.smbconnection import SessionError, SMBConnection

from testbed.accounts import PASSWORD
from testbed.namespace import SERVER_IPV6

DIALECTS = {
    "SMB1": smb.SMB_DIALECT,
    "2.02": smb3structs.SMB2_DIALECT_002,
    "2.1": smb3structs.SMB2_DIALECT_21,
    "3.0": smb3structs.SMB2_DIALECT_30,
    "3.0.2": smb3structs.SMB2_DIALECT_302,
    "3.1.1": smb3structs.SMB2_DIALECT_311,
}

# Addresses of clients: what is to be closed, who asks for it.
CLIENT = "127.0.0.21"
OTHER_CLIENT = "127.0.0.22"
CALLER = "127.0.0.29"
# One that no client has.
UNKNOWN_CLIENT = "127.0.0.99"

SUCCESS = "STATUS_SUCCESS"

# What Session.alive() answers: the last when the server hung up.
ALIVE = SUCCESS
DELETED = "STATUS_USER_SESSION_DELETED"
# SMB1 has its own word for it: class ERRSRV, code ERRbaduid.
DELETED_SMB1 = "0x0000005b"
DELETED_BY_DIALECT = {DELETED, DELETED_SMB1}
DISCONNECTED = "STATUS_CONNECTION_DISCONNECTED"

SHARE_ALL = (smb3structs.FILE_SHARE_READ | smb3structs.FILE_SHARE_WRITE
             | smb3structs.FILE_SHARE_DELETE)

_patch_lock = threading.Lock()


def connect(server, user, **options):
    """A new connection with one session of user; see Connection, login."""
    login = {name: options.pop(name) for name in ("password", "domain")
             if name in options}
    return Connection(server, **options).login(user, **login)


def status_name(code):
    """The name of an NTSTATUS code."""
    unknown = (f"0x{code & 0xffffffff:08x}", "")
    return nt_errors.ERROR_MESSAGES.get(code, unknown)[0]


def outcome(function, *args, **more):
    """The name of the NTSTATUS that it ends with."""
    try:
        function(*args, **more)
    except SessionError as error:
        return status_name(error.getErrorCode())
    return SUCCESS


class Connection:
    """One TCP connection, which can carry several users' sessions.

    source: the client's address, which decides between IPv4 and IPv6; by
    default the one that is connected to. name: the client's NetBIOS name,
    recorded by the server when port is 139. sign and encrypt ask for it
    for all sessions; 3.1.1 signs always, encrypt needs 3.0 or later.
    """

    def __init__(self, server, dialect="3.1.1", source=None, address=None,
                 port=445, name="CLIENT", sign=False, encrypt=False,
                 timeout=60):
        self.server = server
        self.dialect = dialect
        address = address or _server_address(server, source)
        with _connecting_from(source):
            self.smb = _negotiate(address, name, port, timeout,
                                  DIALECTS[dialect])
        self.engine = self.smb.getSMBServer()
        if dialect == "SMB1":
            self._unused = 0
            self.engine._SignatureRequired |= sign
        else:
            self.engine._Connection["RequireSigning"] |= sign
            self.engine._Connection["SupportsEncryption"] = encrypt
            self._unused = copy.deepcopy(self.engine._Session)
            # impacket 0.10 forgets this for NTLM, and 3.1.1 needs it.
            self._unused["PreauthIntegrityHashValue"] = (
                self.engine._Connection["PreauthIntegrityHashValue"])

    def login(self, user, password=None, domain=""):
        """A new session of user on this connection; user "" is anonymous."""
        if password is None:
            password = PASSWORD if user else ""
        session = Session(self, user, copy.deepcopy(self._unused))
        with session.active():
            self.smb.login(user, password, domain)
        return session

    def close(self):
        """Hang up; the server ends all sessions of the connection."""
        self.engine.close_session()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def local_port(self):
        """The TCP port at the client's end."""
        return self.engine.get_socket().getsockname()[1]

    @property
    def session_state(self):
        """What impacket knows of the session in use (id and keys)."""
        if self.dialect == "SMB1":
            return self.engine.get_uid()
        return self.engine._Session

    @session_state.setter
    def session_state(self, state):
        if self.dialect == "SMB1":
            self.engine.set_uid(state)
        else:
            self.engine._Session = state


class Session:
    """One user's session on a connection."""

    def __init__(self, connection, user, state):
        self.connection = connection
        self.user = user
        self._state = state
        self._trees = {}

    @contextlib.contextmanager
    def active(self):
        """Make the connection speak as this session; gives impacket's."""
        before = self.connection.session_state
        self.connection.session_state = self._state
        try:
            yield self.connection.smb
        finally:
            self._state = self.connection.session_state
            self.connection.session_state = before

    @property
    def id(self):
        """The session id on the wire."""
        if self.connection.dialect == "SMB1":
            return self._state
        return self._state["SessionID"]

    def tree(self, share="share"):
        """The tree id of a share, connected at the first use."""
        if share not in self._trees:
            with self.active() as smb_connection:
                self._trees[share] = smb_connection.connectTree(share)
        return self._trees[share]

    def open(self, path, share="share", sharing=SHARE_ALL,
             disposition=smb3structs.FILE_OPEN_IF, **more):
        """Open a file and hold it; sharing=0 opens it exclusively."""
        tree = self.tree(share)
        with self.active() as smb_connection:
            handle = smb_connection.openFile(
                tree, path, shareMode=sharing,
                creationDisposition=disposition, **more)
        return OpenFile(self, tree, handle)

    def alive(self):
        """Make a request as this session; the name of its NTSTATUS."""
        try:
            self.open("", creationOption=smb3structs.FILE_DIRECTORY_FILE,
                      disposition=smb3structs.FILE_OPEN,
                      desiredAccess=smb3structs.FILE_READ_ATTRIBUTES).close()
        except SessionError as error:
            return status_name(error.getErrorCode())
        except (OSError, nmb.NetBIOSError):
            return DISCONNECTED
        return ALIVE

    def logoff(self):
        """End the session in the regular way; the connection stays."""
        with self.active():
            self.connection.engine.logoff()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


@contextlib.contextmanager
def half_open(act):
    """Call act() in the middle of each log-in with NTLM.

    The server has answered the first of its two messages then.
    """
    second_message = ntlm.getNTLMSSPType3

    def act_first(*args, **more):
        act()
        return second_message(*args, **more)

    with mock.patch.object(ntlm, "getNTLMSSPType3", act_first):
        yield


class OpenFile:
    """A file that a session holds open."""

    def __init__(self, session, tree, handle):
        self.session = session
        self.tree = tree
        self.handle = handle

    def write(self, data, offset=0):
        with self.session.active() as smb_connection:
            return smb_connection.writeFile(self.tree, self.handle, data,
                                            offset)

    def read(self, offset=0, length=None):
        with self.session.active() as smb_connection:
            return smb_connection.readFile(self.tree, self.handle, offset,
                                           length)

    def close(self):
        with self.session.active() as smb_connection:
            smb_connection.closeFile(self.tree, self.handle)


def _negotiate(address, name, port, timeout, dialect):
    """SMBConnection knows all dialects but 3.0.2, its engine that too."""
    engine = None
    if dialect == smb3structs.SMB2_DIALECT_302:
        engine = smb3.SMB3(address, address, name, nmb.TYPE_SERVER, port,
                           timeout, preferredDialect=dialect)
    return SMBConnection(address, address, name, sess_port=port,
                         timeout=timeout, preferredDialect=dialect,
                         existingConnection=engine)


def _server_address(server, source):
    if source is None or ":" not in source:
        return server.address
    # A link-local address is reached from itself alone.
    return source if source.startswith("fe80:") else SERVER_IPV6


@contextlib.contextmanager
def _connecting_from(source):
    """Bind what impacket connects meanwhile; it has no such parameter."""
    # The full form: a bare address would lose its zone on the way.
    own = socket.getaddrinfo(source, 0)[0][4] if source else None

    def set_up(_, peer, timeout=None):
        made = socket.create_connection(peer, timeout, source_address=own)
        made.settimeout(None)
        return made

    with _patch_lock, mock.patch.object(nmb.NetBIOSTCPSession,
                                        "_setup_connection", set_up):
        yield
