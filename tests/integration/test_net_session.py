# SPDX-License-Identifier: GPL-3.0-or-later
"""NetSessionEnum(), NetSessionGetInfo() and what they leave, by net_session.c."""

import re
from typing import NamedTuple, Optional

import pytest

from testbed.accounts import PASSWORD
from testbed.clients.connections import connect, connect_to_stay
from testbed.clients.session_enum import FIELDS, MAX_PREFERRED_LENGTH
from testbed.clients.smbsession import execute
from testbed.names.dns import DnsServer
from testbed.observe.sessions import sessions_of
from testbed.servers.standalone import Server

CLIENT = "127.0.0.21"
OTHER = "127.0.0.22"
SERVER = "127.0.0.1"
# of the fixture stock
STOCK = "127.0.0.50"
# of CLIENT, by DNS
NAME = "ws7.example.com"

SUCCESS, INVALID_PARAMETER, INVALID_LEVEL = 0, 87, 124
NONE_MAPPED, USER_NOT_FOUND, CLIENT_NOT_FOUND = 1332, 2221, 2312

ALL = str(MAX_PREFERRED_LENGTH)


@pytest.fixture(name="dns", scope="module")
def _dns():
    with DnsServer(hosts=[(NAME, CLIENT)]) as server:
        yield server


@pytest.fixture(name="samba", scope="module")
def _samba(dns):
    assert dns
    with Server(address=SERVER) as server:
        yield server


@pytest.fixture(name="empty_stock", scope="module")
def _empty_stock():
    with Server(stock=True, address="127.0.0.51") as server:
        yield server


@pytest.fixture(name="people", scope="module")
def _people(samba, stock):
    """Sessions on both servers: alice and bob from CLIENT, alice from OTHER."""
    with connect_to_stay(samba, "alice", source=CLIENT), \
            connect_to_stay(samba, "bob", source=CLIENT), \
            connect_to_stay(samba, "alice", source=OTHER), \
            connect_to_stay(stock, "alice", source=CLIENT), \
            connect_to_stay(stock, "bob", source=CLIENT), \
            connect_to_stay(stock, "alice", source=OTHER):
        yield


class Answer(NamedTuple):
    """What a call of net_session.c printed."""

    code: int
    text: str
    rows: list
    # entries read and entries in total, by NetSessionEnum() only
    counts: Optional[tuple]

    def pairs(self):
        """Client and user of each session. Stock Samba sends no backslashes."""
        return sorted((unc(client.lstrip("\\")), *row[:1])
                      for client, *row in self.rows)


def _answer(lines):
    """Takes the lines of one call from the list."""
    code, text = lines.pop(0).split(" ", 1)
    rows, counts = [], None
    while lines and lines[0].startswith("\t"):
        rows.append(lines.pop(0)[1:].split("\t"))
    if lines and lines[0].startswith("="):
        counts = tuple(map(int, lines.pop(0)[1:].split("/")))
    return Answer(int(code), text, rows, counts)


@pytest.fixture(name="net_session", scope="module")
def _net_session(compiled, top_directory):
    """Runs net_session.c; the Answer to each of its calls."""
    program = compiled(top_directory / "tests" / "testbed" / "clients"
                       / "net_session.c")

    def run(*arguments, user="adm", password=PASSWORD, **env):
        done = execute(program, *arguments, USER=user, PASSWD=password, **env)
        assert (done.stderr, done.returncode) == ("", 0)
        lines = done.stdout.splitlines()
        answers = []
        while lines:
            answers.append(_answer(lines))
        return answers
    return run


@pytest.fixture(name="calls", scope="module")
def _calls(net_session):
    """The same; only (code, text) of each call."""
    return lambda *arguments, **more: [
        answer[:2] for answer in net_session(*arguments, **more)]


@pytest.fixture(name="enum", scope="module")
def _enum(net_session):
    """The one answer of NetSessionEnum()."""
    def run(server, client="-", user="-", level=1):
        answer, = net_session("enum", server, client, user, str(level), ALL)
        return answer
    return run


@pytest.fixture(name="get_info", scope="module")
def _get_info(net_session):
    """The answer of NetSessionGetInfo()."""
    def run(server, client, user, level=1):
        answer, = net_session("info", server, client, user, str(level))
        return answer
    return run


def unc(client):
    return f"\\\\{client}"


ALICE = (unc(CLIENT), "alice")
BOB = (unc(CLIENT), "bob")
ALICE_ELSEWHERE = (unc(OTHER), "alice")


def members(level, row):
    """A row's strings by the names of their members."""
    return dict(zip(FIELDS[level], row, strict=True))


def check_members(level, row, client=unc(CLIENT), user="bob"):
    found = members(level, row)
    expected = {"cname": client, "username": user, "num_opens": "0",
                "user_flags": "0", "cltype_name": "SMB 3.1.1, partly signed",
                "transport": "\\Device\\NetbiosSmb"}
    assert int(found.pop("time", 0)) < 600
    assert int(found.pop("idle_time", 0)) < 600
    assert found == {name: expected[name] for name in found}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("level", FIELDS)
def test_enum_fills_the_struct_of_its_level(enum, level):
    answer = enum(SERVER, unc(CLIENT), "bob", level)
    assert answer[:2] == (SUCCESS, "") and answer.counts == (1, 1)
    check_members(level, *answer.rows)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("level", set(FIELDS) - {502})
def test_get_info_fills_the_struct_of_its_level(get_info, level):
    answer = get_info(SERVER, unc(CLIENT), "bob", level)
    assert answer[:2] == (SUCCESS, "")
    check_members(level, *answer.rows)


def test_manual_has_the_members_of_each_struct(top_directory):
    header = (top_directory / "source" / "client"
              / "smbsession.h").read_text()
    table = re.findall(
        r"^\.It Va sesiN_(\w+) Ta Vt (.*?) Ta (.*)$",
        (top_directory / "docs" / "man" / "NetSessionEnum.3").read_text(),
        re.M)
    for level in FIELDS:
        struct = re.search(rf"^struct SESSION_INFO_{level} {{\n(.*?)^}};", header,
                           re.M | re.S).group(1)
        assert re.findall(r"^\t(.*?) ?(\*?)sesi(\d+)_(\w+);$", struct, re.M) == [
            (kind.removesuffix(" *"), "*" if "*" in kind else "", str(level),
             member)
            for member, kind, levels in table
            if str(level) in levels.split(", ")]
        assert struct.count(";") == len(FIELDS[level])


@pytest.mark.usefixtures("people")
def test_example_of_the_manual(compiled, top_directory, tmp_path):
    manual = (top_directory / "docs" / "man"
              / "NetSessionGetInfo.3").read_text()
    example = re.search(r"^\.Bd -literal.*?\n(.*?)^\.Ed", manual,
                        re.M | re.S).group(1)
    for old, new in (("\\e", "\\"), ("fs1", SERVER), ("10.0.0.7", CLIENT)):
        assert old in example
        example = example.replace(old, new)
    source = tmp_path / "example.c"
    source.write_text("#include <stdio.h>\n#include <smbsession.h>\n"
                      f"int main(void)\n{{\n{example}return 0;\n}}\n")
    done = execute(compiled(source), USER="adm", PASSWD=PASSWORD)
    assert re.fullmatch(r"\d+ seconds\n", done.stdout)
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("server, level", [
    (SERVER, 0), (SERVER, 10), (STOCK, 0), (STOCK, 1)])
@pytest.mark.parametrize("client, user, expected", [
    (unc(CLIENT), "alice", [ALICE]), (unc(CLIENT), "-", [ALICE, BOB]),
    ("-", "alice", [ALICE, ALICE_ELSEWHERE]),
    ("", "ALICE", [ALICE, ALICE_ELSEWHERE]),
    (f"\\\\[::ffff:{OTHER}]", "", [ALICE_ELSEWHERE])])
def test_enum_has_only_whom_it_was_asked_for(enum, server, level, client,
                                             user, expected):
    """A stock server sends all of them."""
    answer = enum(server, client, user, level)
    assert answer[:2] == (SUCCESS, "")
    assert answer.counts == (len(expected), len(expected))
    assert answer.pairs() == (
        [pair[:1] for pair in expected] if level == 0 else expected)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("server", [SERVER, STOCK])
@pytest.mark.parametrize("client, user, code", [
    (unc("10.1.1.1"), "-", CLIENT_NOT_FOUND),
    (unc("10.1.1.1"), "alice", CLIENT_NOT_FOUND),
    ("-", "carol", USER_NOT_FOUND), (unc(OTHER), "bob", USER_NOT_FOUND)])
@pytest.mark.parametrize("level", [0, 1])
def test_nobody_of_that_name(enum, get_info, server, client, user, level,
                             code):
    answer = enum(server, client, user, level)
    assert answer.code == code and answer.text
    assert (answer.rows, answer.counts) == ([], (0, 0))
    if "-" not in (client, user):
        answer = get_info(server, client, user, level)
        assert answer.code == code and answer.text and not answer.rows


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("pair", [ALICE, BOB, ALICE_ELSEWHERE])
def test_get_info_of_a_stock_server_is_of_that_session(get_info, pair, level):
    answer = get_info(STOCK, *pair, level)
    assert answer[:2] == (SUCCESS, "")
    assert answer.pairs() == [pair[:1 if level == 0 else 2]]


@pytest.mark.usefixtures("people")
def test_name_that_only_the_server_resolves(get_info, enum):
    """Its list has the address. A stock server does not resolve it."""
    for answer in (get_info(SERVER, unc(NAME), "bob"),
                   enum(SERVER, unc(NAME), "bob")):
        assert answer[:2] == (SUCCESS, "") and answer.pairs() == [BOB]
    for answer in (get_info(STOCK, unc(NAME), "bob"),
                   enum(STOCK, unc(NAME), "bob")):
        assert answer.code == NONE_MAPPED and answer.text and not answer.rows


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("user", [r"OTHER\alice", "alice@other.test"])
@pytest.mark.parametrize("level", [0, 1])
def test_user_whose_domain_a_stock_server_does_not_say(enum, get_info, user,
                                                       level):
    answer = enum(SERVER, unc(CLIENT), user, level)
    assert answer.code == USER_NOT_FOUND
    for answer in (enum(STOCK, "-", user, level),
                   get_info(STOCK, unc(CLIENT), user, level)):
        assert answer.code == NONE_MAPPED and answer.text and not answer.rows


@pytest.mark.parametrize("client, user, code", [
    ("-", "-", SUCCESS), ("", "", SUCCESS), ("-", "alice", USER_NOT_FOUND),
    (unc(CLIENT), "-", CLIENT_NOT_FOUND),
    (unc(NAME), r"OTHER\alice", CLIENT_NOT_FOUND)])
@pytest.mark.parametrize("level", ["0", "1"])
def test_stock_server_without_any_session(net_session, empty_stock, client,
                                          user, level, code):
    answer, = net_session("enum", "-", client, user, level, ALL, user="",
                          SMB_CONF_PATH=str(empty_stock.smb_conf))
    assert (answer.code, answer.rows, answer.counts) == (code, [], (0, 0))
    assert bool(answer.text) == (code != SUCCESS)


def test_stock_server_compares_the_users_name_as_it_is(stock, calls):
    with connect(stock, "carol", source=CLIENT):
        (code, text), = calls("del", STOCK, "-", r"OTHER\carol", user="root")
        assert code == 5 and text
        assert len(sessions_of(stock, "carol")) == 1


@pytest.mark.usefixtures("people")
def test_enum_goes_on_where_its_handle_says(net_session):
    """With room for one entry in each answer."""
    answers = net_session("enum", SERVER, "-", "alice", "10", "1")
    assert [(answer[:2], answer.counts) for answer in answers] == [
        ((234, ""), (1, 2)), ((SUCCESS, ""), (1, 1))]
    assert sorted(pair for answer in answers for pair in answer.pairs()) == [
        ALICE, ALICE_ELSEWHERE]


@pytest.mark.parametrize("level", [3, 11, 503])
def test_unknown_level(enum, get_info, level):
    """Without asking the server, which cannot be reached here."""
    answer = enum("10.99.99.99", level=level)
    assert answer.code == INVALID_LEVEL and answer.text
    assert answer.counts == (0, 0)
    answer = get_info("10.99.99.99", *ALICE, level)
    assert answer.code == INVALID_LEVEL and answer.text


def test_get_info_does_not_have_level_502(get_info):
    assert get_info("10.99.99.99", *ALICE, 502).code == INVALID_LEVEL


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("level", [2, 10, 502])
def test_stock_server_does_not_have_the_level(enum, get_info, level):
    for answer in (enum(STOCK, level=level), get_info(STOCK, *ALICE, level)):
        assert answer.code == INVALID_LEVEL and answer.text and not answer.rows


@pytest.mark.parametrize("pair", [
    ("-", "alice"), (unc(CLIENT), "-"), ("", "alice"), (unc(CLIENT), "")])
def test_get_info_needs_both_names(get_info, pair):
    answer = get_info("10.99.99.99", *pair)
    assert answer.code == INVALID_PARAMETER and answer.text


@pytest.mark.usefixtures("people")
def test_pointers_that_are_null(calls):
    assert calls("null", SERVER) == [(SUCCESS, "")]


@pytest.mark.usefixtures("samba")
def test_caller_who_may_not(net_session):
    answers = net_session("enum", SERVER, "-", "-", "0", ALL, ",",
                          "info", SERVER, *ALICE, "0", user="alice")
    assert [(answer.code, bool(answer.text)) for answer in answers] == [
        (5, True)] * 2


def test_kept_context_serves_all_functions(samba, calls):
    with connect(samba, "carol", source=CLIENT):
        assert calls("keep", ",", "info", SERVER, unc(CLIENT), "carol", "1",
                     ",", "del", SERVER, unc(CLIENT), "carol", ",",
                     "enum", SERVER, "-", "carol", "1", ALL) == [
            (SUCCESS, ""), (SUCCESS, ""), (SUCCESS, ""),
            (USER_NOT_FOUND, "The user name could not be found.")]


@pytest.mark.usefixtures("samba", "stock")
def test_error_text_is_that_of_the_last_call(calls):
    """Nothing of another call, nor of what was tried on the way."""
    assert calls("list", SERVER, ",", "list", STOCK, ",",
                 "list", "10.99.99.99", ",", "list", STOCK, user="adm") == [
        (0, ""), (0, ""), (53, "10.99.99.99 cannot be reached"), (0, "")]


def test_call_without_a_context_leaves_its_text(samba, calls):
    with connect(samba, "alice", source=CLIENT):
        (code, text), done = calls(
            "del", SERVER, "-", "carol", ",", "del", SERVER, "-", "alice")
    assert code == 2312 and text
    assert done == (0, "")
    (code, text), = calls("del", SERVER, "-", "-")
    assert code == 87 and text


@pytest.mark.usefixtures("samba")
def test_text_stays_when_another_context_is_used(calls):
    first, kept, second, dropped = calls(
        "del", SERVER, "-", "-", ",", "keep", ",", "enum", SERVER, "-",
        "nobody", "1", ALL, ",", "drop")
    assert first[0] == 87 and second[0] == USER_NOT_FOUND
    assert first[1] and second[1]
    assert (kept, dropped) == ((0, first[1]), (0, second[1]))


def test_invalid_setting_leaves_its_text(calls):
    timeout = ("set", "7")
    assert calls(*timeout, "0", ",", *timeout, "5") == [
        (87, "invalid setting or value"), (0, "")]


@pytest.mark.parametrize("server", ["-", ""], ids=["NULL", "empty"])
def test_no_server_is_the_local_one(samba, calls, server):
    """As root, without a login."""
    with connect(samba, "alice", source=CLIENT):
        assert calls("del", server, "-", "alice", user="",
                     SMB_CONF_PATH=str(samba.smb_conf)) == [(0, "")]
        assert sessions_of(samba, "alice") == []
