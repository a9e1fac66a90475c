# SPDX-License-Identifier: GPL-3.0-or-later
"""A call to one node of a CTDB cluster closes sessions on every node."""

import contextlib
import re
import subprocess

import pytest

from testbed import command
from testbed.accounts import PASSWORD
from testbed.clients import durable, smbsession
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, DISCONNECTED, OTHER_CLIENT, Connection,
    connect, outcome)
from testbed.clients.durable import GONE, RECLAIMED
from testbed.clients.multichannel import add_channel
from testbed.clients.session_enum import (
    LEVELS, all_pairs, enumerate_sessions, list_in_pages)
from testbed.clients.srvsvc import (
    ERROR_TIMEOUT, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS,
    NERR_USER_NOT_FOUND, Pipe)
from testbed.faults.hinder import stopped
from testbed.observe import audit, sessions
from testbed.observe.sessions import sessions_of, smbd_of, wait_gone
from testbed.places import BUILD, TOP
from testbed.processes import wait_until
from testbed.servers.cluster import Cluster


@pytest.fixture(name="cluster", scope="module")
def _cluster():
    with Cluster(3, conf={"sessiondel:timeout": "4"}) as cluster:
        for node in cluster.nodes:
            node.require_module()
        yield cluster


@pytest.fixture(name="pipe")
def _pipe(cluster):
    """The pipe of a caller on node 1."""
    with connect(cluster[1], "sop", source=CALLER) as session:
        yield Pipe(session)
    wait_gone(cluster[0], "sop")


@contextlib.contextmanager
def sessions_everywhere(cluster, user, source=CLIENT):
    """A session of the user on each node; the list of them."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(connect(node, user, source=source))
               for node in cluster.nodes]


def statuses(everyone):
    return {session.alive() for session in everyone}


@pytest.mark.parametrize("query", [
    {"user": "alice"}, {"client": CLIENT}, {"client": CLIENT, "user": "alice"}
], ids=["user", "client", "both"])
def test_session_on_another_node_ends(cluster, pipe, query):
    with (connect(cluster[0], "alice", source=CLIENT) as victim,
          connect(cluster[0], "bob", source=OTHER_CLIENT) as bystander):
        held = victim.open("held.txt", sharing=0)
        assert pipe.net_session_del(**query) == NERR_SUCCESS
        assert sessions_of(cluster[2], "alice") == []
        with connect(cluster[2], "carol", source=OTHER_CLIENT) as carol:
            carol.open("held.txt", sharing=0).close()
        assert bystander.alive() == ALIVE
        assert victim.alive() == DELETED
        assert held.session is victim
    assert pipe.net_session_del(**query) == NERR_CLIENT_NAME_NOT_FOUND


def test_sessions_on_all_nodes_end_and_nobody_elses(cluster, pipe):
    with (sessions_everywhere(cluster, "alice") as victims,
          sessions_everywhere(cluster, "bob") as bystanders):
        with audit.Recording(cluster[1], pipe, where=("log",)) as record:
            assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        assert sessions_of(cluster[0], "alice") == []
        assert "3 of 3 sessions ended" in record.log[0]
        assert len(record.log) == 4
        assert statuses(bystanders) == {ALIVE}
        assert statuses(victims) == {DELETED}


@pytest.mark.skipif(BUILD != TOP / "bin", reason="it takes what bin/ has")
def test_command_of_the_banner_closes_on_all_nodes(cluster, top_directory):
    line, = re.findall("^  (PASSWD=.* close .*)$", command.CLUSTER_BANNER, re.M)
    line = line.format(password=PASSWORD, tool="bin/smbsession",
                       address=cluster[0].address)
    with (sessions_everywhere(cluster, "alice"),
          connect(cluster[1], "bob", source=CLIENT) as bystander):
        done = subprocess.run(line, shell=True, cwd=top_directory,
                              env=smbsession.environment(), check=True,
                              stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE)
        assert done.stdout == f"closed \\\\{CLIENT} alice (3 sessions)\n"
        assert sessions_of(cluster[0], "alice") == []
        assert bystander.alive() == ALIVE


def test_idle_time_is_that_of_clients_of_the_asked_node(cluster, pipe):
    """0 on other nodes, where all clients have been idle for longer."""
    def idle_times():
        return {row["username"]: row["idle_time"]
                for row in enumerate_sessions(pipe, 502).rows}

    with (connect(cluster[0], "alice", source=CLIENT),
          connect(cluster[2], "bob", source=CLIENT),
          connect(cluster[1], "carol", source=CLIENT)):
        wait_until(lambda: idle_times()["carol"] > 0, "carol is idle")
        times = idle_times()
        assert (times["alice"], times["bob"]) == (0, 0)


def test_list_has_the_sessions_of_all_nodes(cluster, pipe):
    """Each with the files that it has open on its own node."""
    with sessions_everywhere(cluster, "alice") as everyone:
        for number, session in enumerate(everyone):
            for name in range(number):
                session.open(f"held-{number}-{name}")
        listings = {level: enumerate_sessions(pipe, level, client=CLIENT)
                    for level in LEVELS}
        for level, listing in listings.items():
            assert [row["cname"] for row in listing.rows] == [
                f"\\\\{CLIENT}"] * 3
            assert listing.total == 3
        assert sorted(row["num_opens"]
                      for row in listings[502].rows) == [0, 1, 2]
        assert {row["username"]
                for row in listings[502].rows} == {"alice"}
        pages = list(list_in_pages(pipe, 1))
        assert len(pages) == 4
        assert sorted(all_pairs(pages)) == sorted(
            [(f"\\\\{CLIENT}", "alice")] * 3 + [(f"\\\\{CALLER}", "sop")])


def test_what_is_listed_of_another_node_closes_that_session(cluster, pipe):
    with (connect(cluster[2], "Ольга", source=CLIENT) as victim,
          connect(cluster[2], "Ольга", source=OTHER_CLIENT) as other):
        pair = (f"\\\\{CLIENT}", "Ольга")
        assert pair in enumerate_sessions(pipe, 502).pairs()
        assert pipe.net_session_del(*pair) == NERR_SUCCESS
        assert pair not in enumerate_sessions(pipe, 502).pairs()
        assert victim.alive() == DELETED
        assert other.alive() == ALIVE


@pytest.mark.parametrize("client, user, result", [
    ("127.0.0.99", None, NERR_CLIENT_NAME_NOT_FOUND),
    (CALLER, "nobody-here", NERR_USER_NOT_FOUND),
    ("localhost", None, NERR_CLIENT_NAME_NOT_FOUND)])
def test_list_of_nobody(pipe, client, user, result):
    """The last one is looked up, and no client has its address."""
    assert enumerate_sessions(pipe, 502, client=client,
                              user=user).result == result


def test_list_of_a_name_that_is_looked_up(cluster, pipe):
    with connect(cluster[2], "alice", source="127.0.0.1"):
        assert enumerate_sessions(pipe, 502, client="localhost").pairs() == [
            ("\\\\127.0.0.1", "alice")]


def test_two_users_of_one_connection_on_another_node(cluster, pipe):
    with Connection(cluster[2], source=CLIENT) as connection:
        victim, bystander = connection.login("alice"), connection.login("bob")
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        assert bystander.alive() == ALIVE
        assert victim.alive() == DELETED


def test_callers_own_session_ends_after_those_on_other_nodes(cluster):
    with (connect(cluster[0], "sop", source=CLIENT) as victim,
          connect(cluster[1], "sop", source=CALLER) as own):
        assert Pipe(own).net_session_del(user="sop") == NERR_SUCCESS
        assert victim.alive() == DELETED
        wait_gone(cluster[0], "sop")
        assert own.alive() == DELETED


def test_session_with_channels_has_one_node_and_ends_there(cluster, pipe):
    with Connection(cluster[0], "3.0", source=CLIENT,
                    sign=True) as connection:
        first = connection.login("alice")
        second = add_channel(first, source=OTHER_CLIENT)
        with second.connection:
            assert pipe.net_session_del(OTHER_CLIENT,
                                        "alice") == NERR_SUCCESS
            assert sessions_of(cluster[2], "alice") == []
            assert first.alive() == second.alive() == DELETED


def test_no_success_while_one_node_has_a_record(cluster, pipe):
    """The smbd of one node hangs; the sessions on other nodes end."""
    with sessions_everywhere(cluster, "alice") as victims:
        with stopped(smbd_of(cluster[0], victims[2])):
            assert pipe.net_session_del(user="alice") == ERROR_TIMEOUT
            assert [row["session_id"] for row in sessions_of(
                cluster[0], "alice")] == [victims[2].id & 0xffffffff]
            assert victims[0].alive() == victims[1].alive() == DELETED
        wait_gone(cluster[0], "alice")
        # By the close or by the last resort, which was sent behind it.
        assert victims[2].alive() in (DELETED, DISCONNECTED)


def test_two_hundred_sessions_over_three_nodes_end_in_one_call(cluster, pipe):
    with contextlib.ExitStack() as stack:
        connections = [
            stack.enter_context(Connection(node, "2.1", source=CLIENT))
            for node in cluster.nodes for _ in range(4)]
        victims = [connections[number % len(connections)].login("alice")
                   for number in range(200)]
        bystanders = [connection.login("bob") for connection in connections]
        assert len(sessions_of(cluster[0], "alice")) == len(victims)
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        assert sessions_of(cluster[0], "alice") == []
        assert len(sessions_of(cluster[0], "bob")) == len(bystanders)
        assert statuses(bystanders) == {ALIVE}
        assert statuses(victims) == {DELETED}


def test_messages_that_wait_for_an_smbd_are_not_lost(cluster, pipe):
    """When it runs again, an smbd drops all but a few of them."""
    with Connection(cluster[0], "2.1", source=CLIENT) as connection:
        victims = [connection.login("alice") for _ in range(30)]
        before = cluster[1].messages_sent()
        with stopped(smbd_of(cluster[0], victims[0])):
            pipe.send_session_del(user="alice")
            wait_until(lambda: cluster[1].messages_sent() > before + 8,
                       "some messages are sent")
        assert pipe.receive_werror() == NERR_SUCCESS
        assert statuses(victims) == {DELETED}


@pytest.mark.parametrize("node", [0, 2])
def test_durable_handle_of_a_lost_connection_can_be_reclaimed(cluster, node):
    """The next test relies on this: a cluster grants durable handles."""
    handle = durable.Handle()
    with connect(cluster[0], "alice", source=CLIENT) as session:
        handle.open(session, f"lost-{node}")
    with durable.reconnect(session, source=CLIENT,
                           server=cluster[node]) as again:
        assert outcome(handle.reclaim, again, f"lost-{node}") == RECLAIMED


@pytest.mark.parametrize("node", [0, 2])
def test_durable_handle_on_another_node_ends_with_its_session(
        cluster, pipe, node):
    handle, path = durable.Handle(), f"closed-{node}"
    with connect(cluster[0], "alice", source=CLIENT) as session:
        handle.open(session, path, sharing=0)
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
        with durable.reconnect(session, source=CLIENT,
                               server=cluster[node]) as again:
            assert outcome(handle.reclaim, again, path) == GONE
        with connect(cluster[node], "carol", source=OTHER_CLIENT) as carol:
            carol.open(path, durable.SHARE, sharing=0).close()


def test_callers_own_session_ends_with_its_durable_handle(cluster):
    handle = durable.Handle()
    with connect(cluster[0], "sop", source=CALLER) as own:
        handle.open(own, "own")
        assert Pipe(own).net_session_del(user="sop") == NERR_SUCCESS
        wait_gone(cluster[0], "sop")
        with durable.reconnect(own, source=CALLER) as again:
            assert outcome(handle.reclaim, again, "own") == GONE


def test_worker_leaves_nothing_of_a_call_behind(cluster, pipe):
    """No process, and no message socket of one."""
    def left():
        place = sessions.message_sockets(cluster[1])
        return {*place.iterdir(), *cluster[1].dcerpcd_pids()}
    pipe.net_session_del(user="nobody-here")
    before = left()
    with sessions_everywhere(cluster, "alice"):
        assert len(enumerate_sessions(pipe, 502, user="alice").rows) == 3
        assert pipe.net_session_del(user="alice") == NERR_SUCCESS
    assert sessions.session_table(cluster[1]) != []
    wait_until(lambda: left() <= before, "nothing is left behind")
