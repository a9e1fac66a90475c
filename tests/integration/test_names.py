# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients given by a name that only a resolver knows.

docs/spec.md#which-sessions-match
"""

import contextlib

import pytest

from testbed import namespace, processes
from testbed.clients.connections import (
    ALIVE, CALLER, DELETED, DISCONNECTED, connect, connect_to_stay)
from testbed.clients.session_enum import (
    SESSION_ENUM, all_pairs, enumerate_sessions, list_in_pages, parse_answer,
    request_stub)
from testbed.clients.srvsvc import (
    ERROR_BUSY, ERROR_TIMEOUT, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS,
    NERR_USER_NOT_FOUND, Pipe, rpcclient)
from testbed.faults.hinder import stopped
from testbed.names.dns import DnsServer
from testbed.needs import needs_ipv6
from testbed.observe import audit
from testbed.observe.sessions import smbd_of, wait_only_at
from testbed.processes import wait_until
from testbed.servers.plugin import MAX_WAITING
from testbed.servers.standalone import Server

IPV4 = "127.0.0.21"
IPV6 = "fd00:5e55::21"
SECOND_IPV4 = "127.0.0.22"
OTHER_IPV4 = "127.0.0.24"


@pytest.fixture(name="dns", scope="module")
def _dns():
    with DnsServer(hosts=[("ws4.example.com", IPV4),
                          ("ws6.example.com", IPV6),
                          ("both.example.com", IPV4),
                          ("both.example.com", IPV6),
                          ("several.example.com", "192.0.2.1"),
                          ("several.example.com", IPV4),
                          ("several.example.com", SECOND_IPV4),
                          ("short", IPV4),
                          ("station7", SECOND_IPV4),
                          ("away.example.com", "192.0.2.1")],
                   aliases=[("alias.example.com", "ws4.example.com")]
                   ) as server:
        yield server


@pytest.fixture(name="samba", scope="module")
def _samba(dns):
    """A server that waits for resolvers as long as can be configured."""
    with Server(address=["127.0.0.1", namespace.SERVER_IPV6],
                conf={"sessiondel:resolve timeout": "10"}) as server:
        yield server


@pytest.fixture(name="caller", scope="module")
def _caller(samba):
    with connect(samba, "sop", source=CALLER) as session:
        yield session


@pytest.fixture(name="pipe", scope="module")
def _pipe(caller):
    return Pipe(caller)


@pytest.fixture(name="victim")
def _victim(samba):
    with connect(samba, "bob", source=IPV4) as session:
        yield session


@pytest.fixture(name="bystander", scope="module", autouse=True)
def _bystander(samba):
    """A session that no test closes."""
    with connect_to_stay(samba, "carol", source=OTHER_IPV4) as session:
        yield session
        assert session.alive() == ALIVE


@pytest.fixture(autouse=True)
def _left_alone(samba):
    """After each test, wait until smbd has noticed that its clients left."""
    yield
    wait_only_at(samba, CALLER, OTHER_IPV4)


def wait_for_resolvers(samba, count):
    processes.wait_until(lambda: len(samba.processes_of("getent")) == count,
                         f"{count} look-ups are running")


@pytest.mark.parametrize("name, source", [
    ("ws4.example.com", IPV4), ("WS4.Example.COM", IPV4),
    ("\\\\ws4.example.com", IPV4), ("ws4.example.com.", IPV4),
    ("short", IPV4), ("alias.example.com", IPV4), ("both.example.com", IPV4),
    pytest.param("both.example.com", IPV6, marks=needs_ipv6),
    pytest.param("ws6.example.com", IPV6, marks=needs_ipv6),
    # These two are in the hosts file.
    ("client21", IPV4), pytest.param("client21", IPV6, marks=needs_ipv6)])
def test_name_stands_for_each_of_its_addresses(samba, pipe, name, source):
    with connect(samba, "bob", source=source) as victim:
        assert pipe.net_session_del(name) == NERR_SUCCESS
        assert victim.alive() == DELETED


def test_all_clients_that_share_a_name_match(samba, pipe, victim):
    with connect(samba, "alice", source=SECOND_IPV4) as second:
        assert pipe.net_session_del("several.example.com") == NERR_SUCCESS
        assert (victim.alive(), second.alive()) == (DELETED, DELETED)


@pytest.mark.parametrize("name", [
    "away.example.com", "unknown.example.com", "ws4", "ws4.example.org",
    "example.com", "-A", "--help", "ws4.example.com ", "ws4 example.com",
    "ws4.example.com;", "$(ws4.example.com)", "rechner-ü", "a" * 63,
    "a" * 64, ".".join(["a" * 63] * 4), "x" * 1023])
def test_name_of_no_client_does_not_match(pipe, victim, name):
    assert pipe.net_session_del(name) == NERR_CLIENT_NAME_NOT_FOUND
    assert victim.alive() == ALIVE


@pytest.mark.parametrize("number", ["127.21", "0x7f000015", "2130706453",
                                    "0177.0.0.025", f"{IPV4}."])
def test_number_that_resolvers_take_for_an_address_is_no_name(pipe, victim,
                                                              number):
    assert pipe.net_session_del(number) == NERR_CLIENT_NAME_NOT_FOUND
    assert victim.alive() == ALIVE


def test_name_and_user_must_both_match(samba, pipe, victim):
    with connect(samba, "alice", source=IPV4) as other:
        assert pipe.net_session_del("ws4.example.com", "carol") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del("ws4.example.com", "bob") == NERR_SUCCESS
        assert (victim.alive(), other.alive()) == (DELETED, ALIVE)


@contextlib.contextmanager
def named_and_real(samba):
    """A guest of that name, who may have taken it, and the computer itself."""
    with (connect(samba, "bob", source=IPV4, port=139,
                  name="STATION7") as recorded,
          connect(samba, "bob", source=SECOND_IPV4) as resolved):
        yield recorded, resolved


def test_name_on_record_shields_no_address(samba, dns, pipe):
    """A client on port 139 calls itself what it likes."""
    with named_and_real(samba) as (recorded, resolved), \
            audit.Recording(samba, pipe) as record:
        assert pipe.net_session_del("station7") == NERR_SUCCESS
        assert (recorded.alive(), resolved.alive()) == (DELETED, DELETED)
        assert dns.was_asked_for("station7")
    assert "2 of 2 sessions ended" in record.syslog[0]
    assert record.syslog[0].endswith(
        f", host has for the name {SECOND_IPV4}")
    assert len(record.closing) == 2


def test_name_on_record_is_listed_with_its_addresses(samba, pipe):
    with named_and_real(samba):
        pairs = enumerate_sessions(pipe, 1, client="station7").pairs()
        assert len(pairs) == 2


def test_late_addresses_add_nothing_to_a_name_on_record(samba, dns, pipe):
    with named_and_real(samba) as (recorded, resolved), dns.hung():
        pipe.send_session_del("station7")
        wait_until(lambda: recorded.alive() == DELETED,
                   "its close does not wait for the resolver")
        assert pipe.receive_werror() == NERR_SUCCESS
        assert resolved.alive() == ALIVE


def test_name_on_record_of_another_user_is_resolved(samba, pipe):
    with connect(samba, "bob", source=SECOND_IPV4) as resolved, \
            connect(samba, "alice", source=IPV4, port=139,
                    name="STATION7") as recorded:
        assert pipe.net_session_del("station7", "bob") == NERR_SUCCESS
        assert (recorded.alive(), resolved.alive()) == (ALIVE, DELETED)


def test_nobody_is_asked_when_no_session_has_the_user(dns, pipe, victim):
    assert pipe.net_session_del("asked-for-nothing", "nobody-here") == \
        NERR_CLIENT_NAME_NOT_FOUND
    assert not dns.was_asked_for("asked-for-nothing")
    assert victim.alive() == ALIVE


def test_nobody_is_asked_for_a_refused_caller(samba, dns, victim):
    with connect(samba, "alice", source=CALLER) as plain:
        assert Pipe(plain).net_session_del("asked-without-right") == 5
    assert not dns.was_asked_for("asked-without-right")
    assert victim.alive() == ALIVE


def test_nobody_is_asked_for_a_caller_that_cannot_wait(samba, dns, victim):
    output = rpcclient(samba, "root", "netsessdel short",
                       transport="ncalrpc").stdout
    assert "WERR_NERR_CLIENTNAMENOTFOUND" in output
    assert victim.alive() == ALIVE
    output = rpcclient(samba, "root", f"netsessdel {IPV4}",
                       transport="ncalrpc").stdout
    assert output == ""
    assert victim.alive() == DELETED


def test_others_are_served_while_a_resolver_is_slow(samba, dns, caller, pipe,
                                                    victim):
    worker, = samba.worker_pids()
    waiting = Pipe(caller)
    with connect(samba, "alice", source=SECOND_IPV4) as other:
        with dns.hung():
            waiting.send_session_del("ws4.example.com")
            wait_for_resolvers(samba, 1)
            assert pipe.server_info() == "TESTBED"
            assert pipe.net_session_del(SECOND_IPV4) == NERR_SUCCESS
            assert other.alive() == DELETED
            assert len(samba.processes_of("getent")) == 1
        # If the worker had been busy, the name's time would be up by now.
        assert waiting.receive_werror() == NERR_SUCCESS
    assert victim.alive() == DELETED
    assert samba.worker_pids() == [worker]


def test_calls_that_wait_for_a_resolver_count_among_those_that_wait(
        samba, dns, caller, victim):
    waiting = [Pipe(caller) for _ in range(MAX_WAITING)]
    one_more = Pipe(caller)
    with dns.hung():
        for pipe in waiting:
            pipe.send_session_del("away.example.com")
        wait_for_resolvers(samba, MAX_WAITING)
        assert one_more.net_session_del(IPV4) == ERROR_BUSY
    assert {pipe.receive_werror() for pipe in waiting} == {
        NERR_CLIENT_NAME_NOT_FOUND}
    assert one_more.net_session_del("ws4.example.com") == NERR_SUCCESS
    assert victim.alive() == DELETED


def test_caller_that_hangs_up_leaves_nothing_behind(samba, dns, pipe):
    worker = samba.worker_pids()
    with dns.hung():
        with connect(samba, "sop", source=SECOND_IPV4) as hasty:
            Pipe(hasty).send_session_del("away.example.com")
            wait_for_resolvers(samba, 1)
        assert pipe.server_info() == "TESTBED"
    wait_for_resolvers(samba, 0)
    assert pipe.server_info() == "TESTBED"
    assert samba.worker_pids() == worker


def test_session_that_came_while_the_name_was_looked_up_matches(samba, dns,
                                                                caller):
    waiting = Pipe(caller)
    with dns.hung():
        waiting.send_session_del("ws4.example.com")
        wait_for_resolvers(samba, 1)
        late = connect(samba, "bob", source=IPV4)
    with late:
        assert waiting.receive_werror() == NERR_SUCCESS
        assert late.alive() == DELETED


def test_sessions_are_listed_by_what_a_name_stands_for(samba, pipe, victim):
    with connect(samba, "alice", source=SECOND_IPV4):
        both = [(f"\\\\{IPV4}", "bob"), (f"\\\\{SECOND_IPV4}", "alice")]
        whole = enumerate_sessions(pipe, 502, client="several.example.com")
        assert sorted(whole.pairs()) == both
        pages = list(list_in_pages(pipe, 1, client="several.example.com"))
        assert [page.total for page in pages] == [2, 1]
        assert all_pairs(pages) == whole.pairs()
        assert enumerate_sessions(
            pipe, 1, client="both.example.com", user="bob").pairs() == both[:1]
    assert victim.alive() == ALIVE


@pytest.mark.parametrize("client, user, result", [
    ("away.example.com", None, NERR_CLIENT_NAME_NOT_FOUND),
    ("unknown.example.com", None, NERR_CLIENT_NAME_NOT_FOUND),
    ("both.example.com", "carol", NERR_USER_NOT_FOUND)])
def test_list_of_a_name_that_nobody_matches(pipe, victim, client, user,
                                            result):
    assert enumerate_sessions(pipe, 502, client=client,
                              user=user).result == result
    assert victim.alive() == ALIVE


@pytest.mark.parametrize("user, listed", [("bob", SECOND_IPV4),
                                          ("alice", "station7")])
def test_list_of_a_name_on_record_is_what_closing_would_end(
        samba, pipe, user, listed):
    with connect(samba, "bob", source=SECOND_IPV4), \
            connect(samba, "alice", source=IPV4, port=139,
                    name="STATION7"):
        assert enumerate_sessions(
            pipe, 502, client="station7", user=user).pairs() == [
                (f"\\\\{listed}", user)]
        assert enumerate_sessions(pipe, 502, client="station7", user="carol"
                                  ).result == NERR_USER_NOT_FOUND


def test_list_that_waits_for_a_resolver_stops_nobody(samba, dns, caller, pipe,
                                                     victim):
    waiting = Pipe(caller)
    with dns.hung():
        waiting.send_stub(SESSION_ENUM, request_stub(502, "ws4.example.com"))
        wait_for_resolvers(samba, 1)
        assert pipe.server_info() == "TESTBED"
    assert parse_answer(waiting.receive_stub()).pairs() == [
        (f"\\\\{IPV4}", "bob")]
    assert victim.alive() == ALIVE


def test_lists_that_wait_count_among_the_calls_that_wait(samba, dns, caller,
                                                         victim):
    waiting = [Pipe(caller) for _ in range(MAX_WAITING)]
    one_more = Pipe(caller)
    with dns.hung():
        for pipe in waiting:
            pipe.send_stub(SESSION_ENUM, request_stub(1, "away.example.com"))
        wait_for_resolvers(samba, MAX_WAITING)
        assert one_more.net_session_del(IPV4) == ERROR_BUSY
        assert enumerate_sessions(
            one_more, 1, client="ws4.example.com").result == ERROR_BUSY
        assert enumerate_sessions(one_more, 1).result == NERR_SUCCESS
    assert {parse_answer(pipe.receive_stub()).result for pipe in waiting} == {
        NERR_CLIENT_NAME_NOT_FOUND}
    assert victim.alive() == ALIVE


@contextlib.contextmanager
def another_server(**conf):
    """Another server, and a Server Operator's pipe to it."""
    with Server(address="127.0.0.2", conf={
            f"sessiondel:{name.replace('_', ' ')}": value
            for name, value in conf.items()}) as server, \
            connect(server, "bob", source=IPV4) as victim, \
            connect(server, "sop", source=CALLER) as caller:
        yield server, Pipe(caller), victim


def test_resolver_that_never_answers_means_not_found(dns):
    with another_server(resolve_timeout="1") as (server, pipe, victim):
        worker = server.worker_pids()
        with dns.hung():
            assert pipe.net_session_del("ws4.example.com") == \
                NERR_CLIENT_NAME_NOT_FOUND
            wait_for_resolvers(server, 0)
            assert victim.alive() == ALIVE
            assert pipe.net_session_del(IPV4) == NERR_SUCCESS
        assert victim.alive() == DELETED
        assert server.worker_pids() == worker


@pytest.mark.parametrize("is_there", [True, False])
def test_addresses_of_a_name_on_record_that_hangs(is_there):
    """Only its own session is late. is_there: is anybody at the address?"""
    with another_server(timeout="3") as (server, pipe, other), \
            connect(server, "bob", source=IPV4, port=139,
                    name="CLIENT22") as recorded, contextlib.ExitStack() as at:
        resolved = [at.enter_context(connect(server, "bob",
                                             source=SECOND_IPV4))
                    for _ in range(is_there)]
        with stopped(smbd_of(server, recorded)):
            assert pipe.net_session_del("client22") == ERROR_TIMEOUT
            assert [session.alive() for session in (*resolved, other)] == [
                *[DELETED] * is_there, ALIVE]
        assert recorded.alive() in (DELETED, DISCONNECTED)


def test_session_at_an_address_of_a_name_on_record_hangs():
    with another_server(timeout="3") as (server, pipe, other), \
            connect(server, "bob", source=IPV4, port=139,
                    name="CLIENT22") as recorded, \
            connect(server, "bob", source=SECOND_IPV4) as resolved:
        with stopped(smbd_of(server, resolved)):
            assert pipe.net_session_del("client22") == ERROR_TIMEOUT
            assert (recorded.alive(), other.alive()) == (DELETED, ALIVE)
        assert resolved.alive() in (DELETED, DISCONNECTED)


def test_worker_ends_cleanly_while_a_resolver_hangs(dns):
    with dns.hung():
        with another_server(resolve_timeout="10") as (server, pipe, _):
            pipe.send_session_del("ws4.example.com")
            wait_for_resolvers(server, 1)
            # This fails if any process has to be killed.
            server.restart_dcerpcd()
            assert "INTERNAL ERROR" not in server.log()


def test_names_are_not_resolved_when_that_is_switched_off(dns):
    with another_server(resolve_names="no") as (_, pipe, victim):
        for name in ("switched-off", "client21"):
            assert pipe.net_session_del(name) == NERR_CLIENT_NAME_NOT_FOUND
        assert not dns.was_asked_for("switched-off")
        assert victim.alive() == ALIVE
        assert pipe.net_session_del(IPV4) == NERR_SUCCESS


def test_invalid_value_logs_a_line_and_the_default_is_used(dns):
    with another_server(resolve_names="maybe",
                        resolve_timeout="11") as (server, pipe, victim):
        assert pipe.net_session_del("away.example.com") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del("ws4.example.com") == NERR_SUCCESS
        assert victim.alive() == DELETED
        log = server.log()
    for warning in (
            'sessiondel:resolve names = "maybe" is not yes or no',
            'sessiondel:resolve timeout = "11" is not a number of seconds '
            'from 1 to 10'):
        assert log.count(f"{warning}, using the default") == 1
