# SPDX-License-Identifier: GPL-3.0-or-later
"""States that nobody planned: anything can happen, in any order.

testbed.model says what must follow each step. MODEL_SEED=N runs the sequences
of an earlier run again, and MODEL_EXAMPLES=N sets how many there are.
"""

import os
import random
import sys

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase, stateful, strategies as st
from hypothesis.stateful import precondition, rule

from testbed.clients.connections import CLIENT
from testbed.clients.session_enum import LEVELS
from testbed.model.things import CONNECTED, THERE
from testbed.model.world import CLIENTS, USERS, World
from testbed.servers.cluster import Cluster
from testbed.servers.standalone import Server

STEPS = 40
EXAMPLES = 30
CLUSTER_EXAMPLES = 12

MOST_LINKS = 4
MOST_LOGINS = 6

# How a caller may write an address and a user's name.
CLIENT_FORMS = ("\\\\{}", "{}", "\\\\::ffff:{}")
USER_FORMS = ("{}", "TESTBED\\{}", "testbed\\{}")


def one_of(choices):
    """One of choices(machine), which are not empty."""
    return st.runner().flatmap(
        lambda machine: st.sampled_from(choices(machine)))


def when(condition):
    """A rule needs choices."""
    return precondition(lambda machine: bool(condition(machine)))


class Machine(stateful.RuleBasedStateMachine):
    """Chooses the steps."""

    world = None
    steps = 0

    def __init__(self):
        super().__init__()
        self.was_slow = False

    def teardown(self):
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            print(f"{type(error).__name__}: {error}\n  "
                  + "\n  ".join(self.world.story))
        self.world.close_all()

    @stateful.invariant()
    def is_as_the_model_says(self):
        type(self).steps += 1
        self.world.check()

    def usable(self):
        return [login for login in self.world.logins if login.is_usable]

    def usable_smb2(self):
        return [login for login in self.usable()
                if not login.link.client.is_smb1]

    def places(self):
        """Where somebody can log in: a connection, or a client and a server."""
        links = self.world.links
        if len(self.world.logins) >= MOST_LOGINS:
            return []
        places = [link for link in links if link.is_usable]
        if len(links) < MOST_LINKS:
            places += [(client, server) for client in self.world.clients
                       for server in self.world.servers
                       if not any(link.client is client and link.smbd.stopped
                                  for link in links)]
        return places

    @stateful.initialize(
        number=st.sampled_from(range(len(CLIENTS))),
        users=st.lists(st.sampled_from(USERS), min_size=1, max_size=3))
    def begin(self, number, users):
        link = self.world.connect(self.world.clients[number])
        for user in users:
            self.world.log_in(link, user)

    @when(places)
    @rule(place=one_of(places), user=st.sampled_from(USERS))
    def log_in(self, place, user):
        if isinstance(place, tuple):
            place = self.world.connect(*place)
        self.world.log_in(place, user)

    @when(usable)
    @rule(login=one_of(usable))
    def open(self, login):
        self.world.open(login)

    @when(usable_smb2)
    @rule(login=one_of(usable_smb2))
    def lock(self, login):
        self.world.lock(login)

    def usable_durable(self):
        return [login for login in self.usable()
                if login.link.client.has_durable_handles]

    @when(usable_durable)
    @rule(login=one_of(usable_durable),
          how=st.sampled_from([{}, {"version": 1}, {"lease": True}]))
    def open_durably(self, login, how):
        self.world.open_durably(login, **how)

    def reclaimable(self):
        return [(held, login) for held in self.world.helds
                for login in self.usable()
                if held.kind == "durable" and held.state != CONNECTED
                and (held.user, held.client, held.server) == (
                    login.user, login.link.client, login.smbd.server)]

    @when(reclaimable)
    @rule(pair=one_of(reclaimable))
    def reclaim(self, pair):
        self.world.reclaim(*pair)

    @when(usable_smb2)
    @rule(login=one_of(usable_smb2))
    def hang(self, login):
        self.world.hang(login)

    def free(self):
        return [login for login in self.usable() if not login.pending]

    @when(free)
    @rule(login=one_of(free))
    def log_off(self, login):
        self.world.log_off(login)

    def there(self):
        return [link for link in self.world.links
                if not link.lost and not link.silent]

    @when(there)
    @rule(link=one_of(there))
    def lose(self, link):
        self.world.lose(link)

    def idle(self):
        return [link for link in self.there() if link.is_usable and not any(
            login.pending for login in self.world.logins
            if login.link is link)]

    @when(idle)
    @rule(link=one_of(idle))
    def lose_silently(self, link):
        self.world.lose_silently(link)

    def running(self):
        return [smbd for smbd in self.world.smbds() if not smbd.stopped]

    @when(running)
    @rule(smbd=one_of(running))
    def stop(self, smbd):
        self.world.stop(smbd)

    def stopped(self):
        return [smbd for smbd in self.world.smbds() if smbd.stopped]

    @when(stopped)
    @rule(smbd=one_of(stopped))
    def go_on(self, smbd):
        self.world.go_on(smbd)

    @when(lambda self: self.world.smbds())
    @rule(smbd=one_of(lambda self: self.world.smbds()))
    def kill(self, smbd):
        self.world.kill(smbd)

    def asked(self):
        """Clients and users, first those who are there."""
        pairs = [(login.link.client.address, login.user)
                 for login in self.world.logins]
        addresses = sorted({address for address, _ in CLIENTS})
        pairs += [(address, user) for address in addresses for user in USERS]
        return [*dict.fromkeys(
            one for address, user in pairs
            for one in ((address, user), (None, user), (address, None)))]

    @rule(asked=one_of(asked),
          by=one_of(lambda self: [None, None, *self.usable()]),
          forms=st.tuples(st.sampled_from(CLIENT_FORMS),
                          st.sampled_from(USER_FORMS)))
    def close(self, asked, by, forms):
        self.world.close(*asked, by=by, forms=forms)

    @when(running)
    @rule(asked=one_of(asked), smbd=one_of(running))
    def close_while_an_smbd_is_slow(self, asked, smbd):
        self.world.close(*asked, held_up=smbd)

    @rule()
    def close_nobody(self):
        self.world.close()

    def listed(self):
        return [login for login in self.world.logins if login.state == THERE]

    @when(listed)
    @rule(login=one_of(listed), level=st.sampled_from(LEVELS))
    def close_as_listed(self, login, level):
        self.world.close_as_listed(login, level)

    @rule(level=st.sampled_from(LEVELS),
          asked=one_of(lambda self: [(None, None), *self.asked()]))
    def list(self, level, asked):
        self.world.list(level, *asked)

    @rule(what=st.sampled_from([
        {"durable handles": "keep"}, {"durable handles": "close"},
        {"audit": "log"}, {"audit": "syslog"}, {"audit": "both"}]))
    def change_smb_conf(self, what):
        self.world.change(**what)

    def may_be_slow(self):
        """These steps take a second or more, so they come late and once."""
        return not self.was_slow and len(self.world.logins) > 3

    @when(may_be_slow)
    @rule()
    def restart_dcerpcd(self):
        self.was_slow = True
        self.world.restart_dcerpcd()

    def may_idle_out(self):
        return self.may_be_slow() and self.world.can_idle_out and not any(
            login.pending for login in self.world.logins)

    @when(may_idle_out)
    @rule()
    def idle_out(self):
        self.was_slow = True
        self.world.idle_out()


def run_some(world, number, record_property):
    """Run sequences of steps, and count the steps."""
    number = int(os.environ.get("MODEL_EXAMPLES", number))
    seed = int(os.environ.get("MODEL_SEED", random.randrange(10 ** 9)))
    print(f"MODEL_SEED={seed}")
    seeded = hypothesis.seed(seed)(type("Seeded", (Machine,),
                                        {"world": world}))
    stateful.run_state_machine_as_test(seeded, settings=hypothesis.settings(
        max_examples=number, stateful_step_count=STEPS, deadline=None,
        database=None, phases=[Phase.generate, Phase.shrink],
        # A real server takes its time.
        suppress_health_check=[HealthCheck.too_slow]))
    record_property("steps of the model", seeded.steps)


@pytest.fixture(name="world", scope="module")
def _world():
    with Server(address="127.0.0.1",
                conf={"rpcd_classic:idle_seconds": "1"}) as samba:
        yield World([samba])


@pytest.fixture(name="cluster_world", scope="module")
def _cluster_world():
    with Cluster(2) as cluster:
        yield World(cluster.nodes)


def test_anything_in_any_order(world, record_property):
    run_some(world, EXAMPLES, record_property)


@pytest.mark.long
def test_anything_in_any_order_for_long(world, record_property):
    run_some(world, 10 * EXAMPLES, record_property)


def test_anything_on_a_cluster(cluster_world, record_property):
    run_some(cluster_world, CLUSTER_EXAMPLES, record_property)


@pytest.mark.long
def test_anything_on_a_cluster_for_long(cluster_world, record_property):
    run_some(cluster_world, 10 * CLUSTER_EXAMPLES, record_property)


# Sequences that the model has found.

@pytest.fixture(name="clean")
def _clean(world):
    yield world
    world.close_all()


@pytest.mark.parametrize("level", [1, 2, 502])
@pytest.mark.parametrize("asked", [(None, None), (None, "bob"),
                                   (CLIENT, None)])
def test_opens_of_a_session_in_limbo_are_nobody_elses(clean, level, asked):
    client = clean.clients[0]
    lost, kept = clean.connect(client), clean.connect(client)
    clean.hang(clean.log_in(lost, "alice"))
    clean.log_in(kept, "bob")
    clean.lose(lost)
    clean.list(level, *asked)
