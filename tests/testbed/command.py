# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line of the test bed."""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from testbed import TestbedError, accounts, namespace
from testbed.observe import syslog
from testbed.places import BUILD
from testbed.servers import cluster, domain, standalone

BANNER = """\
Samba server {address} ({kind}); only this shell can reach it.
  users     {users}
            and a member of each BUILTIN group (tests/testbed/accounts.py)
  password  {password} (for all)
  shares    share durable encrypted
  clients   a client that connects to //{client} has that address
  logs      {log_dir}
  syslog    {syslog}
Try:
  sleep 60 | smbclient //{client}/share -U 'alice%{password}' &
  {tool} list
  {tool} close --user alice
  rpcclient -U 'sop%{password}' {address} -c 'netsessdel {client} alice'
  smbstatus
"""

DOMAIN_BANNER = """\
Domain {workgroup} / {realm} ({kind}); only this shell can reach it.
  controller  {dc.name} ({dc.address})
  member      {member.name} ({member.address})
  users       {users}
  password    {password} (for all)
  shares      share durable encrypted
  logs        {dc.log_dir} {member.log_dir}
  syslog      {syslog}
Try:
  PASSWD='{password}' {tool} close {dc.name} -U '{workgroup}\\sop' --user alice
  {on_member} wbinfo -u
"""

CLUSTER_BANNER = """\
CTDB cluster of {number} nodes ({kind}); only this shell can reach it.
  nodes     {addresses}
  users     {users}
  password  {password} (for all)
  shares    share durable encrypted
  logs      {logs}
  syslog    {syslog}
Try:
  PASSWD='{password}' {tool} close {address} -U sop --user alice --yes
  smbstatus
  ctdb status                    (CTDB_BASE is that of the first node)
"""


def main():
    """Run the test bed; the exit status."""
    options = _parse(sys.argv[1:])
    try:
        if options.inside is None:
            return _outside()
        namespace.prepare()
        return namespace.run_as_init(lambda: _inside(options), options.inside)
    except TestbedError as error:
        return _fail(error)


def _parse(argv):
    parser = argparse.ArgumentParser(
        prog="testbed", description="Start a throwaway Samba server with the "
        "plugin in its own namespaces, and a shell or a command next to it. "
        "The host is not changed, and nothing stays behind.")
    parser.add_argument("--stock", action="store_true",
                        help="stock Samba, without the plugin")
    parser.add_argument("--no-server", action="store_true",
                        help="only make the namespaces, start no server")
    parser.add_argument("--domain", action="store_true",
                        help="an Active Directory domain: a domain controller "
                        "and a member server, each on its own machine")
    parser.add_argument("--nodes", type=int, metavar="N",
                        help="a CTDB cluster of N nodes (1 to 9), each with "
                        "its own address")
    parser.add_argument("-o", metavar="NAME=VALUE", action="append",
                        default=[], dest="conf", type=_parameter,
                        help="a parameter for smb.conf, such as "
                        "'sessiondel:timeout=2'")
    parser.add_argument("--inside", type=int, help=argparse.SUPPRESS)
    parser.add_argument("command", nargs="*", metavar="-- COMMAND",
                        help="what to run instead of a shell; the test bed "
                        "exits with its status")
    options = parser.parse_args(argv)
    if options.nodes is not None and not 1 <= options.nodes <= 9:
        parser.error("--nodes: expected a number from 1 to 9")
    return options


def _parameter(text):
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise argparse.ArgumentTypeError(f"{text}: expected NAME=VALUE")
    return name.strip(), value.strip()


def _outside():
    return namespace.supervise(lambda lifeline: [
        sys.executable, os.path.realpath(sys.argv[0]),
        f"--inside={lifeline}", *sys.argv[1:]])


def _inside(options):
    if options.no_server:
        return _run(options.command, _environment())
    if options.domain:
        return _in_domain(options)
    if options.nodes:
        return _in_cluster(options)
    with standalone.Server(conf=dict(options.conf),
                           stock=options.stock) as running:
        if not options.stock:
            running.require_module()
        # A client that connects to one of these addresses also has it.
        namespace.ip(*[f"address add {address}/32 dev lo"
                       for address in namespace.CLIENTS_IPV4])
        if not options.command:
            _greet(running)
        return _run(options.command, _environment(running))


def _in_domain(options):
    how = {"conf": dict(options.conf), "stock": options.stock}
    with domain.DomainController(**how) as controller, \
            domain.MemberServer(**how) as member:
        Path("/etc/samba/smb.conf").symlink_to(controller.smb_conf)
        if not options.command:
            _greet_domain(controller, member)
        return _run(options.command, {
            **_environment(controller),
            "KRB5_CONFIG": str(controller.krb5_conf)})


def _in_cluster(options):
    with cluster.Cluster(options.nodes, dict(options.conf),
                         options.stock) as running:
        first = running[0]
        if not options.stock:
            for node in running.nodes:
                node.require_module()
        if not options.command:
            _greet_cluster(running)
        return _run(options.command, {
            **_environment(first), **first.ctdb_environment()})


def _run(command, env):
    argv = command or ["/bin/bash", "--norc", "-i"]
    sys.stdout.flush()
    try:
        status = subprocess.call(argv, env=env)
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        return _fail(f"{argv[0]}: {error.strerror}", 127)
    return namespace.exit_status(status)


def _environment(running=None):
    env = {name: value for name, value in os.environ.items()
           if not name.startswith(("KRB5", "SMB_", "LIBSMB"))}
    env.update(HOME=str(namespace.ROOT / "home"), USER="root",
               LOGNAME="root", PS1="testbed# ",
               TESTBED_PASSWORD=accounts.PASSWORD)
    if running:
        env.update(TESTBED_SERVER=running.address,
                   TESTBED_CONF=str(running.smb_conf),
                   TESTBED_LOGS=str(running.log_dir),
                   TESTBED_SYSLOG=str(syslog.FILE))
    return env


def _kind(running):
    return "stock" if running.stock else "with the plugin"


def _greet_domain(controller, member):
    print(DOMAIN_BANNER.format(
        workgroup=domain.WORKGROUP, realm=domain.REALM, dc=controller,
        kind=_kind(controller), member=member, password=accounts.PASSWORD,
        users=" ".join((domain.ADMINISTRATOR, *domain.USERS)),
        syslog=syslog.FILE, on_member=" ".join(member.machine.command()),
        tool=_tool()))


def _greet_cluster(running):
    first = running[0]
    print(CLUSTER_BANNER.format(
        number=len(running.nodes), kind=_kind(first),
        addresses=" ".join(running.addresses), address=first.address,
        users=_users(), password=accounts.PASSWORD,
        logs=" ".join(str(node.log_dir) for node in running.nodes),
        syslog=syslog.FILE, tool=_tool()))


def _greet(running):
    print(BANNER.format(
        address=running.address, kind=_kind(running),
        password=accounts.PASSWORD,
        users=_users(),
        client=namespace.CLIENTS_IPV4[0], log_dir=running.log_dir,
        syslog=syslog.FILE, tool=_tool()))


def _tool():
    return os.path.relpath(BUILD / "smbsession")


def _users():
    return " ".join(("root", "sop", "adm") + accounts.PLAIN_USERS)


def _fail(error, status=1):
    print(f"testbed: {error}", file=sys.stderr)
    return status
