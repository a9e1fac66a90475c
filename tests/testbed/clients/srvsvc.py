# SPDX-License-Identifier: GPL-3.0-or-later
"""Callers of the server service (srvsvc), by impacket or with rpcclient."""

import struct
import subprocess

from impacket import nmb
from impacket.dcerpc.v5 import rpcrt, rrp, srvs, transport
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

# The names of pipes, and what is bound there.
SRVSVC = ("srvsvc", srvs.MSRPC_UUID_SRVS)
WINREG = ("winreg", rrp.MSRPC_UUID_RRP)

SESSION_DEL = 13

# What calls raise when their worker is gone.
LOST = (SessionError, rpcrt.DCERPCException, nmb.NetBIOSError, OSError)

_LEVELS = {
    "none": rpcrt.RPC_C_AUTHN_LEVEL_NONE,
    "sign": rpcrt.RPC_C_AUTHN_LEVEL_PKT_INTEGRITY,
    "seal": rpcrt.RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
}

# The fields of NetrSessionEnum with client and user, by level.
_SESSION_FIELDS = {
    0: ("sesi0_cname",),
    1: ("sesi1_cname", "sesi1_username"),
}


class Pipe:
    r"""\PIPE\srvsvc, opened and bound in a session.

    level: of authentication inside RPC: none, sign or seal. user: who
    authenticates there, by default the session's user. interface: the name
    of the pipe and what is bound there.
    """

    def __init__(self, session, level="none", password=PASSWORD, user=None,
                 interface=SRVSVC):
        name, uuid = interface
        self.session = session
        with session.active() as smb_connection:
            self.dce = transport.SMBTransport(
                smb_connection.getRemoteHost(), filename=f"\\{name}",
                smb_connection=smb_connection).get_dce_rpc()
            self.dce.set_credentials(user or session.user, password)
            self.dce.set_auth_level(_LEVELS[level])
            self.dce.connect()
            self.dce.bind(uuid)

    def net_session_del(self, client=None, user=None, server=None):
        """Call NetrSessionDel; None is NULL. The WERROR as a number."""
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
        """net_session_del() as Windows sends it; the smb2.Request."""
        sent, carrier = [], self.dce.get_rpc_transport()
        carrier.send = lambda data, **_: sent.append(data)
        try:
            self.send_session_del(client, user, server)
        finally:
            del carrier.send
        return smb2.transact(self.opened(), b"".join(sent))

    def send_stub(self, opnum, stub):
        """Send a call with this stub, well formed or not."""
        with self.session.active():
            self.dce.call(opnum, stub)

    def receive_stub(self):
        """The stub of the answer; DCERPCException for a fault."""
        with self.session.active():
            return self.dce.recv()

    def receive_werror(self):
        """The second half of net_session_del()."""
        return struct.unpack("<L", self.receive_stub()[-4:])[0]

    def request(self, request):
        """Make a call of impacket's srvs; the answer, or an exception."""
        with self.session.active():
            return self.dce.request(request)

    def session_enum(self, level):
        """NetrSessionEnum: rows of (client,), at level 1 of (client, user)."""
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
        """NetrServerGetInfo, a small call: the server's name."""
        with self.session.active():
            answer = srvs.hNetrServerGetInfo(self.dce, 101)
        return answer["InfoStruct"]["ServerInfo101"]["sv101_name"].rstrip("\0")

    def opened(self):
        """The pipe as an OpenFile, for requests of smb2."""
        carrier = self.dce.get_rpc_transport()
        return OpenFile(self.session, carrier._SMBTransport__tid,
                        carrier._SMBTransport__handle)

    def close(self):
        with self.session.active():
            self.dce.disconnect()


def wait_served(session):
    """Wait until the worker has begun all calls that were sent before.

    It reads its pipes in turn. When it has answered two calls that were sent
    later, it has read all the others.
    """
    pipe = Pipe(session)
    assert pipe.server_info() == pipe.server_info() != ""
    pipe.close()


def werror(answer):
    """The WERROR in the answer of an smb2.Request."""
    return struct.unpack("<L", answer.data()[-4:])[0]


def rpcclient(server, caller, *commands, options="", password=PASSWORD,
              address=None, transport="ncacn_np", arguments=()):
    """Run commands of rpcclient as caller; the finished process.

    NetrSessionDel is "netsessdel CLIENT [USER]". transport: ncacn_np,
    ncacn_ip_tcp, or ncalrpc, where root becomes the local system. arguments:
    more for rpcclient, such as "--option=NAME=VALUE".
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
