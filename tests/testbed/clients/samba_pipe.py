# SPDX-License-Identifier: GPL-3.0-or-later
"""Callers of the server service by Samba's own client library."""

from samba import NTSTATUSError, WERRORError, credentials, ntstatus, param
from samba.dcerpc import srvsvc

from testbed.accounts import PASSWORD
from testbed.clients.srvsvc import NERR_SUCCESS

# srvsvc has about 60 calls.
UNKNOWN_CALL = 999


def context_of(smb_conf):
    """The parameters in an smb.conf."""
    context = param.LoadParm()
    context.load(str(smb_conf))
    return context


def credentials_of(context, user, password):
    """The credentials of a user; "" is anonymous."""
    who = credentials.Credentials()
    who.guess(context)
    if user:
        who.set_username(user)
        who.set_password(password)
    else:
        who.set_anonymous()
    return who


class SambaPipe:
    r"""\PIPE\srvsvc by Samba's own client library, the fastest caller.

    options: of the DCE/RPC binding, such as "sign,smb2".
    """

    def __init__(self, server, caller, options="", password=PASSWORD):
        self._connect(server, f"ncacn_np:{server.address}[{options}]",
                      caller, password)

    def _connect(self, server, binding, caller, password):
        context = context_of(server.smb_conf)
        self._pipe = srvsvc.srvsvc(
            binding, context, credentials_of(context, caller, password))
        self._unsent = self.last_answer = None

    def net_session_del(self, client=None, user=None):
        """Call NetrSessionDel; None is NULL. The WERROR as a number."""
        return samba_session_del(self._pipe, client, user)

    def session_enum(self, level):
        """NetrSessionEnum at a level with users: rows of (client, user)."""
        asked = srvsvc.NetSessInfoCtr()
        asked.level = level
        told, _, _ = self._pipe.NetSessEnum(None, None, None, asked,
                                            0xffffffff, 0)
        return [(row.client, row.user) for row in told.ctr.array or ()]

    def send_stub(self, opnum, stub):
        """Keep a call's stub; receive_stub() sends it."""
        self._unsent = (opnum, stub)

    def receive_stub(self):
        """The stub of the answer; NTSTATUSError for a fault."""
        self.last_answer = self._pipe.request(*self._unsent)
        return self.last_answer

    def server_info(self):
        """NetrServerGetInfo, a small call of another kind."""
        self._pipe.NetSrvGetInfo(None, 101)

    def unknown_call(self):
        """Make the cheapest call of all: one that srvsvc does not have."""
        try:
            self._pipe.request(UNKNOWN_CALL, b"")
        except NTSTATUSError as error:
            if error.args[0] == ntstatus.NT_STATUS_RPC_PROCNUM_OUT_OF_RANGE:
                return
            raise
        raise AssertionError("a call that does not exist was answered")


class LocalPipe(SambaPipe):
    """The same over ncalrpc, at the worker's socket, as the local system."""

    def __init__(self, server):
        self._connect(server, "ncalrpc:[auth_type=ncalrpc_as_system]",
                      "root", "")


def samba_session_del(pipe, client=None, user=None):
    """Call NetrSessionDel on a pipe of Samba's library; the WERROR."""
    try:
        pipe.NetSessDel(None, client, user)
    except WERRORError as error:
        return error.args[0] & 0xffffffff
    return NERR_SUCCESS


def net_session_del_samba(server, caller, client=None, user=None, options="",
                          password=PASSWORD):
    """Call NetrSessionDel in a new session; the WERROR as a number."""
    return SambaPipe(server, caller, options,
                     password).net_session_del(client, user)
