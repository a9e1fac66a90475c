# SPDX-License-Identifier: GPL-3.0-or-later
"""Random lives of sessions with durable handles, against a model.

No call may cost a handle of a session that it does not mean
(docs/spec.md#what-is-torn-down). DURABLE_MODEL_SEED=N runs sequence N again.
"""

import os
import random
import struct
import uuid

import pytest

from testbed.accounts import PASSWORD
from testbed.clients import durable
from testbed.clients.connections import (
    CALLER, CLIENT, OTHER_CLIENT, Connection, connect, outcome)
from testbed.clients.durable import GONE, RECLAIMED
from testbed.clients.multichannel import add_channel, as_client
from testbed.clients.srvsvc import (
    ERROR_TIMEOUT, NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, Pipe)
from testbed.observe import sessions
from testbed.processes import wait_until
from testbed.servers.standalone import Server

USERS = ("alice", "bob", "carol")
ADDRESSES = (CLIENT, OTHER_CLIENT)
STEPS = 8

SEQUENCES = 300
MANY_SEQUENCES = 3000

# What may become of a handle.
CONNECTED, KEPT, ENDED, EITHER = "connected", "kept", "ended", "kept or ended"


class Held:
    """A handle, and what the model says of it."""

    def __init__(self, number, session, handle, path):
        self.number = number
        self.user = session.user
        self.guid = session.guid
        self.session = session
        self.handle = handle
        self.path = path
        self.state = CONNECTED

    def __repr__(self):
        return f"handle {self.number} of {self.user}'s ({self.path})"


class Login:
    """A session, and where its channels are."""

    def __init__(self, number, session, network):
        self.number = number
        self.session = session
        self.user = session.user
        self.guid = network.guid
        self.networks = {network: session}
        # Has it had a second one? impacket knows the keys for one.
        self.bound = False
        # the last of them, once they are lost
        self.last = None
        self.id = session.id & 0xffffffff

    def means(self, client, user):
        """Does a call mean it?"""
        return user in (None, self.user) and client in {
            None, *(network.address for network in self.networks or [self.last])}

    def lose(self, network):
        """One of its channels."""
        del self.networks[network]
        self.last = network
        if self.session.connection is network.connection:
            self.session = next(iter(self.networks.values()), None)

    def __repr__(self):
        return f"session {self.number} of {self.user}'s"


class Network:
    """A connection. All of one GUID are on one smbd."""

    def __init__(self, number, connection, guid, address):
        self.number = number
        self.connection = connection
        self.guid = guid
        self.address = address

    def channel(self):
        """As it is in a session's record."""
        return f"ipv4:{self.address}:{self.connection.local_port()}".encode()

    def __repr__(self):
        return f"connection {self.number} from {self.address}"


class Sequence:
    """Steps on a server, and what must come of them."""

    def __init__(self, samba, pipe, seed):
        self.samba = samba
        self.pipe = pipe
        self.random = random.Random(seed)
        self.seed = seed
        self.story = []
        self.guids = [uuid.uuid4().bytes for _ in range(2)]
        self.networks = []
        self.logins = []
        self.held = []
        # Logins that are ending: a call may find them or not.
        self.ending = []
        self._numbers = {}

    def run(self):
        """Take the steps, and look for every handle at the end."""
        try:
            self._log_in()
            for _ in range(STEPS):
                self.random.choice((
                    self._log_in, self._log_in, self._open, self._open,
                    self._open, self._lose, self._log_off, self._close,
                    self._close_while, self._close_while, self._reclaim,
                    self._bind, self._authenticate_again))()
            self._look_at_all()
        except Exception as error:
            raise AssertionError(
                f"DURABLE_MODEL_SEED={self.seed}: {error}\n  "
                + "\n  ".join(self.story)) from error
        finally:
            for network in self.networks:
                network.connection.close()

    def tell(self, what):
        self.story.append(what)

    def _number(self, kind):
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return self._numbers[kind]

    # What can happen.

    def _connect(self, guid=None):
        guid = guid or self.random.choice(self.guids)
        address = self.random.choice(ADDRESSES)
        with as_client(guid):
            connection = Connection(self.samba, "3.0", source=address,
                                    sign=True)
        network = Network(self._number("connection"), connection, guid,
                          address)
        self.networks.append(network)
        self.tell(f"{network}, client {self.guids.index(guid)}")
        return network

    def _log_in(self, user=None, guid=None):
        there = [network for network in self.networks
                 if guid in (None, network.guid)]
        if there and self.random.random() < 0.6:
            network = self.random.choice(there)
        else:
            network = self._connect(guid)
        session = network.connection.login(user or self.random.choice(USERS))
        login = Login(self._number("session"), session, network)
        self.logins.append(login)
        self.tell(f"{login} on {network}")
        return login

    def _open(self, login=None):
        if login is None:
            if not self.logins:
                return
            login = self.random.choice(self.logins)
        number = self._number("handle")
        handle = durable.Handle(**self.random.choice((
            {"version": 1}, {"version": 2},
            {"version": 2, "lease": os.urandom(16)})))
        path = f"{self.seed}-{number}.txt"
        handle.open(self.random.choice(list(login.networks.values())), path)
        self.held.append(Held(number, login, handle, path))
        self.tell(f"handle {number} opened in {login}")

    def _bind(self):
        alone = [login for login in self.logins if not login.bound]
        if not alone:
            return
        login = self.random.choice(alone)
        address = self.random.choice(ADDRESSES)
        bound = add_channel(login.session, source=address)
        network = Network(self._number("connection"), bound.connection,
                          login.guid, address)
        self.networks.append(network)
        login.networks[network] = bound
        login.bound = True
        self.tell(f"{login} also on {network}")

    def _authenticate_again(self):
        """Maybe as somebody else: her handles remain his who opened them."""
        alone = [login for login in self.logins if not login.bound]
        if not alone:
            return
        login = self.random.choice(alone)
        user = self.random.choice(USERS)
        connection = login.session.connection
        with login.session.active() as smb_connection:
            # smbd keeps the session's keys, impacket would take new ones.
            state = dict(connection.session_state)
            smb_connection.login(user, PASSWORD)
            connection.session_state = state
        self.tell(f"{login} is {user}'s now")
        login.user = login.session.user = user

    def _lose(self):
        if not self.networks:
            return
        self._lose_network(self.random.choice(self.networks))
        if self.random.random() < 0.5:
            self._wait_ended()

    def _lose_network(self, network):
        self.tell(f"{network} is lost")
        channel = network.channel()
        self.networks.remove(network)
        network.connection.close()
        for login in [one for one in self.logins if network in one.networks]:
            login.lose(network)
            if not login.networks:
                self._ends(login)
        if any(login.last is network for login in self.logins):
            wait_until(lambda: not any(channel in record for record in
                                       sessions.records(self.samba).values()),
                       f"{network} is no channel any more")

    def _log_off(self):
        if not self.logins:
            return
        login = self.random.choice(self.logins)
        self.tell(f"{login} logs off")
        login.session.logoff()
        self._ends(login)

    def _ends(self, login):
        """By itself: its handles can be reclaimed."""
        self.logins.remove(login)
        self.ending.append(login)
        for held in self._held_by(login):
            held.state = KEPT

    def _held_by(self, login):
        return [held for held in self.held
                if held.session is login and held.state == CONNECTED]

    def _wait_ended(self):
        """smbd has noticed all that has happened to connections."""
        gone = {struct.pack(">L", login.id) for login in self.ending}
        if gone:
            wait_until(lambda: gone.isdisjoint(
                sessions.records(self.samba)), "lost sessions end")
        self.ending = []

    def _reclaim(self):
        kept = [held for held in self.held if held.state == KEPT]
        if kept:
            self._wait_ended()
            held = self.random.choice(kept)
            self._reclaim_in(held, self._login_for(held))

    def _login_for(self, held):
        """A session whose user and client may reclaim a handle."""
        fit = [login for login in self.logins
               if (login.user, login.guid) == (held.user, held.guid)]
        return (self.random.choice(fit) if fit
                else self._log_in(held.user, held.guid))

    def _reclaim_in(self, held, login):
        got = outcome(held.handle.reclaim, login.session, held.path)
        self.tell(f"{held} reclaimed in {login}: {got}")
        wanted = {KEPT: (RECLAIMED,), ENDED: (GONE,),
                  EITHER: (RECLAIMED, GONE)}[held.state]
        assert got in wanted, f"{held}, {held.state}: {got}"
        held.session = login
        held.state = CONNECTED if got == RECLAIMED else ENDED

    def _close(self):
        self._call(lambda: None)

    def _close_while(self):
        """Something happens to others while a call is under way."""
        self._call(lambda: self.random.choice((
            self._lose_bystander, self._open_and_lose,
            self._log_off_bystander))())

    def _asked(self):
        """A call's client and user, mostly some that mean a session."""
        client, user = self.random.choice(ADDRESSES), self.random.choice(USERS)
        if self.logins and self.random.random() < 0.9:
            login = self.random.choice(self.logins)
            client, user = next(iter(login.networks)).address, login.user
        return self.random.choice(((client, user), (client, None),
                                   (None, user), (None, user)))

    def _call(self, meanwhile):
        client, user = self._asked()
        meant = [login for login in self.logins if login.means(client, user)]
        perhaps = list(self.ending)
        quiet = not self.ending
        self.meant = (client, user)
        self.tell(f"call for client {client}, user {user}, which means {meant}")
        self.pipe.send_session_del(client, user)
        before = len(self.ending)
        meanwhile()
        quiet = quiet and len(self.ending) == before
        answer = self.pipe.receive_werror()
        self.tell(f"answer {answer}")
        self._answered(answer, meant, perhaps, quiet, (client, user))

    def _answered(self, answer, meant, perhaps, quiet, asked):
        if quiet:
            assert answer == (NERR_SUCCESS if meant
                              else NERR_CLIENT_NAME_NOT_FOUND)
        else:
            assert answer in {NERR_SUCCESS, ERROR_TIMEOUT,
                              *([] if meant else [NERR_CLIENT_NAME_NOT_FOUND])}
        for login in meant:
            for held in self._held_by(login):
                held.state = ENDED if answer == NERR_SUCCESS else EITHER
            self.logins.remove(login)
        # What was ending when the call began may have been found.
        for login in perhaps:
            for held in self.held:
                if (held.session is login and held.state == KEPT
                        and login.means(*asked)):
                    held.state = EITHER

    def _bystanders(self):
        return [login for login in self.logins if not login.means(*self.meant)]

    def _lose_bystander(self):
        """With all others on the connection, who must not be meant either."""
        lost = [network for network in self.networks
                if not any(network in login.networks
                           and login.means(*self.meant)
                           for login in self.logins)]
        if lost:
            self._lose_network(self.random.choice(lost))

    def _log_off_bystander(self):
        there = self._bystanders()
        if there:
            login = self.random.choice(there)
            self.tell(f"meanwhile {login} logs off")
            login.session.logoff()
            self._ends(login)

    def _open_and_lose(self):
        there = self._bystanders()
        if there:
            self._open(self.random.choice(there))
            self._lose_bystander()

    # The end.

    def _look_at_all(self):
        for network in list(self.networks):
            self._lose_network(network)
        self._wait_ended()
        for held in self.held:
            self._reclaim_in(held, self._login_for(held))


@pytest.fixture(name="pipe", scope="module")
def _pipe():
    with Server(conf={"sessiondel:timeout": "5"}) as samba, \
            connect(samba, "sop", source=CALLER) as session:
        yield Pipe(session)


def run_some(pipe, number):
    first = int(os.environ.get("DURABLE_MODEL_SEED",
                               random.randrange(10 ** 9)))
    if "DURABLE_MODEL_SEED" in os.environ:
        number = 1
    server = pipe.session.connection.server
    for seed in range(first, first + number):
        sessions.wait_only_at(server, CALLER)
        Sequence(server, pipe, seed).run()


def test_no_call_costs_a_bystander_a_handle(pipe):
    run_some(pipe, SEQUENCES)


@pytest.mark.long
def test_no_call_costs_a_bystander_a_handle_in_thousands(pipe):
    run_some(pipe, MANY_SEQUENCES)
