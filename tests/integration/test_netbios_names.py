# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients given by a NetBIOS name, looked up in Samba's resolver order."""

from pathlib import Path

import pytest

from testbed import processes
from testbed.clients.connections import ALIVE, CALLER, DELETED, connect
from testbed.clients.srvsvc import (
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe)
from testbed.names.dns import DnsServer
from testbed.names.netbios import Lan, NetbiosServer
from testbed.servers.standalone import Server

IPV4 = "127.0.0.21"
OTHER_IPV4 = "127.0.0.24"

LMHOSTS = Path("/etc/samba/lmhosts")


@pytest.fixture(name="lan", scope="module", autouse=True)
def _lan():
    """A network with broadcasts; loopback has none."""
    with Lan() as lan:
        yield lan


@pytest.fixture(name="nmbd", scope="module")
def _nmbd(lan):
    """Started before Samba, which would never ask again if WINS was away."""
    with NetbiosServer(lan, names=["NEIGHBOUR"],
                       wins={"WINSCLIENT": IPV4}) as server:
        yield server


@pytest.fixture(name="lmhosts", scope="module", autouse=True)
def _lmhosts():
    LMHOSTS.write_text(f"{IPV4} LMCLIENT\n{OTHER_IPV4} CONTESTED\n"
                       f"{IPV4} TYPED#20\n{IPV4} DOMAIN#1b\n")
    yield
    LMHOSTS.unlink()


@pytest.fixture(name="samba", scope="module")
def _samba(lan, nmbd):
    assert nmbd
    with Server(address="127.0.0.1", conf={
            "interfaces": f"127.0.0.1/8 {lan.address}/{lan.prefix}",
            "wins server": lan.address}) as server:
        yield server


@pytest.fixture(name="pipe", scope="module")
def _pipe(samba):
    with connect(samba, "sop", source=CALLER) as session:
        yield Pipe(session)


@pytest.fixture(name="victim")
def _victim(samba):
    with connect(samba, "bob", source=IPV4) as session:
        yield session


@pytest.mark.parametrize("name", ["LMCLIENT", "lmclient", "\\\\lmclient",
                                  "typed"])
def test_name_in_lmhosts_matches(pipe, victim, name):
    assert pipe.net_session_del(name) == NERR_SUCCESS
    assert victim.alive() == DELETED


@pytest.mark.parametrize("name", ["domain", "lmclient2", "lmclient.",
                                  "lmclient.example.com",
                                  "lmclient-lmclient"])
def test_other_name_in_lmhosts_does_not_match(pipe, victim, name):
    assert pipe.net_session_del(name) == NERR_CLIENT_NAME_NOT_FOUND
    assert victim.alive() == ALIVE


def test_name_that_wins_knows_matches(pipe, victim):
    assert pipe.net_session_del("winsclient") == NERR_SUCCESS
    assert victim.alive() == DELETED


def test_only_methods_in_the_resolver_order_are_asked(lan, nmbd):
    assert nmbd
    with Server(address="127.0.0.2", conf={
            "interfaces": f"127.0.0.2/8 {lan.address}/{lan.prefix}",
            "name resolve order": "bcast"}) as samba, \
            connect(samba, "bob", source=lan.address) as neighbour, \
            connect(samba, "bob", source=IPV4) as other, \
            connect(samba, "sop", source=CALLER) as caller:
        pipe = Pipe(caller)
        for name in ("client21", "lmclient", "winsclient"):
            assert pipe.net_session_del(name) == NERR_CLIENT_NAME_NOT_FOUND
        assert other.alive() == ALIVE
        assert pipe.net_session_del("neighbour") == NERR_SUCCESS
        assert neighbour.alive() == DELETED


def test_first_in_the_resolver_order_that_knows_the_name_decides(samba, pipe,
                                                                 victim):
    with DnsServer(hosts=[("contested", IPV4)]) as dns, \
            connect(samba, "bob", source=OTHER_IPV4) as other:
        assert pipe.net_session_del("contested") == NERR_SUCCESS
        assert (victim.alive(), other.alive()) == (ALIVE, DELETED)
        assert not dns.was_asked_for("contested")


@pytest.fixture(name="by_name")
def _by_name(lan, nmbd):
    """A server whose WINS server is given by a host name, its worker's pid,
    a victim that WINS knows and a Server Operator; and the DNS."""
    assert nmbd
    with DnsServer(hosts=[("wins.example.com", lan.address)]) as dns, \
            Server(address="127.0.0.2", conf={
                "interfaces": f"127.0.0.2/8 {lan.address}/{lan.prefix}",
                "wins server": "wins.example.com",
                "name resolve order": "wins",
                "sessiondel:resolve timeout": "10"}) as samba, \
            connect(samba, "bob", source=IPV4) as victim, \
            connect(samba, "sop", source=CALLER) as caller:
        assert Pipe(caller).server_info() == "TESTBED"
        worker, = samba.worker_pids()
        yield worker, victim, caller, dns


def test_wins_server_may_be_given_by_name(by_name):
    worker, victim, caller, dns = by_name
    assert Pipe(caller).net_session_del("winsclient") == NERR_SUCCESS
    assert victim.alive() == DELETED
    assert dns.was_asked_for("wins.example.com")
    processes.wait_until(lambda: not processes.children(worker),
                         "the look-up's process has ended")


def test_others_are_served_while_the_wins_server_has_no_address(by_name):
    worker, victim, caller, dns = by_name
    waiting, other = Pipe(caller), Pipe(caller)
    with dns.hung():
        waiting.send_session_del("winsclient")
        processes.wait_until(lambda: processes.children(worker),
                             "the name is being looked up")
        assert other.server_info() == "TESTBED"
        # Had the worker been busy, the name's time would be up by now.
        assert processes.children(worker)
    assert waiting.receive_werror() == NERR_SUCCESS
    assert victim.alive() == DELETED
