# SPDX-License-Identifier: GPL-3.0-or-later
"""When nodes hang, die or leave, answers come in time and are never wrong."""

import contextlib
import os
import signal
import time

import pytest

from testbed.clients import smb2
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, DISCONNECTED, OTHER_CLIENT, Connection,
    connect)
from testbed.clients.session_enum import (
    SESSION_ENUM, enumerate_sessions, parse_answer, request_stub)
from testbed.clients.srvsvc import (
    ERROR_TIMEOUT, LOST, NERR_CLIENT_NAME_NOT_FOUND, NERR_INTERNAL_ERROR,
    NERR_SUCCESS, Pipe)
from testbed.faults.hinder import stopped
from testbed.observe import audit
from testbed.observe.sessions import (
    message_sockets, sessions_of, smbd_of, wait_gone)
from testbed.processes import (
    READ, children, descriptors, stays_in, title, wait_until)
from testbed.servers.cluster import Cluster

VICTIM, HASTY, PATIENT = range(3)

# Of a call that may have closed them before, and then timed out.
ENDED = (NERR_SUCCESS, NERR_CLIENT_NAME_NOT_FOUND)

# Of the process that finds and closes for a call.
TITLE = "sessiondel"

# CTDB drops a node that is silent for more seconds than the limit.
TUNABLES = {"KeepaliveInterval": 1, "KeepaliveLimit": 5}


@pytest.fixture(name="cluster", scope="module")
def _cluster():
    """Calls wait for 3 s on node 0, for 2 s on node 1, for 12 s on node 2."""
    cluster = Cluster(3, tunables=TUNABLES, followers=(VICTIM,))
    cluster[VICTIM].conf["sessiondel:timeout"] = "3"
    cluster[HASTY].conf["sessiondel:timeout"] = "2"
    cluster[PATIENT].conf["sessiondel:timeout"] = "12"
    with cluster:
        for node in cluster.nodes:
            node.require_module()
        yield cluster


class Caller:
    """A caller on a node, with the worker that serves it."""

    def __init__(self, stack, node):
        self.session = stack.enter_context(
            connect(node, "sop", source=CALLER))
        self.pipe = Pipe(self.session)
        self.other_pipe = Pipe(self.session)
        self._node = node
        self.worker, = node.worker_pids()

    def close(self, user="alice"):
        return self.pipe.net_session_del(user=user)

    def listed(self, **query):
        """The result of a list, and the number of sessions in it."""
        listing = enumerate_sessions(self.pipe, 502, **query)
        return listing.result, len(listing.rows)

    def begin_close(self):
        """Begin to close alice's sessions; the pid of the call's child.

        The child of an earlier call may still be there.
        """
        before = set(self.call_children())
        self.pipe.send_session_del(user="alice")
        child, = wait_until(lambda: set(self.call_children()) - before,
                            "a child works for the call")
        return child

    def close_all_but_one(self, node):
        """Begin to close alice's sessions; wait until node has only one.

        The pid of the child that waits for this one.
        """
        child = self.begin_close()
        wait_until(lambda: len(sessions_of(node, "alice")) == 1,
                   "the others are gone")
        return child

    def call_children(self):
        return [pid for pid in children(self.worker) if title(pid) == TITLE]

    @contextlib.contextmanager
    def waiting_for(self, seconds):
        """Let calls wait for so long in a with block."""
        before = self._node.conf["sessiondel:timeout"]
        self._set_timeout(seconds)
        try:
            yield
        finally:
            self._set_timeout(before)

    def _set_timeout(self, seconds):
        self._node.write_conf({"sessiondel:timeout": str(seconds)})
        os.kill(self.worker, signal.SIGHUP)

    def when_recovered(self, ask):
        """The first answer of ask() that is not ERROR_TIMEOUT.

        A cluster may recover for longer than a call waits.
        """
        answers = []

        def answered():
            answers.append(ask())
            return answers[-1] not in (ERROR_TIMEOUT, (ERROR_TIMEOUT, 0))
        wait_until(answered, "the cluster has recovered", seconds=90)
        return answers[-1]

    def prove_its_worker(self):
        """The worker is the same as before, and serves other calls."""
        assert self.other_pipe.server_info() == "TESTBED"
        assert self.worker in self._node.worker_pids()


@pytest.fixture(name="stack")
def _stack():
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture(name="hasty")
def _hasty(cluster, stack):
    return Caller(stack, cluster[HASTY])


@pytest.fixture(name="patient")
def _patient(cluster, stack):
    return Caller(stack, cluster[PATIENT])


@contextlib.contextmanager
def sessions_of_alice(cluster):
    """One on each node, in the order of the nodes."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(connect(node, "alice", source=CLIENT))
               for node in cluster.nodes]
    wait_gone(cluster[HASTY], "alice")


@pytest.fixture(name="alice")
def _alice(cluster):
    with sessions_of_alice(cluster) as sessions:
        yield sessions


@pytest.fixture(name="bob")
def _bob(cluster, stack):
    """Sessions that no call asks for, on the callers' nodes."""
    return [stack.enter_context(connect(node, "bob", source=OTHER_CLIENT))
            for node in (cluster[HASTY], cluster[PATIENT])]


def statuses(everyone):
    return [session.alive() for session in everyone]


def outlast(caller, seconds, attempt):
    """Repeat attempt() until its call lasted for as long as it had to.

    attempt() says whether it did: what CTDB does takes as long as it takes.
    So the caller's calls wait for longer each time, at first for seconds.
    """
    for limit in range(seconds, 21, 4):
        with caller.waiting_for(limit):
            if attempt():
                return
    pytest.fail("no call lasted long enough")


@contextlib.contextmanager
def dead_ctdbd(cluster, number):
    """Kill a node's ctdbd; afterwards the node serves again."""
    node = cluster[number]
    os.kill(node.ctdbd_pid(), signal.SIGKILL)
    try:
        yield
    finally:
        node.stop_ctdbd()
        node.stop()
        node.start_ctdbd()
        node.wait_running()
        node.start()
        cluster.wait_healthy()


@contextlib.contextmanager
def hung_ctdbd(cluster, number):
    """Make a node's ctdbd hang; after the with block, wait for the node."""
    with stopped(cluster[number].ctdbd_pid()):
        yield
    cluster.wait_healthy()


@contextlib.contextmanager
def out_of_the_cluster(cluster, number):
    """Make a node leave the cluster, and after the with block rejoin it."""
    cluster[number].ctdb("stop")
    try:
        cluster.wait_healthy(set(range(3)) - {number})
        yield
    finally:
        cluster[number].ctdb("continue")
        cluster.wait_healthy()


# A ctdbd hangs

def test_ctdbd_of_another_node_hangs(cluster, hasty, alice, bob):
    """Sessions of that node cannot be found; those of other nodes end."""
    # While that node hangs, opening a pipe may have to wait for it.
    of_alice = Pipe(hasty.session)
    with hung_ctdbd(cluster, VICTIM):
        hasty.other_pipe.send_session_del(user="alice")
        of_alice.send_stub(SESSION_ENUM, request_stub(502, user="alice"))
        assert hasty.listed() == (ERROR_TIMEOUT, 0)
        late = parse_answer(of_alice.receive_stub())
        assert (late.result, late.rows) == (ERROR_TIMEOUT, ())
        assert hasty.other_pipe.receive_werror() == ERROR_TIMEOUT
        hasty.prove_its_worker()
    assert statuses(alice) == [ALIVE, DELETED, DELETED]
    assert statuses(bob) == [ALIVE, ALIVE]
    assert hasty.close() == NERR_SUCCESS
    assert alice[VICTIM].alive() == DELETED


def test_no_success_when_a_part_of_the_table_cannot_be_read(
        cluster, stack, hasty):
    """Only the session on the caller's node can be found. It ends."""
    hidden, found = (stack.enter_context(connect(
        cluster[number], "carol", source=CLIENT))
                     for number in (VICTIM, HASTY))
    with hung_ctdbd(cluster, VICTIM):
        assert hasty.close("carol") == ERROR_TIMEOUT
    assert statuses([hidden, found]) == [ALIVE, DELETED]
    assert hasty.close("carol") == NERR_SUCCESS


def test_ctdbd_of_the_callers_node_hangs(cluster, hasty, alice):
    with hung_ctdbd(cluster, HASTY):
        hasty.pipe.send_session_del(user="alice")
        hasty.prove_its_worker()
        assert hasty.pipe.receive_werror() == ERROR_TIMEOUT
        hasty.prove_its_worker()
    assert statuses(alice) == [ALIVE] * 3
    assert hasty.close() == NERR_SUCCESS
    assert statuses(alice) == [DELETED] * 3


def test_list_while_ctdbd_of_the_callers_node_hangs(cluster, hasty, alice):
    with hung_ctdbd(cluster, HASTY):
        hasty.pipe.send_stub(SESSION_ENUM, request_stub(502))
        hasty.prove_its_worker()
        assert hasty.pipe.receive_werror() == ERROR_TIMEOUT
        hasty.prove_its_worker()
    assert hasty.listed(user="alice") == (NERR_SUCCESS, len(alice))
    assert hasty.close() == NERR_SUCCESS


def test_killed_side_process_leaves_no_socket(cluster, hasty):
    place = message_sockets(cluster[HASTY])
    before = set(place.iterdir())
    with hung_ctdbd(cluster, HASTY):
        assert hasty.close() == ERROR_TIMEOUT
        assert set(place.iterdir()) <= before


@contextlib.contextmanager
def tuned(nodes, name, value):
    """Set one of CTDB's tunables on these nodes for a while."""
    before = {node: node.ctdb("getvar", name).split()[-1] for node in nodes}
    for node in nodes:
        node.ctdb("setvar", name, value)
    try:
        yield
    finally:
        for node in nodes:
            node.ctdb("setvar", name, before[node])


@contextlib.contextmanager
def hung_until_dropped(cluster, number):
    """Make a node's ctdbd hang; the others have soon dropped the node."""
    with tuned(cluster.nodes, "KeepaliveLimit", "3"), \
            hung_ctdbd(cluster, number):
        cluster.wait_healthy(set(range(3)) - {number})
        yield


def times_out(caller, child):
    """The call is not answered in time. Did it still wait when this began?"""
    waited = title(child) == TITLE
    assert caller.pipe.receive_werror() == ERROR_TIMEOUT
    caller.prove_its_worker()
    return waited


def dropped_before_the_call_ends(cluster, patient):
    with sessions_of_alice(cluster) as alice:
        with stopped(smbd_of(cluster[HASTY], alice[VICTIM])):
            child = patient.close_all_but_one(cluster[HASTY])
            with hung_until_dropped(cluster, VICTIM):
                assert sessions_of(cluster[HASTY], "alice") == []
                in_time = times_out(patient, child)
                # A node that has left is no part of the server.
                assert patient.close() == NERR_CLIENT_NAME_NOT_FOUND
        assert statuses(alice) == [DELETED] * 3
    return in_time


def test_ctdbd_hangs_during_the_call_until_its_node_is_dropped(
        cluster, patient, bob):
    """The record of its session is gone then, but the session is not."""
    outlast(patient, 6,
            lambda: dropped_before_the_call_ends(cluster, patient))
    assert statuses(bob) == [ALIVE, ALIVE]


def back_before_the_call_ends(cluster, patient, hasty):
    with sessions_of_alice(cluster) as alice:
        smb2.never_answered(Pipe(alice[VICTIM]).opened())
        child = patient.close_all_but_one(cluster[HASTY])
        with hung_until_dropped(cluster, VICTIM):
            assert sessions_of(cluster[HASTY], "alice") == []
        in_time = times_out(patient, child)
        assert hasty.close() == NERR_SUCCESS
    return in_time


def test_dropped_node_is_back_before_the_call_ends(
        cluster, patient, hasty, bob):
    """Its session only seemed to be gone."""
    outlast(patient, 7,
            lambda: back_before_the_call_ends(cluster, patient, hasty))
    assert statuses(bob) == [ALIVE, ALIVE]


def test_search_that_ctdb_gives_up_is_not_the_whole_answer(
        cluster, stack, patient, alice, bob):
    """CTDB reports such a search as complete."""
    hidden = stack.enter_context(connect(cluster[VICTIM], "carol"))
    # It gives up long before the call does.
    with tuned([cluster[PATIENT]], "TraverseTimeout", "1"):
        with hung_ctdbd(cluster, VICTIM):
            assert patient.listed(user="carol") == (ERROR_TIMEOUT, 0)
            assert patient.close("carol") == ERROR_TIMEOUT
            assert patient.close() == ERROR_TIMEOUT
            patient.prove_its_worker()
        assert statuses(alice) == [ALIVE, DELETED, DELETED]
        assert patient.close() == NERR_SUCCESS
        assert patient.close("carol") == NERR_SUCCESS
    assert statuses([hidden, *bob]) == [DELETED, ALIVE, ALIVE]


# A ctdbd dies, and with it the smbds of its node

def test_ctdbd_killed_before_the_call(cluster, stack, patient, alice, bob):
    """The dead node has no sessions left, while the others recover and later.
    """
    carol = [stack.enter_context(connect(node, "carol", source=CLIENT))
             for node in cluster.nodes]
    with dead_ctdbd(cluster, VICTIM):
        for user, everyone in {"alice": alice, "carol": carol}.items():
            assert patient.when_recovered(
                lambda name=user: patient.listed(user=name)) == (
                    NERR_SUCCESS, 2)
            assert patient.close(user) == NERR_SUCCESS
            patient.prove_its_worker()
            assert statuses(everyone) == [DISCONNECTED, DELETED, DELETED]
            assert patient.close(user) == NERR_CLIENT_NAME_NOT_FOUND
            cluster.wait_healthy({HASTY, PATIENT})
        assert statuses(bob) == [ALIVE, ALIVE]


def killed_and_missed_before_the_call_ends(cluster, hasty):
    with sessions_of_alice(cluster) as alice:
        with stopped(smbd_of(cluster[HASTY], alice[VICTIM])):
            child = hasty.close_all_but_one(cluster[PATIENT])
            os.kill(cluster[VICTIM].ctdbd_pid(), signal.SIGKILL)
            cluster.wait_healthy({HASTY, PATIENT})
            in_time = title(child) == TITLE
            assert hasty.pipe.receive_werror() == ERROR_TIMEOUT
        with dead_ctdbd(cluster, VICTIM):
            hasty.prove_its_worker()
            assert statuses(alice) == [DISCONNECTED, DELETED, DELETED]
            assert hasty.close() == NERR_CLIENT_NAME_NOT_FOUND
    return in_time


def test_ctdbd_killed_during_the_call(cluster, hasty, bob):
    """It is unknown whether the sessions of its node are gone."""
    outlast(hasty, 2,
            lambda: killed_and_missed_before_the_call_ends(cluster, hasty))
    assert statuses(bob) == [ALIVE, ALIVE]


def test_ctdbd_of_the_callers_node_killed(cluster, hasty, patient, alice):
    """The caller loses its connection, and gets no answer."""
    with dead_ctdbd(cluster, HASTY):
        with pytest.raises(LOST):
            hasty.close()
        assert patient.when_recovered(patient.close) in ENDED
    assert statuses(alice) == [DELETED, DISCONNECTED, DELETED]


# A child waits

def sockets_with_a_path(pid):
    """Those of a process's stream sockets whose own end has a path.

    They are connections of its clients, or wait for such.
    """
    with open(f"/proc/{pid}/net/unix", encoding="utf-8") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    named = {f"socket:[{row[6]}]" for row in rows
             if len(row) > 7 and row[4] == "0001"}
    return named & set(descriptors(pid).values())


def test_child_keeps_no_connection_of_the_workers_clients(
        cluster, patient, alice):
    """Else a client that hangs up would be served until the child ends."""
    with stopped(smbd_of(cluster[PATIENT], alice[VICTIM])):
        child = patient.begin_close()
        wait_until(lambda: not sockets_with_a_path(child),
                   "it has let go of them")
        # The one that this call came by.
        before = sockets_with_a_path(patient.worker)
        assert before
        # The next one comes to the same worker, which sees its end.
        with connect(cluster[PATIENT], "bob", source=OTHER_CLIENT) as other:
            assert Pipe(other).server_info() == "TESTBED"
            assert sockets_with_a_path(patient.worker) - before
        wait_until(lambda: sockets_with_a_path(patient.worker) <= before,
                   "its connection is gone")
        assert title(child) == TITLE
    assert patient.pipe.receive_werror() == NERR_SUCCESS


def test_child_that_dies_while_it_closes(cluster, patient, alice, bob):
    """It may have closed more than it said: not all are known to be gone.

    The caller gets the answer at once, not only after its 12 s.
    """
    with stopped(smbd_of(cluster[PATIENT], alice[VICTIM])):
        begun = time.monotonic()
        child = patient.close_all_but_one(cluster[HASTY])
        os.kill(child, signal.SIGKILL)
        assert patient.pipe.receive_werror() == ERROR_TIMEOUT
        assert time.monotonic() - begun < 10
        patient.prove_its_worker()
    wait_gone(cluster[HASTY], "alice")
    assert statuses(bob) == [ALIVE, ALIVE]


def test_smbd_of_another_node_that_dies(cluster, patient, alice):
    """Its session is gone, because other processes of its node still answer."""
    owner = smbd_of(cluster[VICTIM], alice[VICTIM])
    with stopped(owner):
        patient.close_all_but_one(cluster[HASTY])
        os.kill(owner, signal.SIGKILL)
        assert patient.pipe.receive_werror() == NERR_SUCCESS
    patient.prove_its_worker()


def last_resort_with_a_new_session(cluster, caller):
    """Alice's second session comes when the first is found and asked already.

    It ends only when it is recorded, which a worker that hangs has not done.
    """
    with (Connection(cluster[HASTY], source=CLIENT) as near,
          audit.Recording(cluster[VICTIM], caller.pipe,
                          where=["log"]) as record):
        smb2.never_answered(Pipe(near.login("alice")).opened())
        before = len(audit.log_lines(cluster[VICTIM]))
        child = caller.begin_close()
        wait_until(lambda: len(audit.log_lines(cluster[VICTIM])) > before,
                   "it is recorded what is closed")
        with stopped(child):
            again = near.login("alice")
        with stopped(caller.worker):
            wait_until(lambda: stays_in(child, READ),
                       "the child waits for the worker's word")
            assert again.alive() == ALIVE
        answer = caller.pipe.receive_werror()
        status = again.alive()
    if answer == NERR_SUCCESS:
        assert status == DISCONNECTED
        assert len(record.closing) == 2
        assert f"session 0x{again.id & 0xffffffff:08x}" in record.closing[1]
    return answer


def test_what_the_last_resort_also_ends_is_recorded(cluster, stack):
    caller = Caller(stack, cluster[VICTIM])
    # It has one second left, which may be too little on a busy machine.
    wait_until(lambda: last_resort_with_a_new_session(cluster, caller)
               == NERR_SUCCESS, "the call ends in time", seconds=90)


# Nodes leave and join

def begin_recovery(cluster):
    """Make the cluster recover; it does on the patient caller's node."""
    def seen():
        cluster[HASTY].begin_recovery()
        wait_until(lambda: (not cluster[PATIENT].members()
                            or cluster[HASTY].members()), "it recovers")
        return not cluster[PATIENT].members()
    wait_until(seen, "it is seen that the cluster recovers")


def test_call_while_the_cluster_recovers(cluster, patient, alice, bob):
    for _ in range(2):
        begin_recovery(cluster)
        assert patient.when_recovered(lambda: patient.close(
            "nobody-here")) == NERR_CLIENT_NAME_NOT_FOUND
        cluster.wait_healthy()
    begin_recovery(cluster)
    assert patient.when_recovered(patient.close) in ENDED
    cluster.wait_healthy()
    assert statuses(alice) == [DELETED] * 3
    assert statuses(bob) == [ALIVE, ALIVE]


def test_node_that_has_left_is_found_when_it_is_back(
        cluster, patient, alice, bob):
    with out_of_the_cluster(cluster, VICTIM):
        assert patient.when_recovered(patient.close) in ENDED
        assert patient.close() == NERR_CLIENT_NAME_NOT_FOUND
    assert statuses(alice) == [ALIVE, DELETED, DELETED]
    assert patient.close() == NERR_SUCCESS
    assert alice[VICTIM].alive() == DELETED
    assert statuses(bob) == [ALIVE, ALIVE]
    patient.prove_its_worker()


def test_callers_node_has_left(cluster, hasty, alice):
    with out_of_the_cluster(cluster, HASTY):
        assert hasty.listed() == (NERR_INTERNAL_ERROR, 0)
        assert hasty.close() == NERR_INTERNAL_ERROR
        hasty.prove_its_worker()
    assert statuses(alice) == [ALIVE] * 3
    assert hasty.close() == NERR_SUCCESS


def left_before_the_call_ends(cluster, hasty):
    with sessions_of_alice(cluster) as alice:
        with stopped(smbd_of(cluster[HASTY], alice[VICTIM])):
            child = hasty.close_all_but_one(cluster[PATIENT])
            with out_of_the_cluster(cluster, VICTIM):
                in_time = times_out(hasty, child)
        # The first by the close, or by the last resort that was sent behind
        # it.
        assert alice[VICTIM].alive() in (DELETED, DISCONNECTED)
        assert statuses(alice[1:]) == [DELETED] * 2
    return in_time


def test_node_leaves_during_the_call(cluster, hasty):
    outlast(hasty, 2, lambda: left_before_the_call_ends(cluster, hasty))
