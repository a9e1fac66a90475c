# SPDX-License-Identifier: GPL-3.0-or-later
"""Callers of the server service (srvsvc), by impacket or with rpcclient."""

import struct
import subprocess

from impacket import nmb
from impacket.dcerpc.v5 import rpcrt, srvs, transport
from impacket.dcerpc.v5.dtypes import NULL
from impacket.smbconnection import SessionError

from testbed.accounts import PASSWORD
from testbed.clients import smb2
from testbed.clients.connections import OpenFile

NERR_SUCCESS = 0
ERROR_ACCESS_DENIED = 5
ERROR_NOT_ENOUGH_MEMORY = 8
ERROR_INVALID_PARAMETER = 87
ERROR_INVALID_LEVEL = 124
ERROR_BUSY = 170
ERROR_MORE_DATA = 234
ERROR_TIMEOUT = 1460
NERR_INTERNAL_ERROR = 2140
NERR_USER_NOT_FOUND = 2221
NERR_CLIENT_NAME_NOT_FOUND = 2312

SESSION_DEL = 13

# What the calls of a caller raise whose worker is gone.
LOST = (SessionError, rpcrt.DCERPCException, nmb.NetBIOSError, OSError)

_LEVELS = {
    "none": rpcrt.RPC_C_AUTHN_LEVEL_NONE,
    "sign": rpcrt.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY,
    "seal": rpcrt.RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
}

# What NetrSessionEnum tells of client and user, by level.
_SESSION_FIELDS = {
    0: ("sesi0_cname",),
    1: ("sesi1_cname", "sesi1_username"),
}


class Pipe:
    r"""\PIPE\srvsvc, opened and bound in a session.

    level: authentication inside RPC: none, sign or seal. user: who
    that is, by default the session's user.
    """

    def __init__(self, session, level="none", password=PASSWORD, user=None):
        self.session = session
        with session.active() as smb_connection:
            self.dce = transport.SMBTransport(
                smb_connection.getRemoteHost(), filename=r"\srvsvc",
                smb_connection=smb_connection).get_dce_rpc()
            self.dce.set_credentials(user or session.user, password)
            self.dce.set_auth_level(_LEVELS[level])
            self.dce.connect()
            self.dce.bind(srvs.MSRPC_UUID_SRVS)

    def net_session_del(self, client=None, user=None, server=None):
        """NetrSessionDel; None is NULL. The WERROR as a number."""
        self.send_session_del(client, user, server)
        return self.receive_werror()

    def send_session_del(self, client=None, user=None, server=None):
        """The first half of net_session_del()."""
        request = srvs.NetrSessionDel()
        request["ServerName"] = _string(server)
        request["ClientName"] = _string(client)
        request["UserName"] = _string(user)
        self.send_stub(SESSION_DEL, request.getData())

    def transact_session_del(self, client=None, user=None, server=None):
        """net_session_del() by one smb2.Request, as Windows has it."""
        sent, carrier = [], self.dce.get_rpc_transport()
        carrier.send = lambda data, **_: sent.append(data)
        try:
            self.send_session_del(client, user, server)
        finally:
            del carrier.send
        return smb2.transact(self.opened(), b"".join(sent))

    def send_stub(self, opnum, stub):
        """Send a call's bare arguments, well formed or not."""
        with self.session.active():
            self.dce.call(opnum, stub)

    def receive_stub(self):
        """The bare answer; DCERPCException for a fault."""
        with self.session.active():
            return self.dce.recv()

    def receive_werror(self):
        """The second half of net_session_del()."""
        return struct.unpack("<L", self.receive_stub()[-4:])[0]

    def request(self, request):
        """Any other call of impacket's srvs; the answer, or an exception."""
        with self.session.active():
            return self.dce.request(request)

    def session_enum(self, level):
        """NetrSessionEnum: (client,) rows of level 0, (client, user) of 1."""
        request = srvs.NetrSessionEnum()
        for name in ("ServerName", "ClientName", "UserName"):
            request[name] = NULL
        request["InfoStruct"]["Level"] = level
        request["InfoStruct"]["SessionInfo"]["tag"] = level
        request["PreferedMaximumLength"] = 0xffffffff
        answer = self.request(request)["InfoStruct"]["SessionInfo"]
        fields = _SESSION_FIELDS[level]
        return [tuple(row[field].rstrip("\0") for field in fields)
                for row in answer[f"Level{level}"]["Buffer"]]

    def server_info(self):
        """A small call: the name that the server tells of itself."""
        with self.session.active():
            answer = srvs.hNetrServerGetInfo(self.dce, 101)
        return answer["InfoStruct"]["ServerInfo101"]["sv101_name"].rstrip("\0")

    def opened(self):
        """The pipe as an open file, for bare reads."""
        carrier = self.dce.get_rpc_transport()
        return OpenFile(self.session, carrier._SMBTransport__tid,
                        carrier._SMBTransport__handle)

    def close(self):
        with self.session.active():
            self.dce.disconnect()


def wait_served(session):
    """Wait until the worker has taken up all that was sent to it before.

    It reads its pipes in turn, and has them all read when an answer comes
    to what was sent after them.
    """
    pipe = Pipe(session)
    assert pipe.server_info() == pipe.server_info() != ""
    pipe.close()


def werror(answer):
    """The result in an answer that was read as bare bytes (smb2.Request)."""
    return struct.unpack("<L", answer.data()[-4:])[0]


def rpcclient(server, caller, *commands, options="", password=PASSWORD,
              address=None, transport="ncacn_np", arguments=()):
    """Run rpcclient's commands as caller; the finished process.

    The one in question is "netsessdel CLIENT [USER]". transport: ncacn_np,
    ncacn_ip_tcp, or ncalrpc, which makes root the local system. arguments:
    rpcclient's own, such as "--option=NAME=VALUE" for its smb.conf.
    """
    if transport == "ncalrpc":
        binding = "ncalrpc:"
    else:
        binding = f"{transport}:{address or server.address}[{options}]"
    return subprocess.run(
        ["rpcclient", "-s", str(server.smb_conf), "-U", f"{caller}%{password}",
         *arguments, binding, "-c", ";".join(commands)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False)


def _string(value):
    return NULL if value is None else value + "\0"
