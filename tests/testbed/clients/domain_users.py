# SPDX-License-Identifier: GPL-3.0-or-later
"""The domain's users, logging in with Samba's library by Kerberos or NTLM.

Samba's KDC refuses the way in which impacket asks for tickets.
"""

from samba import NTSTATUSError, credentials, ntstatus
from samba.dcerpc import srvsvc
from samba.samba3 import libsmb_samba_internal as libsmb
from samba.samba3 import param as samba3_param

from testbed.accounts import PASSWORD
from testbed.clients.connections import connect
from testbed.clients.samba_pipe import (
    context_of, credentials_of, samba_session_del)
from testbed.servers import domain

KERBEROS = "Kerberos"
NTLM = "NTLM"
ANONYMOUS = ""

_STATES = {
    KERBEROS: credentials.MUST_USE_KERBEROS,
    NTLM: credentials.DONT_USE_KERBEROS,
}


def log_in(host, user, **options):
    """A session of a user of the domain, by impacket with NTLM."""
    return connect(host, user, domain=domain.WORKGROUP, **options)


# The dialects' names in smb.conf.
_DIALECTS = {"SMB1": "NT1", "2.02": "SMB2_02", "2.1": "SMB2_10",
             "3.0": "SMB3_00", "3.0.2": "SMB3_02", "3.1.1": "SMB3_11"}


class Session:
    """A user's session on a share, on a connection of its own.

    name: another name of the host, to connect to.
    """

    def __init__(self, host, user, how=KERBEROS, name=None, dialect="3.1.1"):
        context = samba3_param.get_context()
        context.load(str(host.smb_conf))
        for limit in ("min", "max"):
            context.set(f"client {limit} protocol", _DIALECTS[dialect])
        self._connection = libsmb.Conn(
            name or host.name, "share", lp=context,
            creds=_credentials(context_of(host.smb_conf), user, how))

    def alive(self):
        """Send a request; whether the server still has the session."""
        try:
            self._connection.list("\\")
        except NTSTATUSError as error:
            if error.args[0] != ntstatus.NT_STATUS_USER_SESSION_DELETED:
                raise
            return False
        return True


class Caller:
    """The server service (srvsvc), bound as a user.

    binding: a binding string of Samba's, with HOST for the server's name.
    """

    def __init__(self, host, user, how=KERBEROS, binding="ncacn_np:HOST"):
        context = context_of(host.smb_conf)
        self._pipe = srvsvc.srvsvc(binding.replace("HOST", host.name),
                                   context, _credentials(context, user, how))

    def net_session_del(self, client=None, user=None):
        """Call NetrSessionDel; None is NULL. The WERROR as a number."""
        return samba_session_del(self._pipe, client, user)


def srvsvc_port(host):
    """The TCP port where srvsvc is served; None when there is none.

    A domain controller's endpoint mapper does not list it.
    """
    for pid in host.processes_of("samba-dcerpcd"):
        for port in host.machine.tcp_ports(pid):
            try:
                Caller(host, ANONYMOUS, NTLM, f"ncacn_ip_tcp:HOST[{port}]")
            except NTSTATUSError:
                continue
            return port
    return None


def _credentials(context, user, how):
    """user: NAME or NAME@DOMAIN. With NTLM, the server gets it unchanged."""
    who = credentials_of(context, user, PASSWORD)
    if user != ANONYMOUS:
        who.set_domain(domain.WORKGROUP)
        who.set_realm(domain.REALM)
        who.set_kerberos_state(_STATES[how])
    return who
