# SPDX-License-Identifier: GPL-3.0-or-later
"""The same checks on a server for each way in which people set Samba up.

docs/testing.md#the-matrix-of-configurations
"""

import contextlib
import dataclasses
import json

import pytest
from impacket.smbconnection import SessionError

from testbed import namespace, processes, series
from testbed.clients import connections, durable, smbsession
from testbed.clients.multichannel import add_channel
from testbed.clients.refusal import is_always_denied
from testbed.clients.session_enum import enumerate_sessions
from testbed.clients.srvsvc import NERR_SUCCESS, Pipe
from testbed.needs import needs_ipv6
from testbed.observe import audit, sanitizers, sessions
from testbed.servers import account_tables, domain, machines
from testbed.servers.on_demand import OnDemandServer
from testbed.servers.smb_conf import DEBIAN_DIRS
from testbed.servers.standalone import Server

ALIVE = connections.ALIVE
ANONYMOUS = ""
OTHERS = ("alice", "backupop", ANONYMOUS)

# On this port, clients have names.
NETBIOS = 139


def _nothing():
    return dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Configuration:
    """A server, and what is special about its clients and users."""

    name: str
    # Is it in every run?
    quick: bool = False
    # The checks that cannot hold, with the reasons.
    cannot: dict = _nothing()
    marks: tuple = ()

    # The server: its class and what that gets, files in the test bed's
    # directory, and what else has to be done, in a with block.
    server: type = Server
    conf: dict = _nothing()
    options: dict = _nothing()
    files: dict = _nothing()
    prepare: callable = None
    # Does another server run on the machine, with a session of alice?
    twin: bool = False

    # The clients: their addresses, and the options of a Connection.
    clients: tuple = namespace.CLIENTS_IPV4
    client: dict = _nothing()
    # Has alice's session two channels?
    channels: bool = False
    # Where files are opened, and where durably.
    share: str = "share"
    durable: str = durable.SHARE

    # The users: how they log in, by what names Samba then knows them, and
    # those that audit lines show.
    domain: str = ""
    logins: dict = _nothing()
    accounts: dict = _nothing()
    audited: dict = _nothing()

    # Where audit lines go.
    audit: tuple = ("syslog", "log")

    @contextlib.contextmanager
    def start(self):
        """Start the server; the Bed."""
        for name, content in self.files.items():
            (namespace.ROOT / name).write_text(content)
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(
                self.server(conf=self.conf, **self.options))
            if self.prepare:
                stack.enter_context(self.prepare(server))
            twin = self.twin and stack.enter_context(
                Server(address="127.0.0.2"))
            yield Bed(server, self, twin)


class Bed:
    """A server that runs in a Configuration, and its users."""

    def __init__(self, server, configuration, twin):
        self.server = server
        self.twin = twin
        self.has = configuration
        self.home, self.elsewhere, self.caller, *_ = configuration.clients

    @contextlib.contextmanager
    def connect(self, source):
        """A connection from a client."""
        with connections.Connection(
                self.server, source=source, name=_computer(source),
                **self.has.client) as connection:
            yield connection

    def log_in(self, connection, user):
        """A new session of a user on a connection."""
        return connection.login(self.has.logins.get(user, user),
                                domain=self.has.domain)

    @contextlib.contextmanager
    def session(self, user, source):
        """A session of a user on a connection of its own."""
        with self.connect(source) as connection:
            yield self.log_in(connection, user)

    @contextlib.contextmanager
    def people(self):
        """alice at home, bob beside her, and carol elsewhere, with sessions.

        If alice has channels, her second one is from another client.
        """
        with contextlib.ExitStack() as stack:
            near = stack.enter_context(self.connect(self.home))
            alice, bob = (self.log_in(near, user) for user in ("alice", "bob"))
            carol = stack.enter_context(self.session("carol", self.elsewhere))
            if self.twin:
                stack.enter_context(self._same_on_twin())
            if self.has.channels:
                second = add_channel(alice, source=self.has.clients[3])
                stack.enter_context(second)
            yield alice, bob, carol

    @contextlib.contextmanager
    def _same_on_twin(self):
        """In a with block, alice is on the other server too, and stays."""
        with connections.connect(self.twin, "alice",
                                 source=self.home) as other:
            yield
            assert other.alive() == ALIVE

    @contextlib.contextmanager
    def pipe(self, user="sop"):
        """The pipe of a caller."""
        with self.session(user, self.caller) as session:
            yield Pipe(session)

    def account(self, user):
        """The name by which Samba knows a user."""
        return self.has.accounts.get(user, user)

    def listed(self, pipe, user):
        """How the session of a user at home is listed, at level 502."""
        listing = enumerate_sessions(pipe, 502)
        assert listing.result == NERR_SUCCESS
        row, = (row for row in listing.rows
                if row["username"] == self.account(user)
                and row["cname"] == self.listed_client(self.home))
        return row

    def listed_client(self, source):
        """How a client is listed."""
        if self.has.client.get("port") == NETBIOS:
            return f"\\\\{_computer(source).lower()}"
        return f"\\\\[{source}]" if ":" in source else f"\\\\{source}"

    def ended(self, session):
        """Whether the server has no such session any more.

        On an encrypted connection, smbd hangs up when it is asked.
        """
        gone = set(connections.DELETED_BY_DIALECT)
        if self.has.client.get("encrypt"):
            gone.add(connections.DISCONNECTED)
        return session.alive() in gone

    def allows(self, user):
        """Whether a caller can close sessions, or can nothing at all."""
        with self.session("carol", self.elsewhere) as victim:
            try:
                with self.session(user, self.caller) as session:
                    pipe = Pipe(session)
                    if pipe.net_session_del(user=self.account("carol")) == 0:
                        assert self.ended(victim)
                        return True
                    assert is_always_denied(pipe)
            except SessionError:
                assert user == ANONYMOUS
            assert victim.alive() == ALIVE
            return False

    def smbsession(self, *arguments):
        """Run smbsession on the server, with the server's smb.conf."""
        return smbsession.run(*arguments, "-s", str(self.server.smb_conf),
                              before=self.server.command())

    def login(self, user):
        """The option of smbsession to log in as user."""
        name = self.has.logins.get(user, user)
        return smbsession.login(f"{self.has.domain}\\{name}"
                                if self.has.domain else name)


def _computer(source):
    """The name of the computer at an address."""
    return f"WS{source[-2:]}"


CHECKS = []


def check(function):
    """The decorator of what is checked in each configuration."""
    CHECKS.append(function)
    return function


@check
def list_shows_client_user_and_opens(bed):
    with bed.session("alice", bed.home) as alice, bed.pipe() as pipe:
        before = bed.listed(pipe, "alice")["num_opens"]
        held = [alice.open(name, bed.has.share) for name in ("one", "two")]
        after = bed.listed(pipe, "alice")["num_opens"]
        assert (before, after) == (0, len(held))


@check
def listed_client_closes_it(bed):
    with bed.session("alice", bed.home) as alice, \
            bed.session("alice", bed.elsewhere) as other, bed.pipe() as pipe:
        row = bed.listed(pipe, "alice")
        assert pipe.net_session_del(client=row["cname"]) == NERR_SUCCESS
        assert other.alive() == ALIVE
        assert bed.ended(alice)


@check
def listed_user_closes_it(bed):
    with bed.people() as (alice, bob, carol), bed.pipe() as pipe:
        row = bed.listed(pipe, "alice")
        assert pipe.net_session_del(user=row["username"]) == NERR_SUCCESS
        assert (bob.alive(), carol.alive()) == (ALIVE, ALIVE)
        assert bed.ended(alice)


@check
def listed_client_and_user_close_it(bed):
    with bed.people() as (alice, bob, carol), bed.pipe() as pipe, \
            bed.session("alice", bed.elsewhere) as other:
        row = bed.listed(pipe, "alice")
        assert pipe.net_session_del(row["cname"],
                                    row["username"]) == NERR_SUCCESS
        assert [session.alive() for session in (bob, carol, other)] == [
            ALIVE] * 3
        assert bed.ended(alice)


@check
def bystander_keeps_what_it_has_open(bed):
    with bed.people() as (alice, bob, carol), bed.pipe() as pipe:
        held = [session.open(session.user, bed.has.share)
                for session in (bob, carol)]
        alice.open("alice", bed.has.share)
        assert pipe.net_session_del(user=bed.account("alice")) == NERR_SUCCESS
        for file in held:
            file.write(b"still here")
            assert file.read() == b"still here"
        assert bed.listed(pipe, "bob")["num_opens"] == 1


@check
def durable_handle_ends(bed):
    handle = durable.Handle(share=bed.has.durable)
    with bed.session("alice", bed.home) as alice, bed.pipe() as pipe:
        before = durable.traces(bed.server)
        handle.open(alice, "durable")
        assert pipe.net_session_del(user=bed.account("alice")) == NERR_SUCCESS
        assert durable.traces(bed.server) == before
    assert reclaimed(bed, handle, alice, "durable") == durable.GONE


@check
def durable_handle_of_bystander_stays(bed):
    handle = durable.Handle(share=bed.has.durable)
    with bed.people() as (_, bob, _), bed.pipe() as pipe:
        handle.open(bob, "bobs")
        assert pipe.net_session_del(user=bed.account("alice")) == NERR_SUCCESS
    assert reclaimed(bed, handle, bob, "bobs") == durable.RECLAIMED


@check
def own_session_ends_after_the_answer(bed):
    with bed.session("sop", bed.caller) as own, \
            bed.session("bob", bed.home) as bob:
        pipe = Pipe(own)
        assert pipe.net_session_del(user=bed.account("sop")) == NERR_SUCCESS
        processes.wait_until(lambda: own.alive() != ALIVE, "it ends")
        assert bob.alive() == ALIVE


@check
def administrators(bed):
    assert bed.allows("adm")


@check
def server_operators(bed):
    assert bed.allows("sop")


@check
def others(bed):
    assert [user for user in OTHERS if bed.allows(user)] == []


@check
def root_uses_smbsession_locally(bed):
    uses_smbsession(bed)


@check
def operator_uses_smbsession_remotely(bed):
    uses_smbsession(bed, bed.server.address, bed.login("sop"))


@check
def audit_names_caller_and_session(bed):
    user, caller = (bed.has.audited.get(name, bed.account(name))
                    for name in ("alice", "sop"))
    with bed.session("alice", bed.home), bed.pipe() as pipe:
        with audit.Recording(bed.server, pipe, bed.has.audit) as recording:
            assert pipe.net_session_del(
                user=bed.account("alice")) == NERR_SUCCESS
    for place in bed.has.audit:
        call, session = getattr(recording, place)
        assert f'\\\\{caller}" (S-1-5-21-' in call
        assert f'user "{user}": NERR_Success (0), 1 of 1 sessions ' in call
        assert f'\\\\{user}" at ipv' in session
        assert bed.home in session and session.endswith(": closed")


def reclaimed(bed, handle, session, path):
    """What the client of a session gets who wants a handle back."""
    options = {name: value for name, value in bed.has.client.items()
               if name != "dialect"}
    with durable.reconnect(session, source=bed.home, domain=bed.has.domain,
                           **options) as again:
        return connections.outcome(handle.reclaim, again, path)


def uses_smbsession(bed, *where):
    """List sessions by smbsession, and close that of alice."""
    user = bed.account("alice")
    with bed.people() as (alice, bob, carol):
        shown = bed.smbsession("list", "--json", *where)
        assert shown.returncode == smbsession.DONE, shown.stderr
        assert [row["client"] for row in json.loads(shown.stdout)["sessions"]
                if row["user"] == user] == [bed.listed_client(bed.home)]
        done = bed.smbsession("close", "--yes", "--user", user, *where)
        assert done.returncode == smbsession.DONE, done.stderr
        assert (bob.alive(), carol.alive()) == (ALIVE, ALIVE)
        assert bed.ended(alice)


@contextlib.contextmanager
def _member(conf):
    """A member server of a domain, and the domain."""
    with domain.DomainController(stock=sanitizers.active()), \
            domain.MemberServer(conf) as member:
        member.net("sam", "createbuiltingroup", "Server Operators")
        member.net("sam", "addmem", "BUILTIN\\Server Operators",
                   f"{domain.WORKGROUP}\\Filers")
        yield member


@contextlib.contextmanager
def _latin1_account(server):
    """In a with block, an account's name in /etc/passwd is in ISO 8859-1."""
    passwd = namespace.ROOT / "etc" / "passwd"
    before = passwd.read_bytes()
    name = "jörg".encode("iso8859-1")
    passwd.write_bytes(before + name
                       + b":x:2900:2000::/:/usr/sbin/nologin\n")
    try:
        account_tables.add_users(
            server.smb_conf, server.directory / "private",
            {name.decode(errors="surrogateescape"): 2900})
        yield
    finally:
        passwd.write_bytes(before)


def _file_for_each_client(pattern, variable):
    """Files to include, with a share that only the smbds of clients see."""
    share = ("[odd]\npath = /dev/shm\nread only = no\n"
             "kernel oplocks = no\nkernel share modes = no\n"
             "posix locking = no\n")
    return {pattern.replace(variable, client): share
            for client in namespace.CLIENTS_IPV4}


def _in_domain(name, **conf):
    """The configuration of a member server."""
    names = {"sop": "sop-nested", "adm": "adm-nested"}
    return Configuration(
        name, conf=conf, server=_member, clients=machines.CLIENTS,
        domain=domain.WORKGROUP, logins=names, accounts=names, marks=(pytest.mark.skipif(
            not domain.is_possible(), reason="it needs real root"),))


DURABLE_CHECKS = (durable_handle_ends, durable_handle_of_bystander_stays)

CONFIGURATIONS = [
    # As Debian's package samba sets it up, but for what the tests need.
    Configuration("debian", server=OnDemandServer, conf={
        **DEBIAN_DIRS, "log file": "/var/log/samba/log.%m",
        "max log size": "1000", "server role": "standalone server",
        "obey pam restrictions": "yes", "unix password sync": "yes",
        "pam password change": "yes", "map to guest": "bad user",
        "usershare allow guests": "yes", "server min protocol": "SMB2_02",
        "client min protocol": "SMB2_02",
        "rpcd_classic:num_workers": "5"}, quick=True),
    Configuration("include_registry", options={"registry": "shares"},
                  quick=True),
    Configuration("config_backend_registry", conf=DEBIAN_DIRS,
                  options={"registry": "all"}, quick=True),
    Configuration("include_of_missing_file",
                  conf={"include": namespace.ROOT / "missing.conf"},
                  quick=True),
    *(Configuration(name, conf={"include": namespace.ROOT / pattern},
                    files=_file_for_each_client(pattern, variable),
                    share="odd", durable="odd")
      for name, pattern, variable in (
          ("include_by_client_name", "named-%m.conf", "%m"),
          ("include_by_client_address", "at-%I.conf", "%I"))),
    Configuration("force_user_global", conf={"force user": "bob"},
                  quick=True),
    Configuration("force_user_global_root", conf={"force user": "root"}),
    Configuration("force_user_global_same", conf={"force user": "%U"}),
    *(Configuration(name, options={"shares": {"odd": special}},
                    share="odd", durable="odd", quick=quick)
      for name, special, quick in (
          ("force_user_share", {"force user": "bob"}, True),
          ("force_group_share", {"force group": "testusers"}, False),
          ("guest_only_share", {"guest only": "yes"}, False))),
    Configuration("map_to_guest", conf={"map to guest": "bad user",
                                        "guest ok": "yes"},
                  client={"dialect": "3.0"}, logins={"alice": "stranger"},
                  accounts={"alice": "nobody"}),
    Configuration("username_map", conf={
        "username map": namespace.ROOT / "users.map"}, files={
            "users.map": '!alice = "Alice Smith"\n'
                         "!bob = bob@example.com\n"
                         "!carol = @builtin551\n"},
                  logins={"alice": "Alice Smith", "bob": "bob@example.com",
                          "carol": "backupop"}, quick=True),
    _in_domain("winbind_separator", **{"winbind separator": "+"}),
    _in_domain("winbind_default_domain",
               **{"winbind use default domain": "yes"}),
    Configuration("charsets", conf={
        "unix charset": "ISO8859-1", "dos charset": "CP850"},
                  logins={"alice": "jörg"}, accounts={"alice": "jörg"},
                  audited={"alice": "j\\xF6rg"},
                  prepare=_latin1_account, quick=True),
    Configuration("encryption_required",
                  conf={"server smb encrypt": "required"},
                  client={"encrypt": True}, quick=True),
    Configuration("smb3_11_only", conf={"server min protocol": "SMB3_11"}),
    Configuration("smb1_only", conf={"server max protocol": "NT1",
                                     "client max protocol": "NT1"},
                  client={"dialect": "SMB1"}, quick=True,
                  cannot=dict.fromkeys(DURABLE_CHECKS,
                                       "SMB1 has no durable handles")),
    Configuration("signing_mandatory", conf={"server signing": "mandatory"},
                  client={"dialect": "3.0", "sign": True}),
    Configuration("restrict_anonymous", conf={"restrict anonymous": "2"}),
    Configuration("interfaces", conf={
        "interfaces": "127.0.0.2/8 lo", "bind interfaces only": "yes"},
                  options={"address": "127.0.0.2"}),
    Configuration("other_port", conf={
        "smb ports": "4450", series.CLIENT_PORTS: "4450"},
                  client={"port": 4450}, quick=True),
    # Those of all test servers but "debian" are.
    Configuration("directories_moved", conf={
        name: namespace.ROOT / "moved" / str(number)
        for number, name in enumerate(DEBIAN_DIRS)}),
    Configuration("two_servers", options={"address": "127.0.0.1"}, twin=True,
                  quick=True),
    Configuration("helpers_on_demand", server=OnDemandServer, quick=True),
    Configuration("helpers_as_a_daemon",
                  conf={"rpc start on demand helpers": "no"}),
    Configuration("log_level_0", conf={"log level": "0"}),
    Configuration("log_level_10", conf={"log level": "10"}),
    Configuration("logging_systemd", conf={"logging": "systemd"},
                  audit=("syslog",)),
    Configuration("no_syslog", options={
        "mounts": [("--bind", "/dev/null", "/dev/log")]}, audit=("log",),
                  quick=True),
    Configuration("etc_read_only", options={"mounts": [
        ("--rbind", "/etc", "/etc"),
        *(("-o", "remount,bind,ro", place)
          for place in ("/etc", "/etc/samba"))]}),
    Configuration("ipv6_only", options={"address": namespace.SERVER_IPV6},
                  clients=namespace.CLIENTS_IPV6, marks=(needs_ipv6,),
                  quick=True),
    Configuration("multichannel", client={"dialect": "3.0", "sign": True},
                  channels=True, quick=True),
    Configuration("vfs_objects", conf={
        "vfs objects": "fruit streams_xattr full_audit"}, quick=True),
    Configuration("obey_pam_restrictions",
                  conf={"obey pam restrictions": "yes"}),
    Configuration("deadtime", conf={"deadtime": "1"}),
    Configuration("netbios_aliases", conf={
        "netbios aliases": "OTHERNAME THIRDNAME"},
                  client={"port": NETBIOS, "called": "OTHERNAME"}),
]


def _cases():
    """Each configuration with each check, one configuration after another."""
    for has in CONFIGURATIONS:
        marks = has.marks if has.quick else (*has.marks, pytest.mark.long)
        for function in CHECKS:
            if function not in has.cannot:
                yield pytest.param(has, function, marks=marks,
                                   id=f"{has.name}-{function.__name__}")


@pytest.fixture(name="bed", scope="module")
def _bed(request):
    """It is the same while its parameter is."""
    with request.param.start() as bed:
        yield bed


@pytest.fixture(autouse=True)
def _left_alone(bed):
    """After each check, wait until smbd has noticed that its clients left."""
    yield
    sessions.wait_only_at(bed.server)


@pytest.mark.parametrize("bed, run", _cases(), indirect=["bed"],
                         scope="module")
def test_configuration(bed, run):
    run(bed)
