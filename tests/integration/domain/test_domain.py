# SPDX-License-Identifier: GPL-3.0-or-later
"""A real domain: the right to end sessions, and the names of users.

docs/spec.md#who-may-call, docs/spec.md#which-sessions-match

On its controller and on a member server, with NTLM and with Kerberos, and
over every transport. Both have the files where the package puts them.
"""

import contextlib

import pytest

from testbed import namespace, processes
from testbed.clients.connections import ALIVE, DELETED, connect
from testbed.clients.domain_users import (
    ANONYMOUS, KERBEROS, NTLM, Caller, Session, log_in, srvsvc_port)
from testbed.clients.refusal import is_always_denied
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe)
from testbed.servers import domain, machines, plugin

pytestmark = pytest.mark.skipif(not domain.is_possible(),
                                reason="it needs real root")

VICTIM, CALLER, OTHER = machines.CLIENTS[:3]

# Domain controllers use the domain's own BUILTIN groups.
ALLOWED_ON_DC = [domain.ADMINISTRATOR, "adm", "adm-nested", "adm-deep",
                 "adm-forest", "sop", "sop-nested", "sop-deep", "sop-local"]
REFUSED_ON_DC = ["alice", "accop", "printop", "backupop", "policyop", "dnsop",
                 "namesake"]

# A member server has its own BUILTIN groups. Domain Admins are in its
# Administrators, and the tests put the domain's Filers in Server Operators.
ALLOWED_ON_MEMBER = [domain.ADMINISTRATOR, "adm-nested", "adm-deep",
                     "sop-nested", "sop-deep"]
REFUSED_ON_MEMBER = ["alice", "adm", "adm-forest", "sop", "sop-local",
                     "accop", "printop", "backupop", "policyop", "dnsop",
                     "namesake"]

OWN_NAMES = [
    "bob", "BOB", "TESTDOM\\bob", "testdom\\Bob", "ad.testbed.test\\bob",
    "AD.TESTBED.TEST\\BOB", "bob@ad.testbed.test", "Bob@AD.TESTBED.TEST"]
OTHERS_NAMES = [
    "bobby", "DC1\\bob", "MEMBER1\\bob", "OTHERDOM\\bob", "testbed.test\\bob",
    "ad\\bob", "bob@testbed.test", "bob@sales.example", "bob@TESTDOM",
    "bob@dc1.ad.testbed.test", "alice@ad.testbed.test", "TESTDOM\\alice"]

# The endpoint at which samba-dcerpcd serves srvsvc to local processes.
NCALRPC = "ncalrpc:[rpcd_classic]"
AS_SYSTEM = "ncalrpc:[rpcd_classic,auth_type=ncalrpc_as_system]"

# How a victim may log in: account name and domain, as the client sends them.
LOGINS = [("bob", "TESTDOM"), ("BOB", "ad.testbed.test"),
          ("bob@ad.testbed.test", "")]


def matrix(dc_users, member_users):
    """Test parameters host and caller."""
    return [pytest.param(host, caller, id=f"{host}-{caller}")
            for host, users in (("dc", dc_users), ("member", member_users))
            for caller in users]


for_allowed = pytest.mark.parametrize(
    "host, caller", matrix(ALLOWED_ON_DC, ALLOWED_ON_MEMBER),
    indirect=["host"])
for_refused = pytest.mark.parametrize(
    "host, caller", matrix(REFUSED_ON_DC, REFUSED_ON_MEMBER),
    indirect=["host"])
on_both = pytest.mark.parametrize("host", ["dc", "member"], indirect=True)
with_both = pytest.mark.parametrize("how", [NTLM, KERBEROS])
with_each_protection = pytest.mark.parametrize(
    "how, protection", [(NTLM, "sign"), (KERBEROS, "seal")])


@contextlib.contextmanager
def serving_tcp(host):
    """In a with block, a host serves srvsvc over TCP; the port."""
    with host.dcerpcd_of_its_own():
        yield processes.wait_until(lambda: srvsvc_port(host),
                                   "srvsvc is served over TCP")


@pytest.fixture(name="victim")
def _victim(host):
    with log_in(host, "bob", source=VICTIM) as session:
        yield session


@pytest.fixture(name="pipe")
def _pipe(host):
    """An administrator's pipe."""
    with log_in(host, domain.ADMINISTRATOR, source=CALLER) as session:
        yield Pipe(session)


@on_both
def test_ports_of_clients_come_before_samba_s(host):
    """As in test_local_ports.py."""
    ports = host.machine.run("cat", "/proc/sys/net/ipv4/ip_local_port_range")
    assert ports.split() == namespace.LOCAL_PORTS.split()


@on_both
def test_smbd_starts_a_worker_with_the_plugin_on_demand(host, pipe):
    pipe.net_session_del(None, "nobody-here")
    (dcerpcd,) = host.processes_of("samba-dcerpcd")
    assert "--np-helper" in processes.arguments(dcerpcd)
    workers = host.worker_pids()
    assert workers
    for worker in workers:
        assert processes.executable(worker).endswith(
            "/samba-sessiondel/rpcd_classic")
        assert processes.maps_file(
            worker, host.machine.directory / "plugin" / plugin.MODULE)


@on_both
def test_worker_on_demand_is_reached_by_pipes_only(host, pipe):
    pipe.net_session_del(None, "nobody-here")
    (dcerpcd,) = host.processes_of("samba-dcerpcd")
    assert host.machine.tcp_ports(dcerpcd) == []
    assert not (host.directory / "ncalrpc" / "rpcd_classic").exists()


@for_allowed
def test_caller_allowed_with_ntlm_ends_a_session(host, victim, caller):
    with log_in(host, caller, source=CALLER) as session:
        pipe = Pipe(session)
        assert pipe.net_session_del(VICTIM, "carol") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del(f"\\\\{VICTIM}", "bob") == NERR_SUCCESS
        assert victim.alive() == DELETED


@for_refused
def test_caller_refused_with_ntlm_gets_the_same_answer(host, victim, caller):
    with log_in(host, caller, source=CALLER) as session:
        assert is_always_denied(Pipe(session), VICTIM)
        assert victim.alive() == ALIVE


@for_allowed
def test_caller_allowed_with_kerberos_ends_a_session(host, victim, caller):
    assert Caller(host, caller).net_session_del(VICTIM, "bob") == NERR_SUCCESS
    assert victim.alive() == DELETED


@for_refused
def test_caller_refused_with_kerberos_gets_the_same_answer(host, victim,
                                                           caller):
    pipe = Caller(host, caller)
    answers = {pipe.net_session_del(client, user) for client, user in (
        (VICTIM, "bob"), (None, "bob"), ("\\\\127.0.0.99", None),
        (None, None), ("\\\\", "bob"))}
    assert answers == {ERROR_ACCESS_DENIED}
    assert victim.alive() == ALIVE


@on_both
def test_anonymous_is_refused(host, victim):
    with connect(host, "", dialect="3.0",
                 source=CALLER) as session:
        assert is_always_denied(Pipe(session), VICTIM)
        assert victim.alive() == ALIVE


@pytest.mark.parametrize("host, user, domain_name, expected", [
    ("dc", "sop", "ad.testbed.test", NERR_CLIENT_NAME_NOT_FOUND),
    ("dc", "sop@ad.testbed.test", "", NERR_CLIENT_NAME_NOT_FOUND),
    ("dc", "alice@ad.testbed.test", "", ERROR_ACCESS_DENIED),
    ("member", "adm-nested@ad.testbed.test", "", NERR_CLIENT_NAME_NOT_FOUND),
    ("member", "sop@ad.testbed.test", "", ERROR_ACCESS_DENIED),
], indirect=["host"])
def test_rights_do_not_depend_on_the_form_of_the_name(
        host, user, domain_name, expected):
    with connect(host, user, domain=domain_name,
                 source=CALLER) as session:
        assert Pipe(session).net_session_del("127.0.0.99") == expected


@with_both
@pytest.mark.parametrize("name", OWN_NAMES)
@on_both
def test_user_is_known_by_each_form_of_the_name(host, pipe, name, how):
    with log_in(host, "alice", source=VICTIM) as other:
        victim = Session(host, "bob", how)
        assert pipe.net_session_del(None, name) == NERR_SUCCESS
        assert not victim.alive()
        assert other.alive() == ALIVE


@with_both
@on_both
def test_other_names_are_not_the_users(host, pipe, how):
    victim = Session(host, "bob", how)
    answers = {name: pipe.net_session_del(None, name)
               for name in OTHERS_NAMES}
    assert set(answers.values()) == {NERR_CLIENT_NAME_NOT_FOUND}, answers
    assert victim.alive()


@pytest.mark.parametrize("name", ["bob", "TESTDOM\\bob",
                                  "bob@ad.testbed.test"])
@pytest.mark.parametrize("user, domain_name", LOGINS)
@on_both
def test_user_is_known_by_each_form_of_the_login_name(host, pipe, name, user,
                                                      domain_name):
    with connect(host, user, domain=domain_name,
                 source=VICTIM) as victim:
        assert pipe.net_session_del(None, name) == NERR_SUCCESS
        assert victim.alive() == DELETED


@with_both
@pytest.mark.parametrize("name", [
    "jürgen", "JÜRGEN@ad.testbed.test", "testdom\\Jürgen",
    "AD.testbed.test\\jürgen"])
@on_both
def test_name_beyond_ascii_is_compared_without_case(host, pipe, name, how):
    victim = Session(host, "jürgen", how)
    assert pipe.net_session_del(None, name) == NERR_SUCCESS
    assert not victim.alive()


@with_both
@pytest.mark.parametrize("host", ["dc"], indirect=True)
def test_controller_knows_a_user_by_the_upn(host, pipe, how):
    for name in (domain.UPNS["dora"], "Dora.Long@SALES.example",
                 "dora@ad.testbed.test", "TESTDOM\\dora"):
        victim = Session(host, "dora", how)
        assert pipe.net_session_del(None, name) == NERR_SUCCESS
        assert not victim.alive()


@with_both
@pytest.mark.parametrize("host", ["dc"], indirect=True)
def test_part_of_the_upn_is_no_name(host, pipe, how):
    victim = Session(host, "dora", how)
    for name in ("dora.long", "dora.long@ad.testbed.test",
                 "dora@sales.example", "TESTDOM\\dora.long",
                 "sales.example\\dora.long"):
        assert pipe.net_session_del(None, name) == NERR_CLIENT_NAME_NOT_FOUND
    assert victim.alive()


@with_both
@pytest.mark.parametrize("host", ["member"], indirect=True)
def test_member_has_no_upn_on_record(host, pipe, how):
    victim = Session(host, "dora", how)
    assert pipe.net_session_del(None, domain.UPNS["dora"]) == \
        NERR_CLIENT_NAME_NOT_FOUND
    assert pipe.net_session_del(None, "dora@ad.testbed.test") == NERR_SUCCESS
    assert not victim.alive()


@pytest.mark.parametrize("name, of_domain, of_server", [
    ("bob", DELETED, DELETED),
    ("TESTDOM\\bob", DELETED, ALIVE),
    ("bob@ad.testbed.test", DELETED, ALIVE),
    ("ad.testbed.test\\bob", DELETED, ALIVE),
    ("MEMBER1\\bob", ALIVE, DELETED),
])
@pytest.mark.parametrize("host", ["member"], indirect=True)
def test_local_user_and_user_of_the_domain_are_two(host, pipe, name, of_domain,
                                                   of_server):
    with log_in(host, "bob", source=VICTIM) as user, \
            connect(host, "bob", domain="MEMBER1",
                    source=OTHER) as local_user:
        assert pipe.net_session_del(None, name) == NERR_SUCCESS
        assert user.alive() == of_domain
        assert local_user.alive() == of_server


@pytest.mark.parametrize("host", ["member"], indirect=True)
def test_users_of_one_name_are_listed_with_their_domains(host, pipe):
    with log_in(host, "bob", source=VICTIM) as user:
        assert (f"\\\\{VICTIM}", "bob") in pipe.session_enum(1)
        with connect(host, "bob", domain="MEMBER1",
                     source=VICTIM) as local_user:
            users = {row[1] for row in pipe.session_enum(1)
                     if row[0] == f"\\\\{VICTIM}"}
            assert users == {"TESTDOM\\bob", "MEMBER1\\bob"}
            assert pipe.net_session_del(f"\\\\{VICTIM}",
                                        "MEMBER1\\bob") == NERR_SUCCESS
            assert (user.alive(), local_user.alive()) == (ALIVE, DELETED)


@with_both
@pytest.mark.parametrize("user", ["bob", "dora", "jürgen"])
@on_both
def test_session_is_known_as_session_enum_lists_it(host, pipe, user, how):
    before = pipe.session_enum(1)
    victim = Session(host, user, how)
    shown = pipe.session_enum(1)
    for row in before:
        shown.remove(row)
    assert len(shown) == 1
    assert pipe.net_session_del(*shown[0]) == NERR_SUCCESS
    assert not victim.alive()


@on_both
def test_audit_names_callers_and_users_of_the_domain(host, victim):
    start = len(host.syslog_lines())
    pipe = Caller(host, domain.ADMINISTRATOR)
    assert pipe.net_session_del(VICTIM, "bob@ad.testbed.test") == NERR_SUCCESS
    assert victim.alive() == DELETED

    def lines_with(*parts):
        return [line for line in host.syslog_lines()[start:]
                if all(part in line for part in parts)]
    processes.wait_until(
        lambda: lines_with('by "TESTDOM\\\\', "dministrator", "-500)"),
        "the call is in syslog")
    processes.wait_until(
        lambda: lines_with('of "TESTDOM\\\\bob"', "closed"),
        "the session is in syslog")


class TestEveryTransport:
    """With samba-dcerpcd running by itself: only then it serves them all."""

    @pytest.fixture(name="dc_port", scope="class")
    def _dc_port(self, dc):
        with serving_tcp(dc) as port:
            yield port

    @pytest.fixture(name="member_port", scope="class")
    def _member_port(self, member):
        with serving_tcp(member) as port:
            yield port

    @pytest.fixture(name="tcp_port", autouse=True)
    def _tcp_port(self, request, host, dc):
        return request.getfixturevalue(
            "dc_port" if host is dc else "member_port")

    @with_each_protection
    @for_allowed
    def test_caller_allowed_over_tcp(self, host, tcp_port, caller, protection,
                                     how):
        pipe = Caller(host, caller, how,
                      f"ncacn_ip_tcp:HOST[{tcp_port},{protection}]")
        assert pipe.net_session_del("127.0.0.99") == NERR_CLIENT_NAME_NOT_FOUND

    @with_each_protection
    @for_refused
    def test_caller_refused_over_tcp(self, host, tcp_port, caller, protection,
                                     how):
        pipe = Caller(host, caller, how,
                      f"ncacn_ip_tcp:HOST[{tcp_port},{protection}]")
        assert pipe.net_session_del("127.0.0.99") == ERROR_ACCESS_DENIED
        assert pipe.net_session_del() == ERROR_ACCESS_DENIED

    @for_allowed
    def test_caller_allowed_over_ncalrpc(self, host, caller):
        pipe = Caller(host, caller, NTLM, NCALRPC)
        assert pipe.net_session_del("127.0.0.99") == NERR_CLIENT_NAME_NOT_FOUND

    @for_refused
    def test_caller_refused_over_ncalrpc(self, host, caller):
        pipe = Caller(host, caller, NTLM, NCALRPC)
        assert pipe.net_session_del("127.0.0.99") == ERROR_ACCESS_DENIED
        assert pipe.net_session_del() == ERROR_ACCESS_DENIED

    @pytest.mark.parametrize("binding", ["ncacn_ip_tcp:HOST[PORT]", NCALRPC])
    @on_both
    def test_anonymous_is_refused(self, host, tcp_port, binding):
        pipe = Caller(host, ANONYMOUS, NTLM,
                      binding.replace("PORT", str(tcp_port)))
        assert pipe.net_session_del("127.0.0.99") == ERROR_ACCESS_DENIED

    @on_both
    def test_local_system_ends_a_session(self, host, victim):
        pipe = Caller(host, ANONYMOUS, NTLM, AS_SYSTEM)
        assert pipe.net_session_del(VICTIM, "bob") == NERR_SUCCESS
        assert victim.alive() == DELETED
