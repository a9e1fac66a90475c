# SPDX-License-Identifier: GPL-3.0-or-later
"""A domain's clients by Samba's own library, with Kerberos or NTLM.

impacket asks for Kerberos tickets in a way that Samba's KDC refuses.
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
    """A session of a user of the domain, with NTLM, by impacket."""
    return connect(host, user, domain=domain.WORKGROUP, **options)


# What smb.conf calls the dialects of testbed.clients.
_DIALECTS = {"SMB1": "NT1", "2.02": "SMB2_02", "2.1": "SMB2_10",
             "3.0": "SMB3_00", "3.0.2": "SMB3_02", "3.1.1": "SMB3_11"}


class Session:
    """One user's session on a share, on a connection of its own.

    name: of the host, where it is to be reached by another than its own.
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
        """Make a request; whether the server still knows the session."""
        try:
            self._connection.list("\\")
        except NTSTATUSError as error:
            if error.args[0] != ntstatus.NT_STATUS_USER_SESSION_DELETED:
                raise
            return False
        return True


class Caller:
    r"""The server service, bound as a user.

    binding: of Samba's kind, with HOST for the server's name.
    """

    def __init__(self, host, user, how=KERBEROS, binding="ncacn_np:HOST"):
        context = context_of(host.smb_conf)
        self._pipe = srvsvc.srvsvc(binding.replace("HOST", host.name),
                                   context, _credentials(context, user, how))

    def net_session_del(self, client=None, user=None):
        """NetrSessionDel; None is NULL. The WERROR as a number."""
        return samba_session_del(self._pipe, client, user)


def srvsvc_port(host):
    """Where srvsvc is served over TCP, None when it is nowhere.

    The endpoint mapper of a domain controller knows nothing of it.
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
    """user: NAME or NAME@DOMAIN; with NTLM the server gets it as it is."""
    who = credentials_of(context, user, PASSWORD)
    if user != ANONYMOUS:
        who.set_domain(domain.WORKGROUP)
        who.set_realm(domain.REALM)
        who.set_kerberos_state(_STATES[how])
    return who
