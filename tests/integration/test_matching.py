# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sessions a call ends, live (docs/spec.md#which-sessions-match)."""

import pytest

from testbed import namespace
from testbed.clients.connections import (
    ALIVE, DELETED_BY_DIALECT as DELETED, DIALECTS, Connection, connect,
    connect_to_stay, half_open)
from testbed.clients.multichannel import add_channel
from testbed.clients.srvsvc import (
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe)
from testbed.needs import needs_ipv6
from testbed.observe import audit, sessions
from testbed.processes import wait_until
from testbed.servers.standalone import Server

IPV4 = "127.0.0.21"
IPV6 = "fd00:5e55::21"
LINK_LOCAL = namespace.LINK_LOCAL
ADDRESS, ZONE = LINK_LOCAL.split("%")
OTHER_IPV4 = "127.0.0.24"
CALLER = "127.0.0.23"
BYSTANDER = "127.0.0.29"

# The names for a client whose address the server has recorded.
FORMS = {
    IPV4: [IPV4, f"::ffff:{IPV4}", f"::FFFF:{IPV4}", "::ffff:7f00:15",
           f"[::ffff:{IPV4}]", f"0:0:0:0:0:ffff:{IPV4}",
           "--ffff-7f00-15.ipv6-literal.net"],
    IPV6: [IPV6, "FD00:5E55::21", "fd00:5e55:0:0:0:0:0:21",
           "fd00:5e55:0000:0000:0000:0000:0000:0021", f"[{IPV6}]",
           "fd00-5e55--21.ipv6-literal.net",
           "FD00-5E55--21.IPv6-Literal.NET"],
    LINK_LOCAL: [ADDRESS, LINK_LOCAL, f"[{LINK_LOCAL}]", f"[{ADDRESS}]",
                 "fe80--21.ipv6-literal.net",
                 f"fe80--21s{ZONE}.ipv6-literal.net"],
}

# Names that look like the address of one of them but are not.
STRANGERS = {
    IPV4: ["127.0.0.2", "127.0.0.210", "27.0.0.21", "127.0.0.21.", "127.21",
           f"[{IPV4}]", f"{IPV4}:445", "::127.0.0.21",
           "::ffff:127.0.0.22", "0x7f000015", f"{IPV4}%lo", f"ipv4:{IPV4}",
           "127.0.0.*", "*"],
    IPV6: ["fd00:5e55::2", "fd00:5e55::22", "fd00:5e55::210", "fd00:5e55::",
           f"[{IPV6}", f"{IPV6}]", f"[{IPV6}]:445",
           "fd00-5e55--21", "fd00-5e55--21.ipv6-literal.org", f"[[{IPV6}]]",
           f"ipv6:{IPV6}"],
}


def for_addresses(table):
    """Test parameters from a table of addresses and their forms."""
    return [pytest.param(source, form, id=f"{source}-{form}",
                         marks=needs_ipv6 if ":" in source else ())
            for source, forms in table.items() for form in forms]


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(conf={"realm": "TESTBED.EXAMPLE.COM",
                      # What stock Samba lists must also match.
                      "sessiondel:session list": "stock"}) as server:
        yield server


@pytest.fixture(name="pipe", scope="module")
def _pipe(samba):
    with connect(samba, "adm", source=CALLER) as session:
        yield Pipe(session)


@pytest.fixture(name="bystander", scope="module", autouse=True)
def _bystander(samba):
    """A session that no test closes."""
    with connect_to_stay(samba, "carol", source=BYSTANDER) as session:
        yield session
        assert session.alive() == ALIVE


@pytest.fixture(autouse=True)
def _left_alone(samba):
    """After each test, wait until smbd has noticed that its clients left."""
    yield
    sessions.wait_only_at(samba, CALLER, BYSTANDER)


@pytest.mark.parametrize("prefix", ["", "\\\\"], ids=["bare", "prefixed"])
@pytest.mark.parametrize("source, form", for_addresses(FORMS))
def test_client_is_known_by_each_form_of_its_address(samba, pipe, source,
                                                     form, prefix):
    with connect(samba, "bob", source=source) as victim, \
            connect(samba, "bob", source=OTHER_IPV4) as other:
        assert pipe.net_session_del(prefix + form, "bob") == NERR_SUCCESS
        assert victim.alive() in DELETED
        assert other.alive() == ALIVE


@pytest.mark.parametrize("source, form", for_addresses(STRANGERS))
def test_what_only_looks_like_the_address_does_not_match(samba, pipe, source,
                                                         form):
    with connect(samba, "bob", source=source) as session:
        assert pipe.net_session_del(form) == NERR_CLIENT_NAME_NOT_FOUND
        assert session.alive() == ALIVE


@needs_ipv6
def test_zone_does_not_count_where_the_server_recorded_none(samba, pipe):
    with connect(samba, "bob", source=LINK_LOCAL) as victim:
        assert ADDRESS in [row["address"]
                           for row in sessions.session_table(samba)]
        assert pipe.net_session_del(f"{ADDRESS}%elsewhere") == NERR_SUCCESS
        assert victim.alive() in DELETED


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", ["STATION7", "station7", "\\\\Station7"])
def test_netbios_name_is_compared_without_case(samba, pipe, name, dialect):
    with connect(samba, "bob", dialect=dialect, source=IPV4, port=139,
                 name="STATION7") as victim, \
            connect(samba, "bob", dialect=dialect, source=OTHER_IPV4,
                    port=139, name="STATION70") as other:
        assert pipe.net_session_del(name) == NERR_SUCCESS
        assert victim.alive() in DELETED
        assert other.alive() == ALIVE


def test_client_with_a_recorded_name_also_matches_by_address(samba, pipe):
    with connect(samba, "bob", source=IPV4, port=139,
                 name="STATION7") as victim:
        assert pipe.net_session_del(f"\\\\{IPV4}") == NERR_SUCCESS
        assert victim.alive() in DELETED


@pytest.mark.parametrize("name", ["STATION", "STATION77", "STATION7.", "*",
                                  "STATION7.example.com"])
def test_another_netbios_name_does_not_match(samba, pipe, name):
    with connect(samba, "bob", source=IPV4, port=139,
                 name="STATION7") as session:
        assert pipe.net_session_del(name) == NERR_CLIENT_NAME_NOT_FOUND
        assert session.alive() == ALIVE


@pytest.mark.parametrize("user", [
    "bob", "BOB", "TESTBED\\bob", "testbed\\Bob", "bob@testbed.example.com",
    "Bob@TESTBED.EXAMPLE.COM", "TESTBED.EXAMPLE.COM\\bob",
    "testbed.example.com\\BOB"])
def test_user_is_known_by_each_form_of_the_name(samba, pipe, user):
    with connect(samba, "bob", source=IPV4) as victim, \
            connect(samba, "alice", source=IPV4) as other:
        assert pipe.net_session_del(None, user) == NERR_SUCCESS
        assert victim.alive() in DELETED
        assert other.alive() == ALIVE


@pytest.mark.parametrize("user", [
    "bo", "bobb", "ELSEWHERE\\bob", "\\bob", "TESTBED\\", "bob@", "@", "\\",
    "@testbed.example.com", "bob@example.com", "bob@testbed", "TESTBED/bob",
    "bob@testbed.example.com.", "TESTGROUP\\bob", "TESTBED\\\\bob",
    "TESTBED\\TESTBED\\bob", "bob@testbed.example.com@", "*", " bob", "bob "])
def test_another_user_name_does_not_match(samba, pipe, user):
    with connect(samba, "bob", source=IPV4) as session:
        assert pipe.net_session_del(None, user) == NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del(IPV4, user) == NERR_CLIENT_NAME_NOT_FOUND
        assert session.alive() == ALIVE


@pytest.mark.parametrize("account, user", [
    ("jürgen", "jürgen"), ("jürgen", "JÜRGEN"), ("jürgen", "Testbed\\JüRGEN"),
    ("jürgen", "JÜRGEN@testbed.example.com"), ("Ольга", "Ольга"),
    ("Ольга", "ОЛЬГА"), ("Ольга", "ольга"), ("Ольга", "testbed\\оЛЬГА")])
def test_user_is_compared_without_case_in_unicode(samba, pipe, account, user):
    with connect(samba, account, source=IPV4) as victim:
        assert pipe.net_session_del(None, user) == NERR_SUCCESS
        assert victim.alive() in DELETED


@pytest.mark.parametrize("user", ["jurgen", "ju\u0308rgen", "Oльга"],
                         ids=ascii)
def test_similar_letters_are_not_the_same(samba, pipe, user):
    with connect(samba, "jürgen", source=IPV4) as one, \
            connect(samba, "Ольга", source=IPV4) as other:
        assert pipe.net_session_del(None, user) == NERR_CLIENT_NAME_NOT_FOUND
        assert one.alive() == other.alive() == ALIVE


def test_of_both_arguments_both_must_match(samba, pipe):
    with connect(samba, "bob", source=IPV4) as victim, \
            connect(samba, "alice", source=IPV4) as same_client, \
            connect(samba, "bob", source=OTHER_IPV4) as same_user:
        assert pipe.net_session_del(OTHER_IPV4, "alice") == \
            NERR_CLIENT_NAME_NOT_FOUND
        assert pipe.net_session_del(IPV4, "bob") == NERR_SUCCESS
        assert victim.alive() in DELETED
        assert same_client.alive() == same_user.alive() == ALIVE


def test_users_of_one_connection_are_distinguished(samba, pipe):
    with Connection(samba, source=IPV4) as connection:
        victim, other = connection.login("bob"), connection.login("alice")
        assert pipe.net_session_del(IPV4, "bob") == NERR_SUCCESS
        assert other.alive() == ALIVE
        assert victim.alive() in DELETED


@pytest.fixture(name="two_channels")
def _two_channels(samba):
    """One session of bob, as seen through each of two connections."""
    with Connection(samba, "3.0", source=IPV4,
                    sign=True) as connection:
        session = connection.login("bob")
        second = add_channel(session, source=OTHER_IPV4)
        with second.connection:
            yield session, second


@pytest.mark.parametrize("client", [IPV4, OTHER_IPV4, f"::ffff:{OTHER_IPV4}",
                                    None])
def test_session_of_two_channels_matches_by_either(samba, pipe, two_channels,
                                                   client):
    with audit.Recording(samba, pipe) as record:
        assert pipe.net_session_del(client, "bob") == NERR_SUCCESS
    assert {channel.alive() for channel in two_channels} <= DELETED
    assert len([line for line in record.log
                if line.startswith("session ")]) == 1


def test_session_of_two_channels_matches_by_no_other(pipe, two_channels):
    assert pipe.net_session_del("127.0.0.25") == NERR_CLIENT_NAME_NOT_FOUND
    assert pipe.net_session_del(OTHER_IPV4, "alice") == \
        NERR_CLIENT_NAME_NOT_FOUND
    assert {channel.alive() for channel in two_channels} == {ALIVE}


def test_channel_that_is_gone_does_not_match(pipe, two_channels):
    first, second = two_channels
    first.connection.close()
    wait_until(lambda: (IPV4,) not in pipe.session_enum(0),
               "the channel is gone")
    assert pipe.net_session_del(IPV4) == NERR_CLIENT_NAME_NOT_FOUND
    assert second.alive() == ALIVE
    assert pipe.net_session_del(OTHER_IPV4) == NERR_SUCCESS
    assert second.alive() in DELETED


@pytest.mark.parametrize("dialect", DIALECTS)
def test_half_open_session_never_matches(samba, pipe, dialect):
    answers = {}
    shown = []

    def call():
        shown.extend(pipe.session_enum(1))
        for client, user in ((IPV4, None), (None, "bob"), (IPV4, "bob")):
            answers[client, user] = pipe.net_session_del(client, user)

    with half_open(call), \
            connect(samba, "bob", dialect=dialect, source=IPV4) as session:
        assert (IPV4, "") in shown
        assert set(answers.values()) == {NERR_CLIENT_NAME_NOT_FOUND}
        assert session.alive() == ALIVE
        assert pipe.net_session_del(IPV4, "bob") == NERR_SUCCESS
        assert session.alive() in DELETED


@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("source", [
    IPV4, pytest.param(IPV6, marks=needs_ipv6),
    pytest.param(LINK_LOCAL, marks=needs_ipv6), "STATION7"])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_session_enum_lists_ends_that_session(samba, pipe, dialect,
                                                   source, level):
    options = ({"source": IPV4, "port": 139, "name": source}
               if source == "STATION7" else {"source": source})
    before = pipe.session_enum(level)
    with connect(samba, "jürgen", dialect=dialect,
                 **options) as victim:
        shown = pipe.session_enum(level)
        for row in before:
            shown.remove(row)
        assert len(shown) == 1
        assert pipe.net_session_del(*shown[0]) == NERR_SUCCESS
        assert victim.alive() in DELETED
        assert pipe.session_enum(level) == before


@pytest.mark.parametrize("dialect", ["SMB1", "2.1", "3.0"])
def test_anonymous_session_is_known_as_session_enum_lists_it(samba, pipe,
                                                             dialect):
    with connect(samba, "", dialect=dialect, source=IPV4):
        shown = [row for row in pipe.session_enum(1) if row[0] == IPV4]
        assert shown == [(IPV4, "nobody")]
        assert pipe.net_session_del(*shown[0]) == NERR_SUCCESS
        assert IPV4 not in [client for client, _ in pipe.session_enum(1)]
