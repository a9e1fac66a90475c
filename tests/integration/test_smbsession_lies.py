# SPDX-License-Identifier: GPL-3.0-or-later
"""A server service that lies can neither hang the tool nor fool it."""

import re
import signal
import threading
import unicodedata

import pytest

from testbed.accounts import PASSWORD
from testbed.clients.session_enum import FIELDS, Listing, answer_stub
from testbed.clients.smbsession import (
    DEADLINE_SECONDS, DONE, NO_MATCH, NOT_ALL, OTHER, UNREACHABLE, Terminal, error_of,
    execute, login, output_of, run, start)
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, ERROR_BUSY, ERROR_MORE_DATA, ERROR_TIMEOUT,
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, NERR_USER_NOT_FOUND)
from testbed.faults import hostile_server
from testbed.servers.standalone import Server

LIAR = "127.0.0.2"
ADMIN = login("adm")


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(address=LIAR) as server:
        yield server


@pytest.fixture(name="liar", scope="module")
def _liar(samba):
    """A hostile server in place of a worker. Tests set its answers."""
    with hostile_server.srvsvc(samba) as liar:
        yield liar


@pytest.fixture(name="ways", scope="module")
def _ways(samba):
    """Both ways to ask: through smbd, and as local root."""
    return [("list", LIAR, ADMIN), ("list", "-s", str(samba.smb_conf))]


def entry(**fields):
    return {**{name: 0 for name in FIELDS[502]}, "cname": "\\\\ws7",
            "username": "alice", "cltype_name": "", "transport": "", **fields}


def stub(*rows, level=502, result=0, resume=0):
    return answer_stub(level, Listing(result, rows, len(rows), resume), 2)


def more(*rows, resume, level=502):
    """A stub that says that more sessions follow."""
    return stub(*rows, level=level, result=ERROR_MORE_DATA, resume=resume)


def listing(*parts):
    """An answer for a Liar: these stubs in turn, over and over."""
    remaining = list(parts)

    def answer(opnum, _):
        assert opnum == 12
        remaining.append(remaining[0])
        return remaining.pop(0)
    return answer


def test_list_in_parts_is_put_together(liar, ways):
    liar.answer = listing(more(entry(username="user1"), resume=1),
                          more(entry(username="user2"), resume=2),
                          stub(entry(username="user3")))
    for way in ways:
        parsed = output_of(run(*way, "--json"))
        assert [row["user"] for row in parsed["sessions"]] == [
            "user1", "user2", "user3"]


@pytest.mark.parametrize("part", [
    more(entry(), resume=5), more(entry(), resume=0),
    more(entry(), resume=None), more(resume=5)],
    ids=["the same part", "no place", "no handle", "no entries"])
def test_list_that_does_not_go_on_is_an_error(liar, ways, part):
    liar.answer = listing(part)
    for way in ways:
        done = run(*way)
        assert (done.stdout, done.returncode) == ("", OTHER)
        assert error_of(done) == (
            "ERROR_MORE_DATA: the server did not send the rest of its list")


def test_list_that_never_ends_ends_with_the_time(liar, ways):
    places = iter(range(1, 10 ** 9))

    liar.answer = lambda *_: more(entry(), resume=next(places))
    done = run(*ways[1], "-t1")
    assert (done.stdout, done.returncode) == ("", UNREACHABLE)
    assert "does not answer within 1 s" in error_of(done)


def spoilt(at, number):
    """A list of one session, with another number at this place."""
    data = bytearray(stub(entry()))
    data[at:at + 4] = number.to_bytes(4, "little")
    return bytes(data)


@pytest.mark.parametrize("answer, error", [
    (b"", "INVALID_DATA"), (stub(entry())[:-4], "INVALID_DATA"),
    (stub(entry(), level=1), "INVALID_DATA"),
    (spoilt(12, 2), "INVALID_DATA"), (spoilt(0, 7), "INVALID_DATA"),
    (stub(entry(username="QQ")).replace(
        b"Q\0Q\0", b"\0\xd8A\0"), "INVALID_DATA"),
    (spoilt(20, 0x7fffffff), "NOT_ENOUGH_MEMORY")],
    ids=["nothing", "cut off", "another level", "another count",
         "unknown level", "lone surrogate", "huge array"])
def test_answer_that_makes_no_sense(liar, ways, answer, error):
    liar.answer = listing(answer)
    for way in ways:
        done = run(*way)
        assert (done.stdout, done.returncode) == ("", OTHER)
        assert error_of(done).startswith(f"ERROR_{error}: ")


def test_call_is_repeated_as_it_was(liar, ways):
    """When the answer breaks off in its array, on a connection from before."""
    for way in ways:
        requests = []

        def answer(_, data, requests=requests):
            requests.append(data)
            if len(requests) == 1:
                return more(entry(), resume=1)
            last = stub(entry(), entry())
            return last[:60] if len(requests) == 2 else last

        liar.answer = answer
        assert len(output_of(run(*way, "--json"))["sessions"]) == 3
        assert len(requests) == 3 and requests[2] == requests[1]


@pytest.fixture(name="net_session")
def _net_session(compiled, top_directory):
    """Runs net_session.c, and returns its output."""
    program = compiled(top_directory / "tests" / "testbed" / "clients"
                       / "net_session.c")
    return lambda *arguments: execute(program, *arguments, USER="adm",
                                      PASSWD=PASSWORD).stdout


def test_later_part_of_a_list_may_be_empty(liar, net_session):
    """All have left. For a whole list, this would be an error."""
    liar.answer = listing(more(entry(), resume=5), stub())
    codes = re.findall(r"^\d+ |^=.*", net_session(
        "enum", LIAR, "-", "alice", "502", "4000"), re.M)
    assert codes == [f"{ERROR_MORE_DATA} ", "=1/1", f"{NERR_SUCCESS} ", "=0/0"]


def test_part_without_a_match_does_not_end_a_list(liar, net_session):
    """The server does not filter, but sends its list in parts."""
    parts = [more(entry(username="bob"), resume=1), more(entry(), resume=2),
             stub(entry(username="bob"))]
    liar.answer = lambda _, data: (
        stub(level=0) if "nobody/at/all" in hostile_server.strings(data)
        else parts.pop(0))
    said = net_session("enum", LIAR, "-", "alice", "502", "4000")
    assert re.findall(r"^\d+ .*|^=.*", said, re.M) == [
        f"{ERROR_MORE_DATA} ", "=0/0", f"{ERROR_MORE_DATA} ", "=1/1",
        f"{NERR_SUCCESS} ", "=0/0"]
    assert "bob" not in said


def test_session_without_its_user_is_listed_once(liar, net_session):
    """The server does not filter, sends parts, and level 0 has no users."""
    first = more(entry(), level=0, resume=1)
    both = stub(entry(), entry(username="bob"), level=1)
    answers = [first, stub(level=0), both, stub(entry(), level=0),
               stub(level=0), both]
    liar.answer = lambda *_: answers.pop(0)
    said = net_session("enum", LIAR, "-", "alice", "0", "4000")
    assert re.findall(r"^\d+ .*|^=.*", said, re.M) == [
        f"{NERR_SUCCESS} ", "=1/1"]


def test_empty_list_has_no_session_to_describe(liar, net_session):
    """Samba and Windows answer with an error when nobody matches."""
    liar.answer = listing(stub(level=2))
    assert net_session("info", LIAR, r"\\ws7", "alice", "2").startswith(
        f"{NERR_CLIENT_NAME_NOT_FOUND} ")


def test_session_to_describe_is_in_a_later_part(liar, net_session):
    """The server does not filter, but sends its list in parts."""
    parts = [more(entry(username="bob"), level=2, resume=1),
             stub(entry(time=60), level=2)]
    liar.answer = lambda _, data: (
        stub(level=0) if "nobody/at/all" in hostile_server.strings(data)
        else parts.pop(0))
    assert net_session("info", LIAR, r"\\ws7", "alice", "2").startswith(
        f"{NERR_SUCCESS} ")


@pytest.mark.parametrize("denied, level, cells", [
    (3, 10, [r"\\ws7", "alice", "-", "1m", "0s", "-"]),
    (4, 0, [r"\\ws7", *"-----"])])
def test_list_at_a_level_that_the_server_allows(liar, ways, denied, level,
                                                cells):
    """What it does not say is not shown as 0 or no."""
    for way in ways:
        answers = [stub(result=ERROR_ACCESS_DENIED)] * denied
        answers.append(stub(entry(time=60), level=level))
        liar.answer = lambda *_, left=answers: left.pop(0)
        assert run(*way).stdout.splitlines()[1].split() == cells


@pytest.mark.parametrize("level, good", [(0, 2), (1, 1)])
@pytest.mark.parametrize("call", ["info", "enum"])
def test_list_that_breaks_off_is_of_nobody_else(liar, net_session, call, level,
                                                good):
    """The server does not filter. good: how many lists can be read to the end."""
    results = [NERR_SUCCESS] * good
    levels = [level, 0, 1]

    def answer(*_):
        return stub(entry(username="bob"), level=levels.pop(0),
                    result=results.pop(0) if results else ERROR_MORE_DATA)

    liar.answer = answer
    said = net_session(call, LIAR, r"\\ws7", "alice", str(level),
                       *(["4000"] if call == "enum" else []))
    assert said.splitlines()[0] == (
        "13 the server did not send the rest of its list")
    assert "bob" not in said and "ws7" not in said


def test_server_that_hangs_up_in_a_close_is_asked_once_more(liar):
    closes = []

    def answer(opnum, _):
        if opnum == 12:
            return stub(entry())
        closes.append(opnum)
        return None if len(closes) == 1 else bytes(4)

    liar.answer = answer
    done = run("close", LIAR, ADMIN, "--user", "alice")
    assert (done.stdout, done.returncode) == ("closed \\\\ws7 alice\n", DONE)
    assert len(closes) == 2


def test_server_that_hangs_up_in_every_close(liar):
    both = stub(entry(), entry(cname="\\\\ws8"))
    liar.answer = lambda opnum, _: both if opnum == 12 else None
    done = run("close", LIAR, ADMIN, "--user", "alice", "--yes", "--json")
    assert done.returncode == UNREACHABLE
    assert error_of(done).startswith("ERROR_NETNAME_DELETED: ")
    assert [row["result"] for row in output_of(done)["sessions"]] == [
        "failed", "not closed"]


@pytest.mark.parametrize("fields", [
    {}, {"cname": None}, {"cname": ""}, {"username": None},
    {"username": ""}], ids=str)
def test_missing_name_never_widens_a_close(liar, fields):
    """This server seems to filter, so the tool closes what it sends."""
    closes = []

    def answer(opnum, data):
        if opnum == 13:
            closes.append(hostile_server.strings(data)[1:])
            return bytes(4)
        # It does not have this user.
        if "nobody/at/all" in hostile_server.strings(data):
            return stub(result=NERR_USER_NOT_FOUND)
        return stub(entry(**fields))

    liar.answer = answer
    run("close", LIAR, ADMIN, "--user", "alice", "--client", "\\\\ws7")
    assert closes == [["\\\\ws7", "alice"]]


@pytest.mark.parametrize("later", [
    [entry(idle_time=3)], [entry(idle_time=9000), entry(username="bob")]],
    ids=["used meanwhile", "names that mean more"])
def test_only_what_is_still_idle_is_closed(liar, later):
    parts = [stub(entry(idle_time=9000)), stub(*later),
             stub(result=NERR_USER_NOT_FOUND)]
    liar.answer = lambda opnum, _: parts.pop(0) if opnum == 12 else bytes(4)
    done = run("close", LIAR, ADMIN, "--idle=2h")
    assert (done.stdout, done.returncode) == (
        "not closed \\\\ws7 alice\n", NOT_ALL)
    assert error_of(done) == (
        "ERROR_ACTIVE_CONNECTIONS: idle sessions are left, because one of the "
        "same client and user is in use")


def test_list_that_gets_empty_never_widens_a_close(liar):
    """The server does not filter, and bob leaves while it is asked that."""
    asked = []

    def answer(opnum, data):
        asked.append(opnum)
        if "nobody/at/all" in hostile_server.strings(data):
            return stub(level=0)
        return stub(entry(username="bob"))

    liar.answer = answer
    done = run("close", LIAR, ADMIN, "--user", "alice", "--yes")
    assert (done.stdout, done.returncode) == ("", NO_MATCH)
    assert set(asked) == {12}


@pytest.mark.parametrize("left", [
    {"cname": "\\\\ws7", "username": "bob"},
    {"cname": "10.0.0.7", "username": "DOM\\bob"}], ids=str)
def test_session_that_ended_with_another_is_not_taken_for_a_similar_one(
        liar, left):
    """Stock Samba ends whole connections, and compares names as text."""
    rows = [entry(cname="10.0.0.7", username=user) for user in ("al", "bob")]
    codes = [NERR_SUCCESS, ERROR_ACCESS_DENIED]

    def answer(opnum, data):
        if opnum == 13:
            rows[:] = [entry(**left)]
            return codes.pop(0).to_bytes(4, "little")
        if "nobody/at/all" in hostile_server.strings(data):
            return stub(level=0)
        return stub(*rows)

    liar.answer = answer
    done = run("close", LIAR, ADMIN, "--client", "10.0.0.7", "--yes")
    assert (done.stdout, done.stderr, done.returncode) == (
        "closed 10.0.0.7 al\ngone 10.0.0.7 bob\n", "", DONE)


def test_error_in_between_never_widens_a_close(liar):
    """The tool cannot find out if this server filters."""
    asked = []

    def answer(opnum, data):
        asked.append(opnum)
        if "nobody/at/all" in hostile_server.strings(data):
            return stub(result=ERROR_BUSY)
        return stub(entry(), entry(username="bob"))

    liar.answer = answer
    done = run("close", LIAR, ADMIN, "--user", "alice", "--yes")
    assert (done.stdout, done.returncode) == ("", OTHER)
    assert error_of(done).startswith("ERROR_BUSY: ")
    assert set(asked) == {12}


def shown_width(line):
    """How many columns of a terminal a line takes."""
    return sum(0 if unicodedata.combining(character) else
               1 + (unicodedata.east_asian_width(character) in "WF")
               for character in line)


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_wide_and_long_names_line_up_on_80_columns(liar, locale):
    names = ["alice", "\u6f22\u5b57" * 50, "e\u0301" * 5, "x" * 300,
             "\u0434" * 300]
    liar.answer = listing(stub(*[
        entry(cname=f"\\\\{name}", username=name, cltype_name=name[:90],
              num_opens=12345, time=5 * 86400) for name in names]))
    _, text = Terminal("list", LIAR, ADMIN, env={"LC_ALL": locale}).end()
    heading, *lines = text.splitlines()
    assert shown_width(heading) <= 80 and len(lines) == len(names)
    end = heading.index("OPENS") + len("OPENS")
    for line in lines:
        assert shown_width(line) <= 80
        before = line.partition("12345")[0]
        assert shown_width(before) == end - len("12345")
    whole = run("list", LIAR, ADMIN, env={"LC_ALL": "C.UTF-8"}).stdout
    assert all(name in whole for name in names)


def test_names_reach_the_terminal_escaped(liar):
    names = ["\033[2Jclear", "line\nfeed", "\u202eright to left", "\x9b31m"]
    rows = [entry(cname=name, username=name) for name in names]
    liar.answer = listing(stub(*rows))
    for locale in ("C.UTF-8", "C"):
        _, text = Terminal("list", LIAR, ADMIN, env={
            "LC_ALL": locale}).end()
        assert len(text.splitlines()) == 1 + len(names)
        assert all(character.isprintable() or character == "\n"
                   for character in text)
    parsed = output_of(run("list", LIAR, ADMIN, "--json"))
    assert {row["user"] for row in parsed["sessions"]} == set(names)


def test_error_is_not_in_the_progress_line(liar, tmp_path):
    codes = iter([NERR_SUCCESS, ERROR_TIMEOUT])
    both = stub(entry(), entry(cname="\\\\ws8"))
    liar.answer = lambda opnum, _: (
        both if opnum == 12 else next(codes).to_bytes(4, "little"))
    status, text = Terminal("close", LIAR, ADMIN, "--all", "--yes",
                            output=tmp_path / "output").end()
    assert status == NOT_ALL
    assert re.fullmatch(
        r"\r1 of 2\nsmbsession: ERROR_TIMEOUT: .*\nsmbsession: hint: .*\n"
        r"\r2 of 2\n", text)


class Stubborn:
    """Answers the first close, and the next ones only at the end."""

    def __init__(self):
        self.asked, self.end = threading.Event(), threading.Event()
        self._closes = 0

    def answer(self, opnum, _):
        if opnum == 12:
            return stub(*[entry(cname=f"\\\\ws{n}") for n in (7, 8, 9)])
        self._closes += 1
        if self._closes > 1:
            self.asked.set()
            self.end.wait()
        return bytes(4)


@pytest.fixture(name="stubborn")
def _stubborn(liar):
    stubborn = Stubborn()
    liar.answer = stubborn.answer
    yield stubborn
    stubborn.end.set()


INTERRUPTED = ("smbsession: interrupted: 1 of 3 done; the next one was asked "
               "for, and may be closed\n")


def test_interrupted_it_says_what_was_closed(stubborn, tmp_path):
    terminal = Terminal("close", LIAR, ADMIN, "--all", "--yes")
    assert stubborn.asked.wait(DEADLINE_SECONDS)
    terminal.wait_for("[1/3] closed \\\\ws7 alice\r\n")
    terminal.type("\x03")
    status, text = terminal.end()
    assert (status, text.partition("\n")[2]) == (
        -signal.SIGINT, f"^C\n{INTERRUPTED}")


@pytest.mark.parametrize("options, output", [
    ([], "closed \\\\ws7 alice\n"), (["--json"], "")])
def test_terminated_it_says_what_was_closed(stubborn, options, output):
    with start("close", LIAR, ADMIN, "--all", "--yes", *options) as tool:
        assert stubborn.asked.wait(DEADLINE_SECONDS)
        tool.terminate()
        assert tool.communicate() == (output, INTERRUPTED)
    assert tool.returncode == -signal.SIGTERM


def test_signal_that_is_ignored_stays_so(stubborn):
    """nohup(1) relies on this."""
    with start("close", LIAR, ADMIN, "--all", "--yes",
               before=["nohup"]) as tool:
        assert stubborn.asked.wait(DEADLINE_SECONDS)
        tool.send_signal(signal.SIGHUP)
        stubborn.end.set()
        assert tool.wait() == DONE


def test_extra_bytes_in_an_answer_are_not_reported(liar, ways):
    """Samba's library would report them on standard error."""
    liar.answer = listing(stub(entry()) + bytes(400))
    for way in ways:
        done = run(*way)
        assert (done.returncode, done.stderr) == (DONE, "")
