# SPDX-License-Identifier: GPL-3.0-or-later
"""NetrSessionEnum: the list of sessions that can be closed."""

import contextlib
import functools
import itertools
import struct
import time

import pytest

from testbed import namespace, processes, series
from testbed.clients.connections import (
    ALIVE, CALLER, DELETED_BY_DIALECT as DELETED, DIALECTS, Connection,
    connect, half_open)
from testbed.clients.multichannel import add_channel
from testbed.clients.samba_pipe import SambaPipe
from testbed.clients.session_enum import (
    CLIENT_TYPES, LEVELS, SESSION_ENUM, all_pairs, enumerate_by_samba,
    enumerate_sessions, list_in_pages, parse_answer, request_stub)
from testbed.clients.smbtorture import rpc_srvsvc
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, ERROR_INVALID_LEVEL, ERROR_INVALID_PARAMETER,
    ERROR_MORE_DATA, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS,
    NERR_USER_NOT_FOUND, Pipe, rpcclient)
from testbed.needs import needs_ipv6
from testbed.observe import audit
from testbed.observe.sessions import (
    sessions_of, wait_client_gone, wait_only_at)
from testbed.servers.standalone import Server

IPV4 = "127.0.0.21"
OTHER_IPV4 = "127.0.0.22"
IPV6 = "fd00:5e55::21"
LINK_LOCAL = namespace.LINK_LOCAL

LEVELS_WITH_USERS = [level for level in LEVELS if level != 0]

# Where a client connects from, and how it is listed.
PLACES = [
    pytest.param({"source": IPV4}, f"\\\\{IPV4}", id="IPv4"),
    pytest.param({"source": IPV6}, f"\\\\[{IPV6}]", id="IPv6",
                 marks=needs_ipv6),
    pytest.param({"source": LINK_LOCAL},
                 f"\\\\[{LINK_LOCAL.partition('%')[0]}]", id="link-local",
                 marks=needs_ipv6),
    pytest.param({"source": IPV4, "port": 139, "name": "STATION7"},
                 "\\\\station7", id="NetBIOS"),
]


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(conf={"realm": "TESTBED.EXAMPLE.COM",
                      "map to guest": "bad user"}) as server:
        yield server


@pytest.fixture(name="pipe", scope="module")
def _pipe(samba):
    """A Server Operator's pipe."""
    with connect(samba, "sop", source=CALLER) as session:
        yield Pipe(session)


@pytest.fixture(autouse=True)
def _left_alone(samba):
    """After each test, wait until smbd has noticed that its clients left.

    Samba's own library has no address of a client, and may stay.
    """
    yield
    wait_only_at(samba, CALLER, samba.address)


def rows_of(pipe, user, level=502, **arguments):
    """The rows of a user's sessions, from a list of all sessions."""
    listing = enumerate_sessions(pipe, level, **arguments)
    assert listing.result == NERR_SUCCESS
    return [row for row in listing.rows if row["username"] == user]


def werror_of(pipe, level, **arguments):
    """The WERROR of a call that fails and lists nothing."""
    listing = enumerate_sessions(pipe, level, **arguments)
    assert listing.result != NERR_SUCCESS
    assert (listing.rows, listing.total) == ((), 0)
    return listing.result


@pytest.mark.parametrize("dialect", DIALECTS)
def test_row_has_what_is_known_of_a_session(samba, pipe, dialect):
    started = time.monotonic()
    with connect(samba, "bob", dialect=dialect,
                 source=IPV4) as session:
        session.open("held")
        row, = rows_of(pipe, "bob")
        seconds, idle = row.pop("time"), row.pop("idle_time")
        client_type = row.pop("cltype_name")
        assert row == {
            "cname": f"\\\\{IPV4}", "username": "bob", "num_opens": 1,
            "user_flags": 0, "transport": "\\Device\\NetbiosSmb"}
        assert client_type.split(",")[0] == CLIENT_TYPES[dialect]
        assert max(seconds, idle) <= time.monotonic() - started + 1


# What smb.conf demands, and how a client protects its requests.
PROTECTIONS = [
    (None, {"dialect": "SMB1"}, {""}),
    (None, {"dialect": "3.0"}, {""}),
    (None, {"dialect": "3.0", "sign": True}, {"partly signed", "signed"}),
    (None, {"dialect": "3.0", "encrypt": True}, {"partly encrypted"}),
    ("signing", {"dialect": "3.0"}, {"signed"}),
    ("signing", {"dialect": "3.1.1"}, {"signed"}),
    ("smb encrypt", {"dialect": "3.1.1", "encrypt": True}, {"encrypted"}),
]


@pytest.fixture(name="strict_samba", scope="module")
def _strict_samba(request):
    conf = {f"server {request.param}": "required"} if request.param else {}
    with Server(address="127.0.0.4", conf=conf) as server:
        yield server


@pytest.mark.parametrize("strict_samba, options, expected", PROTECTIONS,
                         indirect=["strict_samba"])
def test_client_type_says_how_requests_are_protected(strict_samba, options,
                                                     expected):
    """As smbstatus does, in other words."""
    with connect(strict_samba, "sop", source=CALLER,
                 encrypt=True) as caller, \
            connect(strict_samba, "bob", source=IPV4, **options) as bob:
        bob.open("held")
        row, = rows_of(Pipe(caller), "bob")
        shown, = sessions_of(strict_samba, "bob")
    wait_client_gone(strict_samba, IPV4)
    dialect, _, words = row["cltype_name"].partition(", ")
    assert dialect == CLIENT_TYPES[options["dialect"]]
    assert words.split(", ")[0] in expected
    amount = {"partial": "partly ", "full": ""}
    assert words == ", ".join(
        f"{amount[degree]}{what}" for what, degree in (
            ("encrypted", shown["encryption"]),
            ("signed", "none" if shown["encryption"] == "full"
             else shown["signing"])) if degree != "none")


def test_times_count_up(samba, pipe):
    with connect(samba, "bob", source=IPV4):
        processes.wait_until(lambda: rows_of(pipe, "bob")[0]["time"],
                             "it is a second old")


def test_netbios_session_is_listed_with_its_transport(samba, pipe):
    with connect(samba, "bob", source=IPV4, port=139,
                 name="STATION7"):
        row, = rows_of(pipe, "bob")
        assert row["transport"] == "\\Device\\NetBT_Tcpip"


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_has_the_same_sessions_in_the_same_order(samba, pipe,
                                                            level):
    with connect(samba, "bob", source=IPV4), \
            connect(samba, "Ольга", source=OTHER_IPV4):
        full = enumerate_sessions(pipe, 502)
        listing = enumerate_sessions(pipe, level)
    assert len(listing.rows) == listing.total == full.total >= 3
    for row, same in zip(listing.rows, full.rows):
        assert {**same, **row, **times_of(same)} == same


def times_of(row):
    """What can change from one list to the next."""
    return {"time": row["time"], "idle_time": row["idle_time"]}


@pytest.mark.skipif(series.OPENS_NAME_SESSION,
                    reason="it is known which session has opened what")
def test_opens_of_one_user_in_one_smbd_are_summed_up(samba, pipe):
    with Connection(samba, source=IPV4) as connection:
        first, second = connection.login("bob"), connection.login("bob")
        other = connection.login("alice")
        held = [first.open("one"), first.open("two"), second.open("three")]
        held.append(Pipe(second).opened())
        assert [row["num_opens"] for row in rows_of(pipe, "bob")] == [4, 4]
        assert [row["num_opens"] for row in rows_of(pipe, "alice")] == [0]
        held.pop(0).close()
        assert [row["num_opens"] for row in rows_of(pipe, "bob")] == [3, 3]
        assert other.alive() == ALIVE


@pytest.mark.parametrize("user", ["stranger", ""], ids=["guest", "anonymous"])
def test_guest_is_listed_as_one(samba, pipe, user):
    password = "unknown" if user else ""
    listed = "nobody" if user else "ANONYMOUS LOGON"
    with connect(samba, user, password=password, dialect="3.0",
                 source=IPV4):
        row, = rows_of(pipe, listed)
        assert row["user_flags"] == 1
        assert pipe.net_session_del(row["cname"], listed) == NERR_SUCCESS
        assert rows_of(pipe, listed) == []


def test_name_that_two_users_have_is_listed_with_its_domain(samba, pipe):
    """The anonymous user's Unix name is that of the guest account."""
    with connect(samba, "stranger", dialect="3.0",
                 source=IPV4) as guest, \
            connect(samba, "", dialect="3.0", source=IPV4):
        assert rows_of(pipe, "nobody") == []
        row, = rows_of(pipe, "TESTBED\\nobody")
        assert pipe.net_session_del(row["cname"],
                                    row["username"]) == NERR_SUCCESS
        assert guest.alive() in DELETED
        assert len(rows_of(pipe, "ANONYMOUS LOGON")) == 1


@pytest.mark.parametrize("user", ["bob", "jürgen", "Ольга"])
@pytest.mark.parametrize("place, listed", PLACES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_listed_closes_that_session(samba, pipe, dialect, place,
                                            listed, user):
    with connect(samba, user, dialect=dialect, **place) as victim, \
            connect(samba, user, source=OTHER_IPV4) as elsewhere, \
            connect(samba, "carol", **place) as other:
        pairs = {level: enumerate_sessions(pipe, level).pairs()
                 for level in LEVELS}
        for level in LEVELS_WITH_USERS:
            assert pairs[level].count((listed, user)) == 1
        assert pairs[0].count((listed, None)) == 2
        assert pipe.net_session_del(listed, user) == NERR_SUCCESS
        assert victim.alive() in DELETED
        assert elsewhere.alive() == other.alive() == ALIVE
        assert (listed, user) not in enumerate_sessions(pipe, 502).pairs()


def test_session_of_two_channels_is_listed_once(samba, pipe):
    with Connection(samba, "3.0", source=IPV4,
                    sign=True) as connection:
        session = connection.login("bob")
        second = add_channel(session, source=OTHER_IPV4)
        with second.connection:
            row, = rows_of(pipe, "bob")
            for client in (IPV4, OTHER_IPV4):
                same, = rows_of(pipe, "bob", client=client)
                assert {**same, **times_of(row)} == row
            assert pipe.net_session_del(row["cname"], "bob") == NERR_SUCCESS
            assert {session.alive(), second.alive()} <= DELETED


@pytest.mark.parametrize("dialect", DIALECTS)
def test_half_open_session_is_not_listed(samba, pipe, dialect):
    listings = []

    def list_sessions():
        listings.append(enumerate_sessions(pipe, 502))
        listings.append(enumerate_sessions(pipe, 502, client=IPV4))

    with half_open(list_sessions), \
            connect(samba, "bob", dialect=dialect, source=IPV4):
        everybody, of_client = listings
        assert f"\\\\{IPV4}" not in dict(everybody.pairs())
        assert of_client.result == NERR_CLIENT_NAME_NOT_FOUND
        assert len(rows_of(pipe, "bob")) == 1


@pytest.mark.parametrize("client, user", [
    (IPV4, None), (f"\\\\{IPV4}", ""), (f"\\\\::ffff:{IPV4}", "bob"),
    (None, "bob"), ("", "BOB"), ("", "testbed\\bob"),
    (None, "bob@testbed.example.com")])
def test_filters_are_those_of_closing(samba, pipe, client, user):
    with connect(samba, "bob", source=IPV4), \
            connect(samba, "alice", source=OTHER_IPV4):
        listing = enumerate_sessions(pipe, 1, client=client, user=user)
        assert listing.pairs() == [(f"\\\\{IPV4}", "bob")]
        assert listing.total == 1


@pytest.mark.parametrize("client, user, result", [
    ("\\\\127.0.0.99", None, NERR_CLIENT_NAME_NOT_FOUND),
    ("\\\\127.0.0.99", "bob", NERR_CLIENT_NAME_NOT_FOUND),
    ("\\\\127.0.0.99", "nobody-here", NERR_CLIENT_NAME_NOT_FOUND),
    (None, "nobody-here", NERR_USER_NOT_FOUND),
    (f"\\\\{IPV4}", "alice", NERR_USER_NOT_FOUND),
    (f"\\\\{IPV4}", "nobody-here", NERR_USER_NOT_FOUND),
    ("\\\\", None, ERROR_INVALID_PARAMETER),
    ("\\\\a\\b", "bob", ERROR_INVALID_PARAMETER),
    (None, "a\nb", ERROR_INVALID_PARAMETER),
    ("x" * 1024, None, ERROR_INVALID_PARAMETER),
    (None, "x" * 1024, ERROR_INVALID_PARAMETER)])
def test_filter_that_matches_nothing_is_an_error(samba, pipe, client, user,
                                                 result):
    with connect(samba, "bob", source=IPV4):
        for level in LEVELS:
            assert werror_of(pipe, level, client=client, user=user) == result


@pytest.mark.parametrize("level", [3, 11, 501, 503, 0xffffffff])
def test_other_levels_are_invalid(pipe, level):
    assert werror_of(pipe, level) == ERROR_INVALID_LEVEL


@pytest.mark.parametrize("caller", [
    "alice", "powerop", "backupop", "accop", "printop", "administrators"])
def test_refused_caller_gets_the_same_answer_to_every_call(samba, caller):
    with connect(samba, caller, source=CALLER) as session, \
            connect(samba, "bob", source=IPV4):
        pipe = Pipe(session)
        for level, client in itertools.product(
                (*LEVELS, 3), (None, IPV4, "127.0.0.99", "\\\\")):
            assert werror_of(pipe, level, client=client) == \
                ERROR_ACCESS_DENIED


@pytest.mark.parametrize("caller", ["root", "adm", "sop"])
def test_allowed_callers_are_those_who_may_close(samba, caller):
    with connect(samba, caller, source=IPV4) as session:
        pairs = enumerate_sessions(Pipe(session), 502).pairs()
        assert (f"\\\\{IPV4}", caller) in pairs


def test_lists_are_not_recorded(samba, pipe):
    with connect(samba, "alice", source=IPV4) as session, \
            audit.Recording(samba, pipe) as record:
        assert werror_of(Pipe(session), 502) == ERROR_ACCESS_DENIED
        assert enumerate_sessions(pipe, 502).result == NERR_SUCCESS
        pipe.net_session_del("192.0.2.1")
    assert len(record.log) == 1


@pytest.mark.parametrize("limit", [0, 1, 100, 300])
def test_pages_together_are_the_whole_list(samba, pipe, limit):
    with contextlib.ExitStack() as stack:
        for number in range(6):
            stack.enter_context(connect(
                samba, "bob", source=f"127.0.0.{21 + number}"))
        whole = enumerate_sessions(pipe, 502)
        listings = list(list_in_pages(pipe, limit))
        assert all_pairs(listings) == whole.pairs()
        assert len(listings) > 2
        left = whole.total
        for listing in listings:
            assert listing.rows
            assert listing.total == left
            left -= len(listing.rows)


def test_caller_without_a_resume_handle_gets_the_first_page(samba, pipe):
    with connect(samba, "bob", source=IPV4):
        listing = enumerate_sessions(pipe, 502, limit=1, resume=None)
        assert listing.result == ERROR_MORE_DATA
        assert listing.resume is None
        assert len(listing.rows) == 1
        assert listing.total == enumerate_sessions(pipe, 502).total


@pytest.mark.parametrize("resume", [0xffffffff, 0xfffffffe])
def test_handle_behind_the_last_session_is_the_end(pipe, resume):
    listing = enumerate_sessions(pipe, 502, resume=resume)
    assert listing == (NERR_SUCCESS, (), 0, 0)
    listing = enumerate_sessions(pipe, 502, client="127.0.0.99",
                                 resume=resume)
    assert listing == (NERR_SUCCESS, (), 0, 0)


def many_sessions(samba, stack, each):
    """Sessions of alice on twenty connections, this many on each."""
    for number in range(20):
        connection = stack.enter_context(Connection(
            samba, "2.1", source=f"127.0.0.{21 + number % 8}"))
        for _ in range(each):
            yield connection.login("alice")


def test_thousand_sessions_while_some_come_and_go(samba, pipe):
    with contextlib.ExitStack() as stack:
        lasting = list(many_sessions(samba, stack, 48))
        leaving = list(many_sessions(samba, stack, 2))
        assert len(rows_of(pipe, "alice", level=1)) == 1000
        whole = enumerate_sessions(pipe, 502)
        assert whole.total == len(whole.rows) >= 1000
        coming = stack.enter_context(
            Connection(samba, "2.1", source=IPV4))

        def come_and_go():
            coming.login("carol")
            for _ in range(2):
                if leaving:
                    leaving.pop().logoff()

        listings = list(list_in_pages(pipe, 4000, between=come_and_go))
        assert not leaving
        assert len(listings) > 20
        found = [user for _, user in all_pairs(listings)]
        assert len(lasting) <= found.count("alice") <= 1000
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        assert lasting[0].alive() in DELETED


@pytest.fixture(name="snap_in", params=["impacket", "Samba"])
def _snap_in(request, samba, pipe):
    """A Server Operator's calls with either client library: list, close."""
    if request.param == "impacket":
        return functools.partial(enumerate_sessions, pipe), \
            pipe.net_session_del
    other = SambaPipe(samba, "sop")
    return functools.partial(enumerate_by_samba, other), other.net_session_del


@pytest.mark.parametrize("level", [502, 2, 1])
def test_snap_in_closes_one_and_then_one_by_one(samba, snap_in, level):
    """The names of the list are passed back unchanged."""
    list_sessions, close = snap_in
    with contextlib.ExitStack() as stack:
        victims = {}
        for number, (user, dialect) in enumerate(itertools.product(
                ("bob", "Ольга"), DIALECTS)):
            source = f"127.0.0.{21 + number % 8}"
            victims.setdefault((f"\\\\{source}", user), []).append(
                stack.enter_context(connect(
                    samba, user, dialect=dialect, source=source)))
        while True:
            pairs = {pair for pair in list_sessions(level).pairs()
                     if pair[1] != "sop"}
            assert pairs == set(victims)
            if not pairs:
                break
            chosen = min(pairs)
            assert close(*chosen) == NERR_SUCCESS
            assert {victim.alive() for victim in victims.pop(chosen)} \
                <= DELETED
            assert {victim.alive() for rest in victims.values()
                    for victim in rest} <= {ALIVE}


@pytest.mark.parametrize("level", LEVELS)
def test_both_clients_get_the_same_bytes(samba, pipe, level):
    """Within one second of the server's clock: the list has times."""
    other = SambaPipe(samba, "sop")

    def answer(caller):
        caller.send_stub(SESSION_ENUM, request_stub(level))
        return caller.receive_stub()

    with connect(samba, "jürgen", source=IPV4), \
            connect(samba, "bob", source=OTHER_IPV4):
        processes.wait_until(lambda: answer(pipe) == answer(other),
                             "the answers are the same")
        assert len(parse_answer(other.last_answer).rows) >= 4


@pytest.mark.parametrize("arguments", [
    {"client": IPV4}, {"user": "jürgen"}, {"limit": 1},
    {"client": IPV4, "user": "jürgen", "resume": None}], ids=str)
def test_sambas_ndr_agrees_with_all_arguments(samba, pipe, arguments):
    other = SambaPipe(samba, "sop")
    with connect(samba, "jürgen", source=IPV4):
        for level in LEVELS:
            assert enumerate_by_samba(other, level, **arguments).total == \
                enumerate_sessions(pipe, level, **arguments).total


def test_rpcclient_lists_sessions(samba):
    with connect(samba, "bob", source=IPV4):
        for caller in ("root", "sop"):
            told = rpcclient(samba, caller, "netsessenum",
                             f'netsessenum "\\\\{IPV4}" bob 502').stdout
            assert told.splitlines()[2:] == ["trying level: 502",
                                             "Received 1 entries."]
            assert "WERR" not in told


def test_smbtorture_lists_sessions(samba):
    told = rpc_srvsvc(samba, "adm")
    assert "success: srvsvc (admin access).NetSessEnum" in told
    assert "NetSessEnum failed" not in told


def test_parameter_hands_the_list_back_to_stock_samba():
    with Server(address="127.0.0.2",
                conf={"sessiondel:session list": "stock"}) as server, \
            connect(server, "adm", source=IPV4) as admin, \
            connect(server, "sop", source=OTHER_IPV4) as operator:
        pipe = Pipe(admin)
        assert (IPV4, "adm") in pipe.session_enum(1)
        pipe.send_stub(SESSION_ENUM, request_stub(502))
        assert pipe.receive_werror() == ERROR_INVALID_LEVEL
        other = Pipe(operator)
        other.send_stub(SESSION_ENUM, request_stub(1))
        assert other.receive_werror() == ERROR_ACCESS_DENIED
        assert other.net_session_del(IPV4, "adm") == NERR_SUCCESS


def test_container_that_came_in_is_not_echoed(samba, pipe):
    """A request with structs in it, and one with a NULL container."""
    filled = struct.pack("<LLLLLLL", 0, 0, 0, 0, 0, 0x20000, 1) + \
        struct.pack("<LLL", 0x20004, 1, 0x20008) + \
        struct.pack("<LLL", 2, 0, 2) + "x\0".encode("utf-16-le")
    null = struct.pack("<LLLLLL", 0, 0, 0, 0, 0, 0)
    end = struct.pack("<LL", 0xffffffff, 0)
    for container in (filled, null):
        pipe.send_stub(SESSION_ENUM, container + end)
        assert parse_answer(pipe.receive_stub()) == enumerate_sessions(
            pipe, 0, resume=None)
    with connect(samba, "alice") as refused:
        other = Pipe(refused)
        other.send_stub(SESSION_ENUM, filled + end)
        assert other.receive_stub() == struct.pack(
            "<LLLLLL", 0, 0, 0, 0, 0, ERROR_ACCESS_DENIED)


def test_caller_may_close_what_it_is_listed_as(samba):
    with connect(samba, "sop", source=IPV4) as session:
        pipe = Pipe(session)
        pair = (f"\\\\{IPV4}", "sop")
        assert pair in enumerate_sessions(pipe, 502).pairs()
        assert pipe.net_session_del(*pair) == NERR_SUCCESS
        wait_client_gone(samba, IPV4)
