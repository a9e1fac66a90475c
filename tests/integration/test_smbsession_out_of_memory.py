# SPDX-License-Identifier: GPL-3.0-or-later
"""smbsession without memory ends with an error, and never closes too much."""

import itertools

import pytest

from testbed.clients.connections import ALIVE, CLIENT, OTHER_CLIENT, connect
from testbed.clients.smbsession import (
    DONE, OTHER, error_of, login, run, without_warnings)
from testbed.faults.failing_memory import FailingMemory
from testbed.observe import sanitizers
from testbed.servers.standalone import Server

pytestmark = pytest.mark.skipif(
    sanitizers.active(), reason="the address sanitizer has its own malloc")

ADMIN = login("adm")
ADDRESS = "127.0.0.1"


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(address=ADDRESS) as server:
        yield server


@pytest.fixture(name="conf")
def _conf(samba, tmp_path):
    """A client's smb.conf, of which it cannot read everything."""
    path = tmp_path / "smb.conf"
    path.write_text("[global]\ninclude = /nowhere/smb.conf\n"
                    "domain master = perhaps\n"
                    f"ncalrpc dir = {samba.directory}/ncalrpc\n")
    return str(path)


@pytest.fixture(name="memory", scope="module")
def _memory():
    with FailingMemory("smbsession") as memory:
        yield memory


def outcomes(memory, *arguments):
    """The exit statuses of runs in which each allocation fails once."""
    found = []
    for first in itertools.count(1):
        with memory.failing(first) as failed:
            done = run(*arguments, env=memory.environment)
        if failed == [0]:
            assert done.returncode == DONE
            return found
        if done.returncode != DONE:
            assert error_of(without_warnings(done))
        found.append(done.returncode)


@pytest.mark.parametrize("where", ["local", "remote"])
@pytest.mark.parametrize("form", [[], ["--json"]], ids=["table", "JSON"])
def test_list_without_memory(samba, conf, memory, where, form):
    server = {"local": ["--configfile", conf],
              "remote": [ADDRESS, ADMIN, "--option=workgroup=ANY"]}[where]
    with connect(samba, "alice", source=CLIENT):
        assert OTHER in outcomes(memory, "list", *server, *form)


def test_close_without_memory(samba, memory):
    with connect(samba, "bob", source=OTHER_CLIENT) as bystander, \
            connect(samba, "alice", source=CLIENT) as alice:
        assert OTHER in outcomes(memory, "close", ADDRESS, ADMIN, "--user",
                                 "alice", "--dry-run")
        assert alice.alive() == bystander.alive() == ALIVE
