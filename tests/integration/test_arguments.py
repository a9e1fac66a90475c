# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of NetrSessionDel, well formed and hostile.

docs/spec.md#arguments
"""

import random
import struct

import pytest
from impacket.dcerpc.v5.rpcrt import DCERPCException

from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT as VICTIM, DELETED, OTHER_CLIENT,
    UNKNOWN_CLIENT as UNKNOWN, connect)
from testbed.clients.srvsvc import (
    ERROR_INVALID_PARAMETER, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS,
    SESSION_DEL, Pipe)
from testbed.ndr import NULL, REFERENT, unique_string, wide
from testbed.observe import audit
from testbed.servers.standalone import Server


# [MS-SRVS] 3.1.4.6: the most characters, with the terminating NUL.
NAME_MAX = 1024
LINE_MAX = 4096
FAULT = "RPC fault"


def brief(value):
    """A test id: the name, or the length of a long name."""
    if isinstance(value, str) and len(value) > 32:
        return f"{ascii(value[:2])}x{len(value)}"
    return ascii(value)


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server() as server:
        yield server


@pytest.fixture(name="victim")
def _victim(samba):
    with connect(samba, "bob", source=VICTIM) as session:
        yield session


@pytest.fixture(name="unharmed", autouse=True)
def _unharmed(samba):
    """Every call must leave the worker and other users' sessions unharmed."""
    workers = samba.worker_pids()
    with connect(samba, "alice", source=OTHER_CLIENT) as bystander:
        yield
        assert bystander.alive() == ALIVE
    assert samba.worker_pids() == workers
    with connect(samba, "sop", source=CALLER) as session:
        assert Pipe(session).net_session_del(UNKNOWN) == \
            NERR_CLIENT_NAME_NOT_FOUND


def stub(client, user, server=None):
    """The stub of a call: names as bytes of UTF-16, None for NULL."""
    return b"".join(map(unique_string, (server, client, user)))


def send(pipe, data):
    """Make a call with this stub; the WERROR's number, or FAULT."""
    pipe.send_stub(SESSION_DEL, data)
    try:
        return pipe.receive_werror()
    except DCERPCException:
        return FAULT


def one_clean_line(samba, pipe, call):
    """Make a call and check the one line that records it; the WERROR."""
    with audit.Recording(samba, pipe) as record:
        answer = call()
    assert len(record.datagrams) == 1
    assert len(record.datagrams[0]) < LINE_MAX
    assert audit.is_clean(record.datagrams[0].decode())
    assert record.log == record.syslog
    return answer


@pytest.mark.parametrize("server_name", [
    None, "", "\\\\", "TESTBED", "\\\\elsewhere.invalid", "a\\b/c", "a\nb",
    "%s%n", "\u202e", "x" * 5000], ids=brief)
def test_server_name_is_ignored(samba, pipe, victim, server_name):
    assert pipe.net_session_del(UNKNOWN, "bob", server=server_name) == \
        NERR_CLIENT_NAME_NOT_FOUND
    assert pipe.net_session_del(None, None, server=server_name) == \
        ERROR_INVALID_PARAMETER
    assert pipe.net_session_del(VICTIM, "bob", server=server_name) == \
        NERR_SUCCESS
    assert victim.alive() == DELETED


@pytest.mark.parametrize("user", [None, ""], ids=brief)
def test_empty_user_is_any_user(pipe, victim, user):
    assert pipe.net_session_del(f"\\\\{VICTIM}", user) == NERR_SUCCESS
    assert victim.alive() == DELETED


@pytest.mark.parametrize("client", [None, ""], ids=brief)
def test_empty_client_is_any_client(samba, pipe, client):
    with connect(samba, "bob", source=VICTIM) as one, \
            connect(samba, "bob", source="127.0.0.24") as other:
        assert pipe.net_session_del(client, "bob") == NERR_SUCCESS
        assert one.alive() == DELETED
        assert other.alive() == DELETED


@pytest.mark.parametrize("user", [None, ""], ids=brief)
@pytest.mark.parametrize("client", [None, ""], ids=brief)
def test_both_empty_closes_nobody(pipe, victim, client, user):
    assert pipe.net_session_del(client, user) == ERROR_INVALID_PARAMETER
    assert victim.alive() == ALIVE


@pytest.mark.parametrize("name, answer", [
    ("x" * (NAME_MAX - 1), NERR_CLIENT_NAME_NOT_FOUND),
    ("x" * NAME_MAX, ERROR_INVALID_PARAMETER),
    ("ж" * (NAME_MAX - 1), NERR_CLIENT_NAME_NOT_FOUND),
    ("ж" * NAME_MAX, ERROR_INVALID_PARAMETER),
    # Two units of UTF-16 each.
    ("😀" * (NAME_MAX // 2 - 1) + "x", NERR_CLIENT_NAME_NOT_FOUND),
    ("😀" * (NAME_MAX // 2), ERROR_INVALID_PARAMETER),
    ("x" * 0x8000, ERROR_INVALID_PARAMETER),
], ids=brief)
def test_name_may_have_1024_characters(samba, pipe, name, answer):
    for client, user in ((name, None), (None, name), (name, "bob"),
                         (VICTIM, name), (name, name)):
        assert one_clean_line(samba, pipe, lambda: pipe.net_session_del(
            client, user)) == answer


def test_prefix_of_the_client_name_counts(pipe):
    assert pipe.net_session_del("\\\\" + "x" * (NAME_MAX - 3)) == \
        NERR_CLIENT_NAME_NOT_FOUND
    assert pipe.net_session_del("\\\\" + "x" * (NAME_MAX - 2)) == \
        ERROR_INVALID_PARAMETER


@pytest.mark.parametrize("client", [VICTIM, f"\\\\{VICTIM}"])
def test_client_name_with_or_without_backslashes(pipe, victim, client):
    assert pipe.net_session_del(client, "bob") == NERR_SUCCESS
    assert victim.alive() == DELETED


@pytest.mark.parametrize("client", [
    "\\", "\\\\", "\\\\\\", "\\\\\\\\", f"\\{VICTIM}", f"\\\\\\{VICTIM}",
    f"\\\\{VICTIM}\\", f"\\\\{VICTIM}\\share", f"//{VICTIM}", f"{VICTIM}/",
    "/", f"\\\\{VICTIM}/x", f"{VICTIM}\n", f"\t{VICTIM}", f"\x01{VICTIM}",
    f"{VICTIM}\x7f", f"{VICTIM}\x85", f"\\\\{VICTIM}\x9f", "\x1b[2J"],
    ids=brief)
def test_malformed_client_name_closes_nobody(samba, pipe, victim, client):
    for user in (None, "bob"):
        assert one_clean_line(samba, pipe, lambda: pipe.net_session_del(
            client, user)) == ERROR_INVALID_PARAMETER
    assert victim.alive() == ALIVE


@pytest.mark.parametrize("user", [
    "bob\n", "\x01", "\tbob", "bo\rb", "bob\x7f", "bob\x85", "\x1b[2Jbob",
    "TESTBED\\bob\x9f"], ids=brief)
def test_malformed_user_name_closes_nobody(samba, pipe, victim, user):
    for client in (None, VICTIM):
        assert one_clean_line(samba, pipe, lambda: pipe.net_session_del(
            client, user)) == ERROR_INVALID_PARAMETER
    assert victim.alive() == ALIVE


@pytest.mark.parametrize("name", [
    "%s%s%s%s%s%n%n%n%n", "%1000000d", "\u202etxt.exe\u202c", "\u200e\u200f",
    "\u2066bob\u2069", "a\u2028b\u2029c", "\ufeffbob", "\u00adbob", "\u061c",
    "\U000e0041", "bob\" user \"alice", "'; --", "$(reboot)", "`reboot`",
    "<37>sessiondel[1]: forged", "😀" * 300, "\uffff\ufffe",
    "e\u0301" * 400, ".", "..", "%", "[", "]", "[]", ":", "::", "@", "@@"],
    ids=brief)
def test_hostile_name_matches_nobody(samba, pipe, victim, name):
    for client, user in ((name, None), (None, name), (name, name)):
        assert one_clean_line(samba, pipe, lambda: pipe.net_session_del(
            client, user)) == NERR_CLIENT_NAME_NOT_FOUND
    assert victim.alive() == ALIVE


def test_name_ends_at_its_first_nul(samba, pipe, victim):
    assert one_clean_line(samba, pipe, lambda: send(pipe, stub(
        wide(UNKNOWN + "\0" + VICTIM), wide("bob")))) == \
        NERR_CLIENT_NAME_NOT_FOUND
    assert one_clean_line(samba, pipe, lambda: send(pipe, stub(
        wide("\0" + VICTIM), wide("\0bob")))) == ERROR_INVALID_PARAMETER
    assert victim.alive() == ALIVE
    with audit.Recording(samba, pipe) as record:
        assert send(pipe, stub(wide(VICTIM + "\0zz\nz"), wide(
            "bob\0" + "z" * 5000))) == NERR_SUCCESS
    assert victim.alive() == DELETED
    assert "zz" not in record.syslog[0]


@pytest.mark.parametrize("bad", [
    pytest.param(wide("bob")[:-2], id="no terminator"),
    pytest.param(wide("b\ud800b"), id="lone high surrogate"),
    pytest.param(wide("\udc00bob"), id="lone low surrogate"),
    pytest.param(wide("b\udc00\ud800b"), id="surrogates in reverse"),
    pytest.param(wide("bob\ud83d"), id="surrogate at the end"),
])
def test_string_that_ndr_refuses_is_a_fault_without_a_line(
        samba, pipe, victim, bad):
    with audit.Recording(samba, pipe) as record:
        assert send(pipe, stub(bad, wide("bob"))) == FAULT
        assert send(pipe, stub(wide(VICTIM), bad)) == FAULT
        assert send(pipe, stub(wide(VICTIM), wide("bob"), bad)) == FAULT
    assert record.syslog == record.log == []
    assert victim.alive() == ALIVE
    assert pipe.net_session_del(UNKNOWN) == NERR_CLIENT_NAME_NOT_FOUND


def test_truncated_stub_is_a_fault(samba, pipe, victim):
    # Without padding at the end, which no argument needs.
    whole = stub(wide(f"\\\\{VICTIM}"), wide("bob"), wide("\\\\TESTBED"))
    with audit.Recording(samba, pipe) as record:
        for length in range(len(whole)):
            assert send(pipe, whole[:length]) == FAULT, length
    assert record.syslog == record.log == []
    assert victim.alive() == ALIVE


def test_bytes_behind_the_arguments_change_nothing(samba, pipe, victim):
    assert one_clean_line(samba, pipe, lambda: send(pipe, stub(
        wide(UNKNOWN), wide("bob")) + b"\xff" * 1000)) in (
            NERR_CLIENT_NAME_NOT_FOUND, FAULT)
    assert victim.alive() == ALIVE


@pytest.mark.parametrize("counts", [
    (0xffffffff, 0, 0xffffffff), (4, 0, 0x10000000), (4, 4, 4), (3, 0, 4),
    (0, 0, 4), (4, 0xffffffff, 4), (4, 1, 4)], ids=str)
def test_counts_that_lie_are_a_fault(samba, pipe, victim, counts):
    lie = REFERENT + struct.pack("<LLL", *counts) + wide("bob")
    with audit.Recording(samba, pipe) as record:
        assert send(pipe, NULL + lie + NULL) == FAULT
        assert send(pipe, NULL + unique_string(wide(VICTIM)) + lie) == FAULT
    assert record.syslog == record.log == []
    assert victim.alive() == ALIVE


def garbage(number):
    """Bytes that look more or less like arguments, the same in each run."""
    source = random.Random(number)
    if number % 2:
        return source.randbytes(source.randrange(300))
    data = bytearray(stub(wide(UNKNOWN), wide("nobody-here"), wide("TESTBED")))
    for _ in range(source.randrange(1, 6)):
        data[source.randrange(len(data))] = source.randrange(256)
    return bytes(data)


def test_garbage_gets_an_answer_or_a_fault(samba, pipe, victim):
    with audit.Recording(samba, pipe) as record:
        answers = [send(pipe, garbage(number)) for number in range(400)]
    assert set(answers) == {FAULT, ERROR_INVALID_PARAMETER,
                            NERR_CLIENT_NAME_NOT_FOUND}
    assert len(record.log) == len(answers) - answers.count(FAULT)
    assert all(audit.is_clean(line) for line in record.log)
    assert victim.alive() == ALIVE


def test_call_in_many_fragments_is_one_call(samba, pipe, victim):
    pipe.dce.set_max_fragment_size(16)
    assert one_clean_line(samba, pipe, lambda: pipe.net_session_del(
        UNKNOWN, "x" * 500)) == NERR_CLIENT_NAME_NOT_FOUND
    assert pipe.net_session_del(VICTIM, "bob") == NERR_SUCCESS
    assert victim.alive() == DELETED
