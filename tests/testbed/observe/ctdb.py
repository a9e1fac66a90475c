# SPDX-License-Identifier: GPL-3.0-or-later
"""What a ctdbd says about its cluster, asked at its socket.

ctdb(1) says it too, but waits each time for the leader's next word, which
takes up to a second.
"""

import socket
import struct

# struct ctdb_req_header: length, magic, version, generation, operation,
# destnode, srcnode, reqid.
_HEADER = struct.Struct("=8I")
_MAGIC, _VERSION = 0x43544442, 1
_REQ_CONTROL = 7
_CURRENT_NODE = 0xf0000001

# The rest of struct ctdb_req_control, with a number as its data: opcode, pad,
# srvid, client_id, flags, datalen. A packet's length is a multiple of eight.
_CONTROL = struct.Struct("=IIQIIII")
_GETVNNMAP, _GET_RECMODE, _SET_RECMODE = 5, 15, 16
_GET_NODEMAP, _GET_RUNSTATE = 91, 138
_RECOVERY_ACTIVE = 1
_RUNNING = 5

# The rest of struct ctdb_reply_control: status, datalen, errorlen.
_REPLY = struct.Struct("=iII")

# struct ctdb_node_and_flags: pnn, flags, an address of the length of IPv6.
_NODE = struct.Struct("=II28x")


class Socket:
    """A connection to the ctdbd whose socket has this path.

    OSError when ctdbd ends, or does not answer for 5 seconds.
    """

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(5)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._answers = self._socket.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._answers.close()
        self._socket.close()

    def members(self):
        """The numbers of the healthy nodes, as ctdbd sees them.

        Empty while the cluster recovers or is about to.
        """
        # After how many they are.
        nodes = _NODE.iter_unpack(self._ask(_GET_NODEMAP)[1][4:])
        healthy = {number for number, flags in nodes if flags == 0}
        # After the generation and how many they are.
        recovered = struct.iter_unpack("=I", self._ask(_GETVNNMAP)[1][8:])
        recovery_mode, _ = self._ask(_GET_RECMODE)
        if recovery_mode or healthy != {number for number, in recovered}:
            return set()
        return healthy

    def runs(self):
        """Whether ctdbd has started, so that Samba can."""
        return self._ask(_GET_RUNSTATE)[1] == struct.pack("=I", _RUNNING)

    def begin_recovery(self):
        """The first half of "ctdb recover"."""
        self._ask(_SET_RECMODE, _RECOVERY_ACTIVE)

    def _ask(self, opcode, *number):
        """The status and the data of the answer to a control."""
        self._socket.sendall(
            _HEADER.pack(_HEADER.size + _CONTROL.size, _MAGIC, _VERSION, 0,
                         _REQ_CONTROL, _CURRENT_NODE, 0, 0)
            + _CONTROL.pack(opcode, 0, 0, 0, 0, 4 * len(number),
                            *(number or [0])))
        length, *_ = _HEADER.unpack(self._receive(_HEADER.size))
        answer = self._receive(length - _HEADER.size)
        status, size, _ = _REPLY.unpack_from(answer)
        return status, answer[_REPLY.size:_REPLY.size + size]

    def _receive(self, size):
        data = self._answers.read(size)
        if len(data) < size:
            raise ConnectionResetError("ctdbd has ended")
        return data
