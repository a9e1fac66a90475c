# SPDX-License-Identifier: GPL-3.0-or-later
"""How users are listed whose name both the domain and its member server have.

By each dialect, over IPv4 and IPv6, with NTLM and with Kerberos.
"""

import contextlib

import pytest

from testbed import namespace
from testbed.clients.connections import ALIVE, DIALECTS, connect
from testbed.clients.domain_users import KERBEROS, NTLM, Session, log_in
from testbed.clients.session_enum import CLIENT_TYPES, enumerate_sessions
from testbed.clients.srvsvc import NERR_SUCCESS, Pipe
from testbed.servers import domain, machines

pytestmark = pytest.mark.skipif(not domain.is_possible(),
                                reason="it needs real root")

IPV4, CALLER = machines.CLIENTS[0], machines.CLIENTS[-1]
USERS = ("bob", "jürgen")
LEVELS_WITH_USERS = (1, 2, 10, 502)

# A name that Kerberos also knows the member by, with an IPv6 address only.
IPV6_NAME = "member1"

PLACES = {"IPv4": f"\\\\{IPV4}", "IPv6": f"\\\\[{machines.CLIENT_IPV6}]"}


@pytest.fixture(name="pipe", scope="module")
def _pipe(member):
    """The pipe of a Server Operator by a group of the domain."""
    with log_in(member, "sop-nested", source=CALLER) as session:
        yield Pipe(session)


@pytest.fixture(name="ipv6_address", scope="module")
def _ipv6_address(member):
    address = member.machine.add_ipv6()
    member.machine.announce(IPV6_NAME, address)
    return address


@pytest.fixture(name="place", scope="module", params=[
    "IPv4", pytest.param("IPv6", marks=pytest.mark.skipif(
        not namespace.has_ipv6(), reason="this kernel has no IPv6"))])
def _place(request):
    """How the client is listed, and the member's name and address for it."""
    listed = PLACES[request.param]
    if request.param == "IPv4":
        return listed, None, {"source": IPV4}
    return listed, IPV6_NAME, {
        "address": request.getfixturevalue("ipv6_address")}


def users_of(pipe, client, level):
    """The users of a client's listed sessions, sorted."""
    return sorted(user for name, user in
                  enumerate_sessions(pipe, level).pairs() if name == client)


def types_of(pipe, client):
    """The listed dialects of its sessions."""
    return {row["cltype_name"].split(",")[0] for row in enumerate_sessions(pipe, 502).rows
            if row["cname"] == client}


@pytest.mark.parametrize("how", [NTLM, KERBEROS])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_listed_closes_that_session(member, pipe, place, dialect,
                                            how):
    client, name, where = place
    with contextlib.ExitStack() as stack:
        local = {f"MEMBER1\\{user}": stack.enter_context(connect(
            member, user, domain="MEMBER1", dialect=dialect, **where))
            for user in USERS}
        victims = {f"TESTDOM\\{user}": Session(member, user, how, name,
                                               dialect) for user in USERS}
        for level in LEVELS_WITH_USERS:
            assert users_of(pipe, client, level) == sorted(
                [*local, *victims])
        assert types_of(pipe, client) == {CLIENT_TYPES[dialect]}
        first, second = victims
        assert pipe.net_session_del(client, first) == NERR_SUCCESS
        assert [victim.alive() for victim in victims.values()] == [
            False, True]
        assert pipe.net_session_del(client, second) == NERR_SUCCESS
        assert not victims[second].alive()
        assert {session.alive() for session in local.values()} == {ALIVE}
        # Now no two users have the same name.
        assert users_of(pipe, client, 502) == sorted(USERS)
        for user in USERS:
            assert pipe.net_session_del(client, user) == NERR_SUCCESS
        assert ALIVE not in {session.alive() for session in local.values()}
        assert users_of(pipe, client, 1) == []
