# SPDX-License-Identifier: GPL-3.0-or-later
"""An Active Directory domain: a domain controller and a member server.

Each runs on a machine of its own with the files where the package puts
them: smbd starts samba-dcerpcd on demand, and the loader is where
samba-dcerpcd expects rpcd_classic.
"""

import contextlib
import json
import os
from pathlib import Path

from testbed import TestbedError, accounts, namespace, processes, programs
from testbed.observe import sanitizers, syslog
from testbed.places import PYTHON
from testbed.servers import machines, plugin, smb_conf

REALM = "AD.TESTBED.TEST"
DNS_DOMAIN = REALM.lower()
WORKGROUP = "TESTDOM"
ADMINISTRATOR = "Administrator"

# Users to add to the new domain: name to the groups they are in.
USERS = {
    "alice": [],
    "bob": [],
    "carol": [],
    "dora": [],
    "jürgen": [],
    "adm": ["Administrators"],
    "adm-nested": ["Domain Admins"],
    "adm-deep": ["Night Shift"],
    "adm-forest": ["Enterprise Admins"],
    "sop": ["Server Operators"],
    "sop-nested": ["Filers"],
    "sop-deep": ["Apprentices"],
    "sop-local": ["Caretakers"],
    "accop": ["Account Operators"],
    "printop": ["Print Operators"],
    "backupop": ["Backup Operators"],
    "policyop": ["Group Policy Creator Owners"],
    "dnsop": ["DnsAdmins"],
    "namesake": ["Server 0perators"],
}

# Groups to add: name to their kind and the groups they are in.
GROUPS = {
    "Filers": ("global", ["Server Operators"]),
    "Apprentices": ("global", ["Filers"]),
    "Caretakers": ("local", ["Server Operators"]),
    "Night Shift": ("global", ["Domain Admins"]),
    "Server 0perators": ("global", []),
}

# User principal names (UPNs) other than NAME@DNS_DOMAIN.
UPNS = {"dora": "dora.long@sales.example"}

_DC_ADDRESS = f"{machines.NETWORK}.1"
_MEMBER_ADDRESS = f"{machines.NETWORK}.2"
# Where the controller serves DNS, Kerberos and its directory.
_DC_PORTS = {(kind, port) for kind in ("tcp", "udp") for port in (53, 88, 389)}

_ETC = {
    "resolv.conf": f"search {DNS_DOMAIN}\nnameserver {_DC_ADDRESS}\n",
    "nsswitch.conf": "passwd: files winbind\ngroup: files winbind\n"
                     "hosts: files dns\n",
    "hosts": "127.0.0.1 localhost\n",
}

_KRB5_CONF = f"""\
[libdefaults]
default_realm = {REALM}
dns_lookup_realm = false
dns_lookup_kdc = false
rdns = false
[realms]
{REALM} = {{
kdc = {_DC_ADDRESS}
}}
"""

_COMMON = {
    "realm": REALM,
    "workgroup": WORKGROUP,
    "rpc start on demand helpers": "yes",
}

_DC = {
    **_COMMON,
    "server role": "active directory domain controller",
    # Making a key for TLS would take longer than everything else.
    "tls enabled": "no",
    "dns forwarder": "",
}

_MEMBER = {
    **_COMMON,
    "server role": "member server",
    "security": "ads",
    "idmap config * : backend": "tdb",
    "idmap config * : range": "100000-199999",
    f"idmap config {WORKGROUP} : backend": "rid",
    f"idmap config {WORKGROUP} : range": "200000-299999",
}


def is_possible():
    """Whether a domain can be made; not by root of a user namespace.

    There, Samba's provision cannot write the ACLs of sysvol.
    """
    ids = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    return ids == ["0", "0", "4294967295"]


class _Host:
    """A machine that serves files in the domain.

    conf: parameters of smb.conf's global section, name to value. stock:
    without the plugin.
    """

    def __init__(self, name, address, conf, shares=None, stock=False):
        self.name = f"{name}.{DNS_DOMAIN}"
        self.netbios_name = name.upper()
        self.address = address
        self.stock = stock
        self.syslog = syslog.listener()
        self._syslog_start = len(self.syslog.lines())
        self.machine = machines.Machine(name, address, _ETC)
        self.machine.announce(self.name)
        self.directory = self.machine.directory
        self.smb_conf = self.directory / "smb.conf"
        self.log_dir = self.directory / "log"
        smb_conf.make_directories(self.directory)
        self.smb_conf.write_text(smb_conf.render(
            self.directory, conf={"netbios name": self.netbios_name, **conf},
            shares=shares))
        # Daemons started on demand get no option that says where to log.
        self.machine.mount("--bind", self.log_dir, "/var/log/samba")
        if not stock:
            self.machine.mount("--bind", plugin.divert_worker(self.directory),
                               plugin.LIBEXEC)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.machine.stop()

    def start(self):
        """Start, and wait until the domain's users can log in; self."""
        try:
            self._start()
            processes.wait_until(self._answers, f"{self.name} answers", 60)
        except TimeoutError as error:
            self.stop()
            raise TestbedError(f"{error}; logs in {self.log_dir}") from error
        except BaseException:
            self.stop()
            raise
        return self

    def command(self, *argv):
        """The command line of a program that runs on its machine."""
        return self.machine.command(*argv)

    def processes_of(self, program):
        """The live processes on the machine that run this program."""
        return [pid for pid in self.machine.pids()
                if Path(processes.executable(pid)).name == program]

    def worker_pids(self):
        """The live workers that serve srvsvc."""
        return plugin.workers_among(self.machine.pids())

    def syslog_lines(self):
        """What was sent to /dev/log since the start, oldest first."""
        return self.syslog.lines()[self._syslog_start:]

    def syslog_datagrams(self):
        """The same as raw bytes."""
        return self.syslog.datagrams()[self._syslog_start:]

    def log(self):
        """The text of the log of srvsvc's workers."""
        return plugin.installed_log(self.log_dir)

    @contextlib.contextmanager
    def dcerpcd_of_its_own(self):
        """In a with block, run samba-dcerpcd without smbd, on all transports.

        Started on demand, it serves named pipes only.
        """
        for pid in self.processes_of("samba-dcerpcd"):
            processes.end(pid)
        daemon = self._start_daemon(
            plugin.LIBEXEC / "samba-dcerpcd", "--no-process-group",
            "--libexec-rpcds",
            "--option=rpc start on demand helpers=no")
        try:
            yield
        finally:
            daemon.stop()

    def _start_daemon(self, path, *options):
        return processes.Daemon(
            self.machine.command(path, "-F", "-s", self.smb_conf, "-l",
                                 self.log_dir, *options),
            self.log_dir / f"{Path(path).name}.output",
            {**os.environ, **sanitizers.environment()})

    def _answers(self):
        return programs.succeeds(
            "rpcclient", "-s", self.smb_conf, "-U",
            f"{WORKGROUP}\\{ADMINISTRATOR}%{accounts.PASSWORD}",
            f"ncacn_np:{self.address}", "-c", "srvinfo") and not (
                plugin.end_late_workers(self.machine.pids(),
                                        self.syslog_lines()))


class DomainController(_Host):
    """The domain's only controller, and the test bed's Kerberos server."""

    def __init__(self, conf=None, stock=False):
        if not is_possible():
            raise TestbedError("not root: only root can make a domain")
        sysvol = namespace.ROOT / "dc1" / "state" / "sysvol"
        super().__init__("dc1", _DC_ADDRESS, {**_DC, **(conf or {})}, {
            "sysvol": {"path": sysvol, "read only": "no"},
            "netlogon": {"path": sysvol / DNS_DOMAIN / "scripts",
                         "read only": "no"}}, stock)
        self.krb5_conf = self.directory / "krb5.conf"

    def _start(self):
        self._provision()
        self._add_accounts()
        self.krb5_conf.write_text(_KRB5_CONF)
        os.environ["KRB5_CONFIG"] = str(self.krb5_conf)
        self._start_daemon("/usr/sbin/samba")

    def _answers(self):
        """A member that joins needs more than file service."""
        return super()._answers() and self.machine.ports() >= _DC_PORTS

    def stop(self):
        os.environ.pop("KRB5_CONFIG", None)
        super().stop()

    def _provision(self):
        self.machine.run(
            "samba-tool", "domain", "provision", "--quiet",
            f"--configfile={self.smb_conf}", "--server-role=dc",
            "--dns-backend=SAMBA_INTERNAL", f"--realm={REALM}",
            f"--domain={WORKGROUP}", f"--host-ip={_DC_ADDRESS}",
            f"--adminpass={accounts.PASSWORD}", "--users=testusers")

    def _add_accounts(self):
        self.machine.run(
            PYTHON, Path(__file__).with_name("add_domain_accounts.py"),
            self.smb_conf, stdin=json.dumps(
                {"users": USERS, "groups": GROUPS, "upns": UPNS,
                 "password": accounts.PASSWORD}))


class MemberServer(_Host):
    """A file server that is a member of the domain, with winbind."""

    def __init__(self, conf=None, stock=False):
        super().__init__("member1", _MEMBER_ADDRESS,
                         {**_MEMBER, **(conf or {})}, stock=stock)

    def _start(self):
        self.net("ads", "join")
        self._start_daemon("/usr/sbin/winbindd", "--no-process-group")
        self._start_daemon("/usr/sbin/smbd", "--no-process-group")

    def net(self, *arguments):
        """Run Samba's net command as the domain administrator; its output."""
        return self.machine.run(
            "net", *arguments, "-s", self.smb_conf, "-U",
            f"{ADMINISTRATOR}%{accounts.PASSWORD}")

    def add_local_user(self, name):
        """Give a user of the test bed an account on this server only."""
        self.machine.run("smbpasswd", "-c", self.smb_conf, "-s", "-a", name,
                         stdin=f"{accounts.PASSWORD}\n" * 2)

