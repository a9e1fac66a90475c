# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients whose DNS names the server recorded, and guests (spec 3)."""

import pytest

from testbed import clients, namespace
from testbed.clients import ALIVE, DELETED
from testbed.server import Server
from testbed.srvsvc import NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe

# Of IPv6: Samba looks no name up on a machine whose IPv4 is loopback only.
DESK = "fd00:5e55::25"
NAME = "desk25.example.com"

pytestmark = pytest.mark.skipif(not namespace.has_ipv6(),
                                reason="this kernel has no IPv6")


@pytest.fixture(name="dns", scope="module", autouse=True)
def _dns():
    """Give the client a name, the first one found for its address."""
    with open("/etc/hosts", "r+", encoding="utf-8") as hosts:
        before = hosts.read()
        hosts.seek(0)
        hosts.write(f"{DESK} {NAME}\n{before}")
        hosts.flush()
        yield
        hosts.seek(0)
        hosts.write(before)
        hosts.truncate()


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(conf={"hostname lookups": "yes",
                      "map to guest": "bad user",
                      # What stock Samba lists must be understood, too.
                      "sessiondel:session list": "stock"}) as server:
        yield server


@pytest.fixture(name="pipe", scope="module")
def _pipe(samba):
    with clients.connect(samba, "adm", source="127.0.0.23") as session:
        yield Pipe(session)


@pytest.mark.parametrize("name", [
    "desk25", "DESK25", "\\\\desk25", NAME, "\\\\Desk25.Example.COM", DESK])
def test_recorded_name_matches_whole_or_by_its_first_label(samba, pipe, name):
    with clients.connect(samba, "bob", source=DESK) as victim:
        assert (NAME,) in pipe.session_enum(0)
        assert pipe.net_session_del(name) == NERR_SUCCESS
        assert victim.alive() == DELETED


@pytest.mark.parametrize("name", [
    "desk2", "desk25.", "desk25.example", "desk25.example.org", "example.com",
    "example", "com"])
def test_other_parts_of_a_recorded_name_do_not_match(samba, pipe, name):
    with clients.connect(samba, "bob", source=DESK) as session:
        assert pipe.net_session_del(name) == NERR_CLIENT_NAME_NOT_FOUND
        assert session.alive() == ALIVE


@pytest.mark.parametrize("user", ["nobody", "NOBODY"])
def test_guest_is_known_by_the_guest_account(samba, pipe, user):
    with clients.connect(samba, "stranger", dialect="3.0",
                         source=DESK) as guest:
        assert pipe.net_session_del(DESK, "stranger") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del(DESK, user) == NERR_SUCCESS
        assert guest.alive() == DELETED


@pytest.mark.parametrize("dialect", ["SMB1", "2.1", "3.0"])
@pytest.mark.parametrize("user", ["stranger", ""],
                         ids=["guest", "anonymous"])
def test_stranger_is_known_as_session_enum_lists_it(samba, pipe, user,
                                                    dialect):
    password = "unknown" if user else ""
    with clients.connect(samba, user, password=password, dialect=dialect,
                         source=DESK):
        assert (NAME, "nobody") in pipe.session_enum(1)
        assert pipe.net_session_del(NAME, "nobody") == NERR_SUCCESS
        assert NAME not in [client for client, _ in pipe.session_enum(1)]
