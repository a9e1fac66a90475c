# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients whose DNS names the server recorded, and guests.

docs/spec.md#which-sessions-match
"""

import pytest

from testbed.clients.connections import (
    ALIVE, CALLER, DELETED, connect)
from testbed.clients.srvsvc import (
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe)
from testbed.needs import needs_ipv6
from testbed.observe.sessions import wait_only_at
from testbed.servers.standalone import Server

# IPv6, because Samba looks up no name when IPv4 is loopback only.
DESK = "fd00:5e55::25"
NAME = "desk25.example.com"
# About the longest that DNS allows; in UTF-16 it takes more than 255 bytes.
FAR = "fd00:5e55::26"
LONG_NAME = ".".join(label * 60 for label in "abcd")

pytestmark = needs_ipv6


@pytest.fixture(name="dns", scope="module", autouse=True)
def _dns():
    """Give the client a name, the first that is found for its address."""
    with open("/etc/hosts", "r+", encoding="utf-8") as hosts:
        before = hosts.read()
        hosts.seek(0)
        hosts.write(f"{DESK} {NAME}\n{FAR} {LONG_NAME}\n{before}")
        hosts.flush()
        yield
        hosts.seek(0)
        hosts.write(before)
        hosts.truncate()


@pytest.fixture(name="samba", scope="module", params=["plugin", "stock"])
def _samba(request):
    """With our list and with stock Samba's: names in either must match."""
    with Server(conf={"hostname lookups": "yes",
                      "map to guest": "bad user",
                      "sessiondel:session list": request.param}) as server:
        yield server


@pytest.fixture(name="listed", scope="module")
def _listed(samba):
    """How a client with this name is listed."""
    ours = samba.conf["sessiondel:session list"] == "plugin"
    return lambda name: f"\\\\{name}" if ours else name


@pytest.fixture(name="pipe", scope="module")
def _pipe(samba):
    with connect(samba, "adm", source=CALLER) as session:
        yield Pipe(session)


@pytest.fixture(autouse=True)
def _left_alone(samba):
    """After each test, wait until smbd has noticed that its clients left."""
    yield
    wait_only_at(samba, CALLER)


@pytest.mark.parametrize("name", [
    "desk25", "DESK25", "\\\\desk25", NAME, "\\\\Desk25.Example.COM", DESK])
def test_recorded_name_matches_whole_or_by_its_first_label(samba, pipe,
                                                           listed, name):
    with connect(samba, "bob", source=DESK) as victim:
        assert (listed(NAME),) in pipe.session_enum(0)
        assert pipe.net_session_del(name) == NERR_SUCCESS
        assert victim.alive() == DELETED


@pytest.mark.parametrize("name", [
    "desk2", "desk25.", "desk25.example", "desk25.example.org", "example.com",
    "example", "com"])
def test_other_parts_of_a_recorded_name_do_not_match(samba, pipe, name):
    with connect(samba, "bob", source=DESK) as session:
        assert pipe.net_session_del(name) == NERR_CLIENT_NAME_NOT_FOUND
        assert session.alive() == ALIVE


@pytest.mark.parametrize("user", ["nobody", "NOBODY"])
def test_guest_is_known_by_the_guest_account(samba, pipe, user):
    with connect(samba, "stranger", dialect="3.0",
                 source=DESK) as guest:
        assert pipe.net_session_del(DESK, "stranger") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del(DESK, user) == NERR_SUCCESS
        assert guest.alive() == DELETED


def test_long_name_is_listed_whole_and_matches(samba, pipe, listed):
    with connect(samba, "bob", source=FAR) as victim:
        assert (listed(LONG_NAME), "bob") in pipe.session_enum(1)
        assert pipe.net_session_del(listed(LONG_NAME), "bob") == NERR_SUCCESS
        assert victim.alive() == DELETED


@pytest.mark.parametrize("dialect", ["SMB1", "2.1", "3.0"])
@pytest.mark.parametrize("user", ["stranger", ""],
                         ids=["guest", "anonymous"])
def test_stranger_is_known_as_session_enum_lists_it(samba, pipe, listed, user,
                                                    dialect):
    password = "unknown" if user else ""
    with connect(samba, user, password=password, dialect=dialect,
                 source=DESK):
        row, = (row for row in pipe.session_enum(1) if row[0] == listed(NAME))
        assert row[1] in ("nobody", "ANONYMOUS LOGON")
        assert pipe.net_session_del(*row) == NERR_SUCCESS
        assert listed(NAME) not in dict(pipe.session_enum(1))
