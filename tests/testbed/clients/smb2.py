# SPDX-License-Identifier: GPL-3.0-or-later
"""SMB2 requests that impacket cannot make, or cannot leave pending.

Byte-range locks, change notification, reads and calls on pipes, and create
contexts.
"""

import struct

from impacket import smb3structs

from testbed.clients.connections import status_name

OPLOCK_LEASE = 0xff
LEASE_NONE = 0x00
LEASE_READ_HANDLE = 0x03
LEASE_READ_HANDLE_WRITE = 0x07

_PENDING = 0x103
_LOCK_EXCLUSIVE = 0x02
_LOCK_UNLOCK = 0x04
_LOCK_AT_ONCE = 0x10
_NOTIFY_FILE_NAME = 0x01
_PIPE_TRANSCEIVE = 0x11c017
_IOCTL_IS_FSCTL = 1


class Request:
    """An SMB2 request that is sent, but not answered yet."""

    def __init__(self, opened, command, body):
        self._packet = None
        self._engine = opened.session.connection.engine
        with opened.session.active():
            packet = self._engine.SMB_PACKET()
            packet["Command"] = command
            packet["TreeID"] = opened.tree
            packet["Data"] = body
            self._message = self._engine.sendSMB(packet)

    def wait_pending(self):
        """Wait until the server says that the request is pending; self."""
        while True:
            packet = smb3structs.SMB2Packet(
                self._engine._NetBIOSSession.recv_packet(60).get_trailer())
            if packet["MessageID"] == self._message:
                break
            self._engine._Connection["OutstandingResponses"][
                packet["MessageID"]] = packet
        if packet["Status"] != _PENDING:
            raise AssertionError(f"answered with {_status(packet)} at once")
        return self

    def status(self):
        """The name of the answer's NTSTATUS."""
        return _status(self._answer())

    def data(self):
        """The data in the answer of a read or a pipe."""
        answer = self._answer()
        if answer["Status"]:
            raise AssertionError(f"answered with {_status(answer)}")
        return bytes(answer["Data"])

    def _answer(self):
        if self._packet is None:
            self._packet = self._engine.recvSMB(self._message)
        return self._packet


def lock(opened, offset, length):
    """Lock a range exclusively, or fail at once; the NTSTATUS's name."""
    return _lock(opened, offset, length,
                 _LOCK_EXCLUSIVE | _LOCK_AT_ONCE).status()


def unlock(opened, offset, length):
    """Unlock a range; the NTSTATUS's name."""
    return _lock(opened, offset, length, _LOCK_UNLOCK).status()


def lock_and_wait(opened, offset, length):
    """Lock a range that is locked already; the pending Request."""
    return _lock(opened, offset, length, _LOCK_EXCLUSIVE).wait_pending()


def _lock(opened, offset, length, flags):
    return Request(opened, smb3structs.SMB2_LOCK, struct.pack(
        "<HHL16sQQLL", 48, 1, 0, opened.handle, offset, length, flags, 0))


def notify(directory):
    """Ask to be notified of changes in a directory; the pending Request."""
    return Request(directory, smb3structs.SMB2_CHANGE_NOTIFY, struct.pack(
        "<HHL16sLL", 32, 0, 4096, directory.handle, _NOTIFY_FILE_NAME,
        0)).wait_pending()


def read(opened, length=4280):
    """Read a file or pipe; the Request."""
    return Request(opened, smb3structs.SMB2_READ, struct.pack(
        "<HBBLQ16sLLLHHB", 49, 0, 0, length, 0, opened.handle, 0, 0, 0, 0,
        0, 0))


def transact(opened, data, length=4280):
    """Write to a pipe and read its answer in one request; the Request.

    smbd never cancels it when the session ends. It may cancel a read.
    """
    offset = 64 + 56
    return Request(opened, smb3structs.SMB2_IOCTL, struct.pack(
        "<HHL16sLLLLLLLL", 57, 0, _PIPE_TRANSCEIVE, opened.handle, offset,
        len(data), 0, offset, 0, length, _IOCTL_IS_FSCTL, 0) + data)


def never_answered(pipe):
    """Send only the beginning of a call; the pending Request."""
    beginning = struct.pack("<BBBBLHHL", 5, 0, 0, 1, 0x10, 0x1000, 0, 1)
    return transact(pipe, beginning).wait_pending()


class Contexts:
    """Create contexts, (name, data) pairs, in the form that impacket takes."""

    def __init__(self, *contexts):
        self._contexts = contexts

    def getData(self):
        """The bytes: each context but the last says where the next one is."""
        packed = [_pack(name, data) for name, data in self._contexts]
        return b"".join(
            struct.pack("<L", len(one) if one is not packed[-1] else 0)
            + one[4:] for one in packed)


def _pack(name, data):
    context = struct.pack("<LHHHHL4s4x", 0, 16, 4, 0, 24, len(data),
                          name) + data
    return context + bytes(-len(context) % 8)


def lease_request(key, state=LEASE_READ_HANDLE_WRITE):
    """The create context that asks for a lease."""
    return b"RqLs", struct.pack("<16sLLQ", key, state, 0, 0)


def _status(packet):
    return status_name(packet["Status"])
