# SPDX-License-Identifier: GPL-3.0-or-later
"""A hostile server service (srvsvc) behind Samba's own smbd."""

import contextlib
import socket
import struct
import threading

from testbed import ndr

_NDR = bytes.fromhex("045d888aeb1cc9119fe808002b10486002000000")
_BIND, _BIND_ACK, _REQUEST, _RESPONSE = 11, 12, 0, 2
_FIRST, _LAST = 1, 2
_FRAGMENT = 4000
_OPNUM = 22

# What a worker answers when smbd hands it a pipe: message mode, no error. The
# level of smbd's greeting comes before it, twice.
_WELCOME = struct.pack("<HH4xQL", 2, 0xff | 0x0400 | 0x0100, 4096, 0)


class Liar:
    """Answers calls as a test says.

    answer: a function of the opnum and the call's stub. It returns the stub
    of the answer, or None to hang up.
    """

    def __init__(self):
        self.answer = None

    def serve(self, pipe):
        with contextlib.suppress(OSError, EOFError):
            greeting = _read(pipe, struct.unpack(">L", _read(pipe, 4))[0])
            answer = greeting[:4] + greeting[4:8] * 2 + _WELCOME
            pipe.sendall(struct.pack(">L", len(answer)) + answer)
            while True:
                pdu = _read(pipe, struct.unpack("<H", _read(pipe, 2))[0])
                if pdu[2] == _BIND:
                    _send(pipe, _BIND_ACK, pdu, _acknowledgement())
                    continue
                stub = self.answer(struct.unpack_from("<H", pdu, _OPNUM)[0],
                                   pdu[24:])
                if stub is None:
                    pipe.shutdown(socket.SHUT_RDWR)
                    return
                _respond(pipe, pdu, stub)


@contextlib.contextmanager
def srvsvc(server):
    r"""In a with block, a Liar serves \PIPE\srvsvc, not samba-dcerpcd."""
    liar = Liar()
    server.stop_dcerpcd()
    path = server.directory / "ncalrpc" / "np" / "srvsvc"
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=_accept, args=[listener, liar])
        thread.start()
        try:
            yield liar
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()
            path.unlink()
            server.start_dcerpcd()


def _accept(listener, liar):
    """Serve until the listener is shut down; then end all connections."""
    with contextlib.ExitStack() as connections, \
            contextlib.suppress(OSError):
        while True:
            pipe = connections.enter_context(listener.accept()[0])
            threading.Thread(target=liar.serve, args=[pipe],
                             daemon=True).start()


def _acknowledgement():
    address = b"\\PIPE\\srvsvc\0"
    return (struct.pack("<HHLH", 4280, 4280, 1, len(address)) + address
            + bytes(-(26 + len(address)) % 4)
            + struct.pack("<B3xHH", 1, 0, 0) + _NDR)


def _respond(pipe, request, stub):
    parts = [stub[at:at + _FRAGMENT]
             for at in range(0, len(stub), _FRAGMENT)] or [b""]
    for number, part in enumerate(parts):
        flags = (_FIRST * (number == 0) | _LAST * (number == len(parts) - 1))
        _send(pipe, _RESPONSE, request,
              struct.pack("<LHBx", len(stub), 0, 0) + part, flags)


def _send(pipe, kind, request, body, flags=_FIRST | _LAST):
    """Send a PDU with the call's id, after its length."""
    pdu = struct.pack("<BBBB4sHH4s", 5, 0, kind, flags, b"\x10\0\0\0",
                      16 + len(body), 0, request[12:16]) + body
    pipe.sendall(struct.pack("<H", len(pdu)) + pdu)


def _read(pipe, length):
    data = b""
    while len(data) < length:
        more = pipe.recv(length - len(data))
        if not more:
            raise EOFError
        data += more
    return data


def strings(stub):
    """The three strings at the beginning of a call's stub; None is NULL."""
    reader = ndr.Reader(stub)
    return [reader.unique_string() for _ in range(3)]
