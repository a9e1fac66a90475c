# SPDX-License-Identifier: GPL-3.0-or-later
"""smbsession, when the system refuses something, lists or ends with an error."""

import itertools

import pytest

from testbed.clients.connections import CLIENT, connect
from testbed.clients.smbsession import (
    DONE, OTHER, REFUSED, UNREACHABLE, USAGE, error_of, run,
    without_warnings)
from testbed.faults.failing_calls import FailingCalls
from testbed.observe import sanitizers
from testbed.servers.standalone import Server

pytestmark = pytest.mark.skipif(
    sanitizers.active(), reason="the sanitizers must be loaded first")


@pytest.fixture(name="conf")
def _conf(tmp_path):
    """The server's smb.conf, as far as a client needs it. With a registry."""
    with Server(address="127.0.0.1") as samba, \
            connect(samba, "alice", source=CLIENT):
        path = tmp_path / "smb.conf"
        path.write_text("[global]\ninclude = registry\n"
                        f"ncalrpc dir = {samba.directory}/ncalrpc\n"
                        f"pid directory = {samba.directory}/pid\n")
        yield str(path)


def runs(*arguments):
    """Runs of the tool in which each of its own calls into libc fails once."""
    with FailingCalls("smbsession") as calls:
        for which in itertools.count(1):
            calls.fail(which)
            yield run(*arguments, env=calls.environment)
            if calls.seen() < which:
                return


def test_each_call_fails(conf):
    """It continues without, or says what is wrong."""
    statuses = []
    for done in runs("list", "-s", conf):
        if done.returncode == DONE:
            assert "alice" in done.stdout
        else:
            error = error_of(without_warnings(done))
            assert error and not error.endswith(": )")
        statuses.append(done.returncode)
    assert set(statuses) == {DONE, OTHER, REFUSED, UNREACHABLE, USAGE}
    assert statuses[-1] == DONE and len(statuses) > 50
