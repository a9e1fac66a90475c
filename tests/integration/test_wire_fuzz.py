# SPDX-License-Identifier: GPL-3.0-or-later
"""Our calls with 24,000 mutated stubs from the network."""

import concurrent.futures
import multiprocessing
import os
import random
import struct

import pytest
from samba import NTSTATUSError
from samba.dcerpc.base import ClientConnection

from testbed.accounts import PASSWORD
from testbed.clients.connections import ALIVE, DELETED, connect
from testbed.clients.samba_pipe import context_of, credentials_of
from testbed.clients.session_enum import LEVELS, SESSION_ENUM
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, ERROR_INVALID_LEVEL, ERROR_INVALID_PARAMETER,
    ERROR_MORE_DATA, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS,
    NERR_USER_NOT_FOUND, SESSION_DEL, Pipe)
from testbed.observe import audit
from testbed.processes import wait_until
from testbed.servers.standalone import Server

SRVSVC = ("4b324fc8-1670-01d3-1278-5a47bf6ee188", 3)
SEED = os.environ.get("SESSIONDEL_FUZZ_SEED") or str(random.getrandbits(32))

# The users who call, their number of pipes, and the stubs on each pipe.
MAY, MAY_PIPES, MAY_STUBS = "sop", 4, 4000
MAY_NOT, MAY_NOT_PIPES, MAY_NOT_STUBS = "powerop", 2, 2000
LIST_PIPES, LIST_STUBS = 4, 1000

VICTIM = "127.0.0.21"
BYSTANDERS = {"127.0.0.22": "bob", "127.0.0.23": "carol", "127.0.0.24": "sop"}

FAULT = "RPC fault"
# NT_STATUS_RPC_BAD_STUB_DATA, Samba's status for the fault of that name.
BAD_STUB = 0xc003000c

COUNTS = (0, 1, 2, 3, 1023, 1024, 1025, 0x7fff, 0x8000, 0xffff, 0x10000,
          0x10000000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff)
STRUCT_LEVELS = (*LEVELS, 3, 501, 0x80000000, 0xffffffff)
UNITS = (0, 1, 0x0a, 0x22, 0x2f, 0x5c, 0x85, 0x202e, 0x2028, 0xd800, 0xdbff,
         0xdc00, 0xdfff, 0xfeff, 0xfffe, 0xffff)


class Name:
    """One argument, in its parts on the wire."""

    def __init__(self, text):
        self.is_null = text is None
        self.units = [] if text is None else units_of(text + "\0")
        self.head = [0x20000, len(self.units), 0, len(self.units)]
        self.padding = 2 * (len(self.units) % 2)

    def bytes(self):
        if self.is_null:
            return struct.pack("<L", 0)
        return (struct.pack("<4L", *self.head)
                + struct.pack(f"<{len(self.units)}H", *self.units)
                + bytes(self.padding))


def units_of(text):
    data = text.encode("utf-16-le")
    return list(struct.unpack(f"<{len(data) // 2}H", data))


def lie_about_a_count(source, name):
    field = source.randrange(1, 4)
    if source.random() < .5:
        name.head[field] = source.choice(COUNTS)
    else:
        step = source.choice((-2, -1, 1, 2))
        name.head[field] = (name.head[field] + step) % 2**32


def lie_about_all_counts(source, name):
    name.head[1] = name.head[3] = source.choice(COUNTS)


def change_referent(source, name):
    name.head[0] = source.choice((0, 1, 2, 0x20000, 0xffffffff))


def drop_terminator(source, name):
    del name.units[-1:]
    if source.random() < .5:
        name.head[1] = name.head[3] = len(name.units)


def put_unit(source, name):
    """Insert a NUL, a surrogate, a control character or the like."""
    place = source.randrange(len(name.units) + 1)
    name.units.insert(place, source.choice(UNITS))
    if source.random() < .8:
        name.head[1] = name.head[3] = len(name.units)


def lengthen(source, name):
    length = source.choice((1022, 1023, 1024, 1025, 5000))
    name.units[:0] = [source.choice((0x78, 0x436))] * (
        length - len(name.units))
    name.head[1] = name.head[3] = len(name.units)
    name.padding = 2 * (len(name.units) % 2)


def misalign(source, name):
    name.padding = source.randrange(8)


MUTATIONS_OF_A_NAME = (
    lie_about_a_count, lie_about_all_counts, change_referent, drop_terminator,
    put_unit, lengthen, misalign)


def truncate(source, data):
    del data[source.randrange(len(data)):]


def extend(source, data):
    data += source.randbytes(source.randrange(1, 200))


def change_bytes(source, data):
    for _ in range(source.randrange(1, 6)):
        data[source.randrange(len(data))] = source.randrange(256)


def drop_bytes(source, data):
    place = source.randrange(len(data))
    del data[place:place + source.randrange(1, 9)]


def repeat_bytes(source, data):
    place = source.randrange(len(data))
    data[place:place] = data[place:place + source.randrange(1, 64)]


def replace_all(source, data):
    data[:] = source.randbytes(source.randrange(300))


MUTATIONS_OF_A_STUB = (
    truncate, extend, change_bytes, drop_bytes, repeat_bytes, replace_all)


def absent_names(source, number):
    """Server, client and user. However they are mutated, no session matches."""
    return [Name(source.choice((None, f"\\\\absent-{number}"))),
            Name(source.choice((None, "", f"\\\\absent-{number}",
                                f"192.0.2.{number % 256}", "2001:db8::7"))),
            Name(source.choice((None, "", f"absent-{number}",
                                f"NOWHERE\\absent-{number}",
                                f"absent-{number}@nowhere.invalid")))]


def mutated_names(source, number):
    names = absent_names(source, number)
    if source.random() < .8:
        for _ in range(source.randrange(1, 3)):
            source.choice(MUTATIONS_OF_A_NAME)(source, source.choice(names))
    return b"".join(name.bytes() for name in names)


def mutated_container(source):
    """Level and structs of a list in a request, where none should be."""
    level = source.choice(STRUCT_LEVELS)
    tag = level if source.random() < .9 else source.choice(STRUCT_LEVELS)
    head = struct.pack("<LL", level, tag)
    if source.random() < .2:
        return head + struct.pack("<L", source.choice((0, 0x20000)))
    count = source.choice((0, 0, 0, 1, 2, *COUNTS))
    array = source.choice((0, 0x20004))
    head += struct.pack("<LLL", 0x20000, count, array)
    if not array:
        return head
    most = count if source.random() < .8 else source.choice(COUNTS)
    return head + struct.pack("<L", most) + source.randbytes(
        4 * source.randrange(20))


def mutated_list(source, number):
    """The stub of NetrSessionEnum."""
    end = struct.pack("<LL", source.choice(COUNTS),
                      source.choice((0, 0x20000)))
    return (mutated_names(source, number) + mutated_container(source) + end
            + struct.pack("<L", source.choice(COUNTS)))


ARGUMENTS = {SESSION_DEL: mutated_names, SESSION_ENUM: mutated_list}


def mutated_stub(opnum, caller, number):
    """The stub of a call; always the same for a seed and a number."""
    source = random.Random(f"{SEED}/{opnum}/{caller}/{number}")
    data = bytearray(ARGUMENTS[opnum](source, number))
    if source.random() < .5:
        source.choice(MUTATIONS_OF_A_STUB)(source, data)
    return bytes(data)


def open_pipe(smb_conf, address, user):
    """Open srvsvc with Samba's library, which is fast and sends any stub."""
    context = context_of(smb_conf)
    return ClientConnection(f"ncacn_np:{address}", SRVSVC, context,
                            credentials_of(context, user, PASSWORD))


def answer_to(pipe, opnum, stub):
    """A WERROR or FAULT; any other error is raised."""
    try:
        answer = pipe.request(opnum, stub)
    except NTSTATUSError as error:
        if error.args[0] & 0xffffffff == BAD_STUB:
            return FAULT
        raise
    if opnum == SESSION_DEL:
        assert len(answer) == 4
    return struct.unpack("<L", answer[-4:])[0]


def attack(smb_conf, address, opnum, user, numbers):
    """Send the stubs with these numbers on one pipe; {answer: how many}.

    This runs in a process of its own.
    """
    pipe = open_pipe(smb_conf, address, user)
    counted = {}
    for number in numbers:
        stub = mutated_stub(opnum, user, number)
        try:
            answer = answer_to(pipe, opnum, stub)
        except Exception as error:
            raise AssertionError(f"stub {number} of seed {SEED} got {error}: "
                                 f"{stub.hex()}") from error
        counted[answer] = counted.get(answer, 0) + 1
    return counted


def attack_through_pipes(samba, opnum, user, pipes, stubs):
    """attack() on several pipes at a time."""
    print(f"SESSIONDEL_FUZZ_SEED={SEED} sends these stubs again")
    total = {}
    with concurrent.futures.ProcessPoolExecutor(
            pipes, multiprocessing.get_context("spawn")) as pool:
        runs = [pool.submit(attack, str(samba.smb_conf), samba.address, opnum,
                            user, range(pipe * stubs, (pipe + 1) * stubs))
                for pipe in range(pipes)]
        for run in runs:
            for answer, count in run.result().items():
                total[answer] = total.get(answer, 0) + count
    assert sum(total.values()) == pipes * stubs
    return total


@pytest.fixture(name="samba", scope="module")
def _samba():
    # Otherwise a spawned process would draw its own seed, and send other stubs.
    os.environ["SESSIONDEL_FUZZ_SEED"] = SEED
    with Server() as server:
        yield server


@pytest.fixture(name="unharmed", autouse=True)
def _unharmed(samba):
    """The same worker must still serve, and no session may be lost."""
    workers = samba.worker_pids()
    sessions = [connect(samba, user, source=address)
                for address, user in BYSTANDERS.items()]
    # After a minute smbd drops connections that have used no share.
    assert {session.alive() for session in sessions} == {ALIVE}
    yield
    assert samba.worker_pids() == workers
    assert {session.alive() for session in sessions} == {ALIVE}
    for session in sessions:
        session.connection.close()
    with connect(samba, "alice", source=VICTIM) as victim, \
            connect(samba, MAY) as caller:
        assert Pipe(caller).net_session_del(VICTIM, "alice") == NERR_SUCCESS
        assert victim.alive() == DELETED


def test_mutated_stub_gets_an_answer_or_a_fault(samba):
    answers = attack_through_pipes(samba, SESSION_DEL, MAY, MAY_PIPES,
                                   MAY_STUBS)
    assert set(answers) == {FAULT, ERROR_INVALID_PARAMETER,
                            NERR_CLIENT_NAME_NOT_FOUND}
    served = sum(answers.values()) - answers[FAULT]
    wait_until(lambda: len(audit.log_lines(samba)) >= served,
               "all calls have their lines")
    lines = audit.log_lines(samba)
    assert len(lines) == served
    assert [line for line in lines if not audit.is_clean(line)] == []


def test_refused_caller_gets_one_answer_or_a_fault(samba):
    answers = attack_through_pipes(samba, SESSION_DEL, MAY_NOT,
                                   MAY_NOT_PIPES, MAY_NOT_STUBS)
    assert set(answers) == {FAULT, ERROR_ACCESS_DENIED}


def test_mutated_list_gets_an_answer_or_a_fault(samba):
    answers = attack_through_pipes(samba, SESSION_ENUM, MAY, LIST_PIPES,
                                   LIST_STUBS)
    assert set(answers) == {
        FAULT, NERR_SUCCESS, ERROR_MORE_DATA, ERROR_INVALID_PARAMETER,
        ERROR_INVALID_LEVEL, NERR_CLIENT_NAME_NOT_FOUND, NERR_USER_NOT_FOUND}
