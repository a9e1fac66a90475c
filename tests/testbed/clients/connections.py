# SPDX-License-Identifier: GPL-3.0-or-later
"""SMB clients of any dialect and address; users can share a connection."""

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

# Addresses of clients: two whose sessions are closed, and a caller's.
CLIENT = "127.0.0.21"
OTHER_CLIENT = "127.0.0.22"
CALLER = "127.0.0.29"
# No client has this address.
UNKNOWN_CLIENT = "127.0.0.99"

SUCCESS = "STATUS_SUCCESS"

# What Session.alive() returns; DISCONNECTED when the server hung up.
ALIVE = SUCCESS
DELETED = "STATUS_USER_SESSION_DELETED"
# The same in SMB1: class ERRSRV, code ERRbaduid.
DELETED_SMB1 = "0x0000005b"
DELETED_BY_DIALECT = {DELETED, DELETED_SMB1}
DISCONNECTED = "STATUS_CONNECTION_DISCONNECTED"

SHARE_ALL = (smb3structs.FILE_SHARE_READ | smb3structs.FILE_SHARE_WRITE
             | smb3structs.FILE_SHARE_DELETE)

_patch_lock = threading.Lock()


def connect(server, user, **options):
    """A new connection with a session of user. See Connection and login()."""
    login = {name: options.pop(name) for name in ("password", "domain")
             if name in options}
    return Connection(server, **options).login(user, **login)


def connect_to_stay(server, user, **options):
    """Like connect(), but the session may be idle for more than a minute.

    After a minute smbd drops a connection that has used no share.
    """
    session = connect(server, user, **options)
    session.tree()
    return session


def status_name(code):
    """The name of an NTSTATUS code."""
    unknown = (f"0x{code & 0xffffffff:08x}", "")
    return nt_errors.ERROR_MESSAGES.get(code, unknown)[0]


def outcome(function, *args, **more):
    """Call a function that talks to a server; the name of its NTSTATUS."""
    try:
        function(*args, **more)
    except SessionError as error:
        return status_name(error.getErrorCode())
    return SUCCESS


class Connection:
    """One TCP connection, which can carry several users' sessions.

    source: the client's address, IPv4 or IPv6; by default it is the same as
    the server's. name: the client's NetBIOS name, which the server records
    when port is 139. called: the server's, by default its address. sign,
    encrypt: all sessions on the connection. 3.1.1 always signs; encrypt needs
    3.0 or later.
    """

    def __init__(self, server, dialect="3.1.1", source=None, address=None,
                 port=445, name="CLIENT", called=None, sign=False,
                 encrypt=False, timeout=60):
        self.server = server
        self.dialect = dialect
        address = address or _server_address(server, source)
        with _connecting_from(source):
            self.smb = _negotiate(address, called or address, name, port,
                                  timeout, DIALECTS[dialect])
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
        """A new session of user on this connection; "" logs in anonymously."""
        if password is None:
            password = PASSWORD if user else ""
        session = Session(self, user, copy.deepcopy(self._unused))
        with session.active():
            self.smb.login(user, password, domain)
        return session

    def close(self):
        """Hang up. The server then ends all sessions of the connection."""
        self.engine.close_session()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def local_port(self):
        """The client's TCP port."""
        return self.engine.get_socket().getsockname()[1]

    @property
    def session_state(self):
        """What impacket keeps of the session in use: its id and keys."""
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
        """In a with block, send requests of this session; impacket's object."""
        before = self.connection.session_state
        self.connection.session_state = self._state
        try:
            yield self.connection.smb
        finally:
            self._state = self.connection.session_state
            self.connection.session_state = before

    @property
    def id(self):
        """The session id in SMB packets."""
        if self.connection.dialect == "SMB1":
            return self._state
        return self._state["SessionID"]

    def tree(self, share="share"):
        """The tree id of a share. The first call connects to it."""
        if share not in self._trees:
            with self.active() as smb_connection:
                self._trees[share] = smb_connection.connectTree(share)
        return self._trees[share]

    def open(self, path, share="share", sharing=SHARE_ALL,
             disposition=smb3structs.FILE_OPEN_IF, **more):
        """Open a file and keep it open. sharing=0 opens it exclusively."""
        tree = self.tree(share)
        with self.active() as smb_connection:
            handle = smb_connection.openFile(
                tree, path, shareMode=sharing,
                creationDisposition=disposition, **more)
        return OpenFile(self, tree, handle)

    def alive(self):
        """Send a request of this session; the name of its NTSTATUS."""
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
        """Log off. The connection stays."""
        with self.active():
            self.connection.engine.logoff()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


@contextlib.contextmanager
def half_open(act):
    """In a with block, call act() in the middle of each NTLM log-in.

    At that time the server has answered the first of its two messages.
    """
    second_message = ntlm.getNTLMSSPType3

    def act_first(*args, **more):
        act()
        return second_message(*args, **more)

    with mock.patch.object(ntlm, "getNTLMSSPType3", act_first):
        yield


class OpenFile:
    """A file that a session has open."""

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


def _negotiate(address, called, name, port, timeout, dialect):
    """SMBConnection does not offer 3.0.2, but its engine does."""
    engine = None
    if dialect == smb3structs.SMB2_DIALECT_302:
        engine = smb3.SMB3(called, address, name, nmb.TYPE_SERVER, port,
                           timeout, preferredDialect=dialect)
    return SMBConnection(called, address, name, sess_port=port,
                         timeout=timeout, preferredDialect=dialect,
                         existingConnection=engine)


def _server_address(server, source):
    if source is None or ":" not in source:
        return server.address
    # From a link-local address, only that address itself is reachable.
    return source if source.startswith("fe80:") else SERVER_IPV6


@contextlib.contextmanager
def _connecting_from(source):
    """In a with block, make impacket connect from source."""
    # getaddrinfo() keeps the zone; a plain pair of address and port would not.
    own = socket.getaddrinfo(source, 0)[0][4] if source else None

    def set_up(_, peer, timeout=None):
        made = socket.create_connection(peer, timeout, source_address=own)
        made.settimeout(None)
        return made

    with _patch_lock, mock.patch.object(nmb.NetBIOSTCPSession,
                                        "_setup_connection", set_up):
        yield
