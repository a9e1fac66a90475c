# SPDX-License-Identifier: GPL-3.0-or-later
"""A second channel for an SMB 3.0 session; impacket has no support for it.

In 3.0 the channel's keys depend only on the log-in, so binding takes one flag
and one signature. In 3.1.1 it would take more.
"""

import contextlib
from unittest import mock

from impacket import crypto, smb3, smb3structs

from testbed.accounts import PASSWORD
from testbed.clients.connections import Connection

_FLAGS, _SESSION_ID, _SIGNATURE, _BODY = 16, 40, 48, 64
_SETUP_FLAGS = _BODY + 2


def add_channel(session, source=None, password=PASSWORD):
    """Bind a new connection from source to the session.

    The session must be on a 3.0 connection that signs. Returns a Session:
    the same session on the new connection.
    """
    first = session.connection
    with as_client(first.engine.ClientGuid):
        connection = Connection(first.server, first.dialect, source=source,
                                sign=True)
    with session.active():
        state = first.session_state
        binding = _bind(connection.engine, state["SessionID"],
                        state["SigningKey"])
    with binding:
        return connection.login(session.user, password)


@contextlib.contextmanager
def as_client(guid):
    """In a with block, connections are of the client with this GUID."""
    negotiate = smb3.SMB3.negotiateSession

    def negotiate_as(engine, *args):
        engine.ClientGuid = guid
        return negotiate(engine, *args)

    with mock.patch.object(smb3.SMB3, "negotiateSession", negotiate_as):
        yield


def _bind(engine, session_id, signing_key):
    """Make the session setups that engine sends bind to session_id."""
    transport = engine._NetBIOSSession
    send = transport.send_packet

    def send_signed(data):
        packet = bytearray(data)
        packet[_SETUP_FLAGS] |= smb3structs.SMB2_SESSION_FLAG_BINDING
        packet[_FLAGS] |= smb3structs.SMB2_FLAGS_SIGNED
        packet[_SESSION_ID:_SIGNATURE] = session_id.to_bytes(8, "little")
        packet[_SIGNATURE:_BODY] = bytes(16)
        packet[_SIGNATURE:_BODY] = crypto.AES_CMAC(
            signing_key, bytes(packet), len(packet))
        send(bytes(packet))

    return mock.patch.object(transport, "send_packet", send_signed)
