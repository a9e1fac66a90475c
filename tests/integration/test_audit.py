# SPDX-License-Identifier: GPL-3.0-or-later
"""What is recorded of each call, and the parameters for it.

docs/spec.md#what-is-recorded
"""

import contextlib
import os
import re
import signal
import subprocess

import pytest

from testbed.clients import smb2
from testbed.clients.connections import (
    CALLER, CLIENT as VICTIM, DELETED, OTHER_CLIENT, UNKNOWN_CLIENT as UNKNOWN,
    Connection, connect)
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_TIMEOUT,
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe, wait_served, werror)
from testbed.faults.hinder import stopped
from testbed.observe import audit, sessions, syslog
from testbed.processes import wait_reaped, wait_until
from testbed.servers.standalone import Server


# Facility auth (4), severity notice (5).
PRIORITY = b"<37>"

CALL = re.compile(
    r'NetSessionDel by "(?P<caller>.*?)" \((?P<sid>\S+)\) from (?P<from>\S+): '
    r'client "(?P<client>.*)" user "(?P<user>.*)": (?P<result>\w+) '
    r'\((?P<code>\d+)\), (?P<ended>\d+) of (?P<matched>\d+) sessions ended, '
    r'(?P<seconds>\d+\.\d{3}) s')
SESSION = re.compile(
    r'session 0x(?P<id>[0-9a-f]{8}) of "(?P<user>.*)" at (?P<client>\S+), '
    r'smbd (?P<server>\S+): (?P<fate>.*)')
SUMMARY = re.compile(
    r"NetSessionDel: (\d+) more calls refused with ERROR_ACCESS_DENIED \(5\)")

# Everything that a worker writes itself besides the plugin's lines. The last
# is the decoder's, about a session that has just lost its only channel.
SAMBAS_OWN = re.compile(r"(\[\d{4}/.*\]|  rpcd_sessiondel version |"
                        r"  Copyright |  sessiondel: |  complain: |"
                        r"  ndr_pull_smbXsrv_session_global0?: ndr_pull_error"
                        r"\(Range Error\): value (\(0\) )?out of range ).*")

DEFAULT_TIMEOUT = 10
LONGEST_TIMEOUT = 20
BAD_TIMEOUTS = ["abc", "0", "21", "-1", "", "9999999999", "5s", "1.5", "0x5",
                "+5", "%n"]


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server() as server:
        yield server


@pytest.fixture(name="plain_conf")
def _plain_conf(samba):
    """Lets a test change smb.conf, and puts the usual one back afterwards."""
    before = dict(samba.conf)
    yield
    samba.conf = before
    reload_worker(samba)


def sid_of(server, user):
    """An account's SID in Samba's own database."""
    done = subprocess.run(["pdbedit", "-s", server.smb_conf, "-v", user],
                          capture_output=True, text=True, check=True)
    return re.search(r"User SID:\s+(\S+)", done.stdout)[1]


def reload_worker(server, **parameters):
    """Make the running worker read new values of sessiondel: parameters."""
    server.write_conf({f"sessiondel:{name}": value
                       for name, value in parameters.items()})
    for pid in server.worker_pids():
        os.kill(pid, signal.SIGHUP)


def warnings(server, name):
    """The lines in Samba's log about bad values of a parameter."""
    return [line for line in server.log(audit.LOG).splitlines()
            if f"sessiondel:{name} = " in line]


def stopped_smbd(server, user):
    """In a with block, stop the smbd that serves a user's session."""
    return stopped(sessions.sessions_of(server, user)[0]["pid"])


def test_call_line_says_who_asked_for_what_and_the_result(samba, pipe):
    port = pipe.session.connection.local_port()
    with audit.Recording(samba, pipe) as record:
        pipe.net_session_del(f"\\\\{UNKNOWN}", "bob")
    line, = record.syslog
    call = CALL.fullmatch(line)
    assert call["caller"] == "TESTBED\\\\sop"
    assert call["sid"] == sid_of(samba, "sop")
    assert call["from"] == f"ipv4:{CALLER}:{port}"
    assert (call["client"], call["user"]) == (f"\\\\\\\\{UNKNOWN}", "bob")
    assert (call["result"], call["code"]) == ("NERR_ClientNameNotFound",
                                              "2312")
    assert (call["ended"], call["matched"]) == ("0", "0")
    assert 0 <= float(call["seconds"]) < 60


def test_session_line_says_whose_session_ended(samba, pipe):
    with connect(samba, "Ольга", source=VICTIM) as victim:
        port = victim.connection.local_port()
        row, = [row for row in sessions.session_table(samba)
                if row["address"] == VICTIM]
        with audit.Recording(samba, pipe) as record:
            assert pipe.net_session_del(VICTIM) == NERR_SUCCESS
    call_line, session_line = record.syslog
    call, session = CALL.fullmatch(call_line), SESSION.fullmatch(session_line)
    assert (call["result"], call["code"]) == ("NERR_Success", "0")
    assert (call["ended"], call["matched"]) == ("1", "1")
    assert int(session["id"], 16) == row["session_id"]
    assert session["user"] == "TESTBED\\\\Ольга"
    assert session["client"] == f"ipv4:{VICTIM}:{port}"
    assert session["server"] == str(row["pid"])
    assert session["fate"] == "closed"


def test_each_closed_session_has_a_line(samba, pipe):
    with Connection(samba, source=VICTIM) as one, \
            Connection(samba, dialect="SMB1", source=VICTIM) as two:
        for connection in (one, two, two):
            connection.login("bob")
        one.login("alice")
        with audit.Recording(samba, pipe) as record:
            assert pipe.net_session_del(VICTIM, "bob") == NERR_SUCCESS
    call = CALL.fullmatch(record.syslog[0])
    assert (call["ended"], call["matched"]) == ("3", "3")
    ended = [SESSION.fullmatch(line) for line in record.syslog[1:]]
    assert [session["user"] for session in ended] == 3 * ["TESTBED\\\\bob"]
    assert len({session["id"] for session in ended}) == 3


def test_callers_own_session_is_recorded_as_such(samba, pipe):
    with connect(samba, "adm", source=VICTIM) as session:
        with audit.Recording(samba, pipe) as record:
            assert Pipe(session).net_session_del(None, "adm") == NERR_SUCCESS
    assert CALL.fullmatch(record.syslog[0])["code"] == "0"
    assert "the caller's own" in SESSION.fullmatch(record.syslog[1])["fate"]


def test_caller_that_ends_its_session_and_hangs_up_logs_no_error(samba, pipe):
    before = len(samba.log(audit.LOG))
    # The smbd may or may not be gone when it is asked, so try several times.
    for _ in range(5):
        with connect(samba, "adm", source=VICTIM) as session:
            smbd = sessions.smbd_of(samba, session)
            assert Pipe(session).net_session_del(None, "adm") == NERR_SUCCESS
        wait_reaped(smbd)
    with audit.Recording(samba, pipe):
        pass
    assert "cannot" not in samba.log(audit.LOG)[before:]


@pytest.mark.parametrize("caller, domain, sid", [
    ("alice", "TESTBED\\\\alice", None),
    ("jürgen", "TESTBED\\\\jürgen", None),
    ("", "NT AUTHORITY\\\\ANONYMOUS LOGON", "S-1-5-7"),
], ids=["plain", "unicode", "anonymous"])
def test_refused_call_is_recorded(samba, pipe, caller, domain, sid):
    samba.restart_dcerpcd()
    with connect(samba, "sop") as operator, \
            connect(samba, caller, dialect="3.0", source=VICTIM) as session:
        with audit.Recording(samba, Pipe(operator)) as record:
            assert Pipe(session).net_session_del(VICTIM, "x\ny") == \
                ERROR_ACCESS_DENIED
    call = CALL.fullmatch(record.syslog[0])
    assert call["caller"] == domain
    assert call["sid"] == sid or call["sid"] == sid_of(samba, caller)
    assert call["from"].startswith(f"ipv4:{VICTIM}:")
    assert (call["client"], call["user"]) == (VICTIM, "x\\x0Ay")
    assert (call["result"], call["code"]) == ("ERROR_ACCESS_DENIED", "5")
    assert len(record.syslog) == 1


def test_log_and_syslog_get_the_same_lines(samba, pipe):
    with connect(samba, "bob", source=VICTIM), \
            audit.Recording(samba, pipe) as record:
        pipe.net_session_del(VICTIM, "alice")
        pipe.net_session_del(None, None)
        pipe.net_session_del(VICTIM, "bob")
    assert len(record.syslog) == 4
    assert record.log == record.syslog
    assert all(datagram.startswith(PRIORITY) for datagram in record.datagrams)


@pytest.mark.parametrize("name, escaped", [
    ("a\"b", "a\\\"b"),
    ("a\\b", "a\\\\b"),
    ("a\nb", "a\\x0Ab"),
    ("a\r\n<37>Jan  1 00:00:00 sessiondel[1]: NetSessionDel by \"x\"",
     "a\\x0D\\x0A<37>Jan  1 00:00:00 sessiondel[1]: "
     "NetSessionDel by \\\"x\\\""),
    ("\x1b[2J\x07", "\\x1B[2J\\x07"),
    ("\x7f\x85", "\\x7F\\xC2\\x85"),
    ("\u202egnp.exe", "\\xE2\\x80\\xAEgnp.exe"),
    ("\u2028\u2029", "\\xE2\\x80\\xA8\\xE2\\x80\\xA9"),
    ("\u200b\u2066\ufeff", "\\xE2\\x80\\x8B\\xE2\\x81\\xA6\\xEF\\xBB\\xBF"),
    ("%s%n%d", "%s%n%d"),
    ("jürgen Ольга 李 😀", "jürgen Ольга 李 😀"),
], ids=ascii)
def test_names_from_the_network_are_escaped(samba, pipe, name, escaped):
    with audit.Recording(samba, pipe) as record:
        pipe.net_session_del(UNKNOWN, name)
        pipe.net_session_del(name, "bob")
    assert record.log == record.syslog
    by_user, by_client = map(CALL.fullmatch, record.syslog)
    assert by_user["user"] == escaped
    assert by_client["client"] == escaped


def test_long_name_is_cut_with_a_mark(samba, pipe):
    with audit.Recording(samba, pipe) as record:
        assert pipe.net_session_del("\u202e" * 900, "x" * 0x8000) == \
            ERROR_INVALID_PARAMETER
    call = CALL.fullmatch(record.syslog[0])
    assert re.fullmatch(r"(\\xE2\\x80\\xAE)+\.\.\.", call["client"])
    assert re.fullmatch(r"x+\.\.\.", call["user"])
    assert len(record.datagrams[0]) < 4096
    assert record.log == record.syslog


def test_names_cannot_forge_a_line(samba, pipe):
    forged = ("\n[2026/01/01 00:00:00,  0] x.c:1(x)\n"
              "  sessiondel: NetSessionDel by \"forged\"\n")
    pipe.net_session_del(forged, "bob")
    pipe.net_session_del(None, forged)
    with audit.Recording(samba, pipe):
        pipe.net_session_del("\x1b]0;title\x07", forged)
    lines = samba.log(audit.LOG).split("\n")
    assert [line for line in lines
            if line and not SAMBAS_OWN.fullmatch(line)] == []
    assert not any("forged" in line for line in lines
                   if not CALL.fullmatch(line.partition(": ")[2]))
    assert all(datagram.startswith(PRIORITY) and b"\n" not in datagram
               for datagram in audit.datagrams(samba))


def test_flood_of_refusals_is_counted(samba):
    samba.restart_dcerpcd()
    before = {read: len(read(samba))
              for read in (audit.syslog_lines, audit.log_lines)}
    with connect(samba, "alice") as session, \
            connect(samba, "sop", source=CALLER) as operator:
        refused, allowed = Pipe(session), Pipe(operator)
        for number in range(200):
            assert refused.net_session_del(VICTIM, f"flood-{number}") == \
                ERROR_ACCESS_DENIED
        with audit.Recording(samba, allowed) as record:
            allowed.net_session_del(UNKNOWN, "meanwhile")
        assert CALL.fullmatch(record.syslog[0])["user"] == "meanwhile"

        def lines_since(read):
            return read(samba)[before[read]:]

        for read in before:
            wait_until(lambda: any(map(SUMMARY.match, lines_since(read))),
                       "the flood is summed up", 60)
        with audit.Recording(samba, allowed) as record:
            refused.net_session_del(VICTIM, "after the flood")
        assert CALL.fullmatch(record.syslog[0])["user"] == "after the flood"

        for read in before:
            lines = lines_since(read)
            written = sum("flood-" in line for line in lines)
            counted = [int(SUMMARY.match(line)[1]) for line in lines
                       if SUMMARY.match(line)]
            assert 0 < written <= 20
            assert counted == [200 - written]


def test_flood_of_one_caller_hides_no_other(samba):
    """Not another user's call, nor one of the same user from elsewhere."""
    samba.restart_dcerpcd()
    with (connect(samba, "alice") as flooder,
          connect(samba, "alice", source=OTHER_CLIENT) as elsewhere,
          connect(samba, "bob") as other,
          connect(samba, "sop", source=CALLER) as operator):
        flood, quiet = Pipe(flooder), [Pipe(elsewhere), Pipe(other)]
        with audit.Recording(samba, Pipe(operator)) as record:
            for number in range(100):
                assert flood.net_session_del(VICTIM, f"flood-{number}") == \
                    ERROR_ACCESS_DENIED
            for pipe in quiet:
                assert pipe.net_session_del(VICTIM, "quiet") == \
                    ERROR_ACCESS_DENIED
    calls = [call for call in map(CALL.fullmatch, record.syslog) if call]
    assert [(call["caller"], call["from"].split(":")[1]) for call in calls
            if call["user"] == "quiet"] == [
                ("TESTBED\\\\alice", OTHER_CLIENT),
                ("TESTBED\\\\bob", samba.address)]
    # In one window of ten seconds, or in two.
    assert 0 < sum("flood-" in call["user"] for call in calls) <= 20


@pytest.mark.parametrize("value, places", [
    ("log", {"log"}), ("syslog", {"syslog"}), ("both", {"log", "syslog"}),
    ("Syslog", {"syslog"}), ("nowhere", {"log", "syslog"}),
    ("log,syslog", {"log", "syslog"}), ("", {"log", "syslog"})])
@pytest.mark.usefixtures("plain_conf")
def test_audit_parameter_says_where_lines_go(samba, value, places):
    samba.write_conf({"sessiondel:audit": value})
    samba.restart_dcerpcd()
    before = len(warnings(samba, "audit"))
    with connect(samba, "sop") as session:
        pipe = Pipe(session)
        with audit.Recording(samba, pipe, where=places) as record:
            pipe.net_session_del(UNKNOWN, "somebody")
    assert len(record.log) == ("log" in places)
    assert len(record.syslog) == ("syslog" in places)
    bad = value.lower() not in ("log", "syslog", "both")
    assert [value in line for line in warnings(samba, "audit")[before:]] \
        == [True] * bad


@pytest.mark.usefixtures("plain_conf")
def test_new_values_count_after_sighup_to_the_worker(samba, pipe):
    workers = samba.worker_pids()
    reload_worker(samba, audit="log", timeout="1")

    def only_log():
        with audit.Recording(samba, pipe, where=["log"]) as record:
            pipe.net_session_del(UNKNOWN)
        return not record.syslog

    wait_until(only_log, "the worker has its new values")
    with connect(samba, "bob", source=VICTIM), \
            audit.Recording(samba, pipe, where=["log"]) as record, \
            stopped_smbd(samba, "bob"):
        assert pipe.net_session_del(VICTIM, "bob") == ERROR_TIMEOUT
    call = CALL.fullmatch(record.log[0])
    assert (call["result"], call["code"]) == ("ERROR_TIMEOUT", "1460")
    assert (call["ended"], call["matched"]) == ("0", "1")
    assert 1 <= float(call["seconds"]) < DEFAULT_TIMEOUT
    assert SESSION.fullmatch(record.log[1])["fate"] == "asked, not confirmed"
    assert samba.worker_pids() == workers


@pytest.mark.usefixtures("plain_conf")
def test_bad_timeout_logs_one_line_and_the_default_is_used(samba, pipe):
    """All bad values at once, each with a call that reaches its time limit."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(connect(samba, "bob", source=VICTIM))
        waiting = [Pipe(stack.enter_context(connect(samba, "sop")))
                   for _ in BAD_TIMEOUTS]
        with audit.Recording(samba, pipe) as record:
            with stopped_smbd(samba, "bob"):
                for value, caller in zip(BAD_TIMEOUTS, waiting):
                    set_bad_timeout(samba, pipe, value)
                    caller.send_session_del(VICTIM, "bob")
                answers = [caller.receive_werror() for caller in waiting]
    assert answers == [ERROR_TIMEOUT] * len(BAD_TIMEOUTS)
    calls = [call for call in map(CALL.fullmatch, record.syslog)
             if call and call["client"] == VICTIM]
    assert len(calls) == len(BAD_TIMEOUTS)
    for call in calls:
        assert DEFAULT_TIMEOUT <= float(call["seconds"]) < LONGEST_TIMEOUT


def set_bad_timeout(server, pipe, value):
    """Reload with a bad time limit; make calls until one logs the warning."""
    before = len(warnings(server, "timeout"))
    reload_worker(server, timeout=value)

    def warned():
        pipe.net_session_del(UNKNOWN, "reload")
        return warnings(server, "timeout")[before:]

    line, = wait_until(warned, f"a line about {value!r}")
    assert f'"{value}"' in line
    with audit.Recording(server, pipe):
        pipe.net_session_del(UNKNOWN, "again")
    assert warnings(server, "timeout")[before:] == [line]


def test_stuck_syslogd_stops_no_call(samba, pipe):
    with connect(samba, "bob", source=VICTIM) as victim:
        samba.syslog.hang()
        try:
            with audit.Recording(samba, pipe, where=["log"]) as record:
                for number in range(100):
                    assert pipe.net_session_del(UNKNOWN, f"stuck-{number}") \
                        == NERR_CLIENT_NAME_NOT_FOUND
                assert pipe.net_session_del(VICTIM, "bob") == NERR_SUCCESS
                assert victim.alive() == DELETED
        finally:
            samba.syslog.resume()
    assert len(record.log) == 102
    with audit.Recording(samba, pipe) as record:
        pipe.net_session_del(UNKNOWN, "unstuck")
    assert len(record.syslog) == 1


def test_lines_wait_for_a_syslogd_that_catches_up(samba, pipe):
    samba.syslog.hang()
    try:
        with audit.Recording(samba, pipe, where=["log"]):
            assert pipe.net_session_del(UNKNOWN, "late") == \
                NERR_CLIENT_NAME_NOT_FOUND
        assert not any('"late"' in line for line in audit.syslog_lines(samba))
    finally:
        samba.syslog.resume()
    wait_until(lambda: any('"late"' in line
                           for line in audit.syslog_lines(samba)),
               "the line reaches syslog")


def test_burst_of_lines_reaches_syslog_whole(samba, pipe):
    with Connection(samba, source=VICTIM) as connection:
        for _ in range(60):
            connection.login("bob")
        with audit.Recording(samba, pipe) as record:
            assert pipe.net_session_del(VICTIM, "bob") == NERR_SUCCESS
    assert len(record.syslog) == 61


def test_missing_syslogd_stops_no_call(samba, pipe):
    moved = f"{syslog.PATH}.moved"
    os.rename(syslog.PATH, moved)
    try:
        with audit.Recording(samba, pipe, where=["log"]) as record:
            assert pipe.net_session_del(UNKNOWN, "bob") == \
                NERR_CLIENT_NAME_NOT_FOUND
    finally:
        os.rename(moved, syslog.PATH)
    assert len(record.log) == 1


def test_worker_that_is_terminated_writes_the_lines_left(samba):
    for number in range(3):
        name = f"last-words-{number}"
        with connect(samba, "sop", source=CALLER) as session:
            pipe, (worker,) = Pipe(session), samba.worker_pids()
            pipe.net_session_del(user=name)
            os.kill(worker, signal.SIGTERM)
            wait_reaped(worker)
        for lines in (audit.log_lines, audit.syslog_lines):
            line, = wait_until(lambda read=lines, name=name: [
                line for line in read(samba) if name in line], "a line")
            assert CALL.fullmatch(line)["result"] == "NERR_ClientNameNotFound"


@pytest.fixture(name="slow_samba", scope="module")
def _slow_samba():
    """One whose calls wait longer than a test takes to end the worker."""
    with Server(address="127.0.0.4",
                conf={"sessiondel:timeout": "20"}) as server:
        yield server


@pytest.fixture(name="victim")
def _victim(slow_samba):
    with connect(slow_samba, "bob", source=VICTIM) as session:
        yield session
    sessions.wait_gone(slow_samba, "bob")


@pytest.fixture(name="slow_caller")
def _slow_caller(slow_samba):
    with connect(slow_samba, "sop", source=CALLER) as session:
        yield session
    sessions.wait_gone(slow_samba, "sop")


@contextlib.contextmanager
def waiting_call(caller, victim):
    """In a with block, a call has sent its close to an smbd that hangs; its
    pipe, and a function for the audit lines since."""
    server, pipe = victim.connection.server, Pipe(caller)
    before = len(audit.syslog_lines(server))
    with stopped(sessions.smbd_of(server, victim)):
        pipe.send_session_del(user=victim.user)
        wait_served(caller)
        yield pipe, lambda: audit.syslog_lines(server)[before:]


def end_worker(server, number):
    """Send a signal to the worker that ends it."""
    worker, = server.worker_pids()
    os.kill(worker, number)
    wait_reaped(worker)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_is_being_closed_is_recorded_when_the_worker_ends(
        slow_samba, slow_caller, victim, number):
    """The close itself has reached smbd."""
    port = victim.connection.local_port()
    owner = sessions.smbd_of(slow_samba, victim)
    with waiting_call(slow_caller, victim) as (_, lines):
        end_worker(slow_samba, number)
        line, = wait_until(lambda: [line for line in lines()
                                    if audit.is_closing(line)], "a line")
    asked, _, closing = line.partition(" closing ")
    assert asked.startswith('NetSessionDel by "TESTBED\\\\sop" (S-1-5-21-')
    assert f" from ipv4:{CALLER}:" in asked
    assert asked.endswith(': client "" user "bob":')
    session = re.fullmatch(r'session 0x(?P<id>[0-9a-f]{8}) of "(?P<user>.*)" '
                           r'at (?P<client>\S+), smbd (?P<server>\S+)',
                           closing)
    assert int(session["id"], 16) == victim.id & 0xffffffff
    assert session["user"].endswith("\\\\bob")
    assert session["client"] == f"ipv4:{VICTIM}:{port}"
    assert session["server"] == str(owner)
    sessions.wait_gone(slow_samba, "bob")
    assert victim.alive() == DELETED


def test_reload_while_a_call_waits_loses_nothing(
        slow_samba, slow_caller, victim):
    with waiting_call(slow_caller, victim) as (pipe, lines):
        for worker in slow_samba.worker_pids():
            os.kill(worker, signal.SIGHUP)
        wait_served(pipe.session)
        assert [audit.is_closing(line) for line in lines()] == [True]
        answer = smb2.read(pipe.opened()).wait_pending()
    assert werror(answer) == NERR_SUCCESS
    closing, call, session = wait_until(
        lambda: lines() if len(lines()) == 3 else None, "its lines")
    assert audit.is_closing(closing)
    assert CALL.fullmatch(call)["result"] == "NERR_Success"
    assert SESSION.fullmatch(session)["fate"] == "closed"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_callers_own_close_is_not_lost_with_the_worker(slow_samba, number):
    """It would be sent a second after the answer."""
    before = len(audit.syslog_lines(slow_samba))
    with connect(slow_samba, "sop", source=CALLER) as own:
        pipe, (worker,) = Pipe(own), slow_samba.worker_pids()
        assert pipe.net_session_del(user="sop") == NERR_SUCCESS
        os.kill(worker, number)
        sessions.wait_gone(slow_samba, "sop")
        assert own.alive() == DELETED

    def fates():
        lines = audit.syslog_lines(slow_samba)[before:]
        return [line.rpartition(": ")[2] for line in lines
                if SESSION.fullmatch(line)]

    wait_until(fates, "it is recorded")
    assert fates() == ["the caller's own, to be closed after the answer"]
    if number == signal.SIGTERM:
        wait_reaped(worker)
