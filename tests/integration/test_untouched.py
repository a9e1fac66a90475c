# SPDX-License-Identifier: GPL-3.0-or-later
"""All other calls work as in stock Samba."""

import contextlib
import os
import re
import shutil
import signal

import pytest
from impacket.dcerpc.v5.rpcrt import DCERPCException

from testbed import namespace
from testbed.clients.connections import connect
from testbed.clients.smbtorture import rpc_srvsvc
from testbed.clients.srvsvc import (
    NERR_CLIENT_NAME_NOT_FOUND, SESSION_DEL, Pipe, rpcclient)
from testbed.observe.sessions import wait_alone
from testbed.processes import wait_reaped
from testbed.servers.standalone import Server

# Both servers use this place, one after the other, so all names are the same.
PLACE = namespace.ROOT / "twin"

CLIENT = "127.0.0.21"

CALLERS = ["root", "adm", "alice"]
COMMANDS = [
    "srvinfo",
    "netshareenum",
    "netshareenum 502",
    "netshareenumall",
    "netshareenumall 502",
    "netsharegetinfo share",
    "netsharegetinfo share 502",
    "netsharegetinfo nowhere",
    "netsharesetinfo share 1004 changed",
    "netsharesetdfsflags share",
    "netfileenum",
    "netfilegetsec share held",
    "netsessenum",
    "netsessenum 127.0.0.21 alice 502",
    "netsessenum 10",
    "netdiskenum",
    "netconnenum 127.0.0.21",
    "netnamevalidate share 9",
    "netnamevalidate a/b 9",
    "netremotetod",
    "netshareadd /tmp added",
    "netsharedel share",
]

# What differs between any two runs.
MASKED = (
    # The times that smbtorture prints.
    (r"^time: .*$", ""),
    # The SID of the server's own domain, which is random.
    (r"S-1-5-21(-\d+){3}", "S-1-5-21"),
)

# All of [MS-SRVS] except our call, and some numbers beyond it.
OPNUMS = [opnum for opnum in range(61) if opnum != SESSION_DEL]
REMOTE_TOD = 28
STUBS = {"empty": b"", "zeros": bytes(256)}


def masked(text):
    for pattern, instead in MASKED:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return text


@contextlib.contextmanager
def twin(stock):
    """One of two servers that differ only in the plugin; alice's session."""
    with Server(stock=stock, directory=PLACE,
                conf={"sessiondel:audit": "log",
                      "sessiondel:session list": "stock"}) as server:
        with connect(server, "alice", source=CLIENT) as alice:
            alice.open("held")
            yield alice
    shutil.rmtree(PLACE)


def torture(server):
    return masked(rpc_srvsvc(server, "adm"))


def bare_answer(session, opnum, stub):
    """The answer to a call with this stub: bytes, or a fault's name."""
    pipe = Pipe(session)
    pipe.send_stub(opnum, stub)
    try:
        answer = pipe.receive_stub()
    except DCERPCException as fault:
        return str(fault)
    finally:
        pipe.close()
    return len(answer) if opnum == REMOTE_TOD else answer


def bare_answers(server):
    with connect(server, "alice", source=CLIENT) as session:
        return {(opnum, name): bare_answer(session, opnum, stub)
                for opnum in OPNUMS for name, stub in STUBS.items()}


def answers(stock):
    """All answers of a server, by request."""
    with twin(stock) as alice:
        server = alice.connection.server
        gathered = {"smbtorture": torture(server), **bare_answers(server)}
        for caller in CALLERS:
            for command in COMMANDS:
                wait_alone(server, alice)
                done = rpcclient(server, caller, command)
                gathered[caller, command] = masked(done.stdout)
    return gathered


@pytest.fixture(name="stock_answers", scope="module")
def _stock_answers():
    return answers(stock=True)


@pytest.fixture(name="plugin_answers", scope="module")
def _plugin_answers():
    return answers(stock=False)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("caller", CALLERS)
def test_rpcclient_gets_what_stock_samba_gives(
        plugin_answers, stock_answers, caller, command):
    given = plugin_answers[caller, command]
    assert "command not found" not in given
    assert given == stock_answers[caller, command]


def test_smbtorture_sees_stock_samba(plugin_answers, stock_answers):
    given = plugin_answers["smbtorture"]
    assert "success: srvsvc (admin access).NetSessEnum" in given
    assert given == stock_answers["smbtorture"]


@pytest.mark.parametrize("stub", STUBS)
@pytest.mark.parametrize("opnum", OPNUMS)
def test_bare_call_gets_what_stock_samba_gives(plugin_answers, stock_answers,
                                               opnum, stub):
    assert plugin_answers[opnum, stub] == stock_answers[opnum, stub]


@pytest.fixture(name="samba", scope="module")
def _samba():
    """A server whose workers soon end when they are idle."""
    with Server(conf={"rpcd_classic:idle_seconds": "1"}) as server:
        wait_reaped(*server.worker_pids())
        yield server


def served_by_a_worker_with_the_plugin(samba):
    """Make a call as a new client; the pid of the worker."""
    with connect(samba, "sop") as session:
        pipe = Pipe(session)
        assert pipe.net_session_del(
            user="nobody-here") == NERR_CLIENT_NAME_NOT_FOUND
        worker, = samba.worker_pids()
        assert samba.worker_has_module(worker)
        return worker


def test_worker_that_follows_an_idle_one_has_the_plugin(samba):
    first = served_by_a_worker_with_the_plugin(samba)
    wait_reaped(first)
    assert served_by_a_worker_with_the_plugin(samba) != first


def test_worker_that_follows_a_killed_one_has_the_plugin(samba):
    first = served_by_a_worker_with_the_plugin(samba)
    os.kill(first, signal.SIGKILL)
    wait_reaped(first)
    assert served_by_a_worker_with_the_plugin(samba) != first
