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

from testbed import series
from testbed.clients.connections import CLIENT
from testbed.clients.session_enum import LEVELS
from testbed.model.things import CONNECTED, LIMBO, THERE
from testbed.model.world import CLIENTS, OPERATORS, USERS, World
from testbed.servers.cluster import Cluster
from testbed.servers.standalone import Server

STEPS = 40
EXAMPLES = 25
CLUSTER_EXAMPLES = 12

# Workers without a client idle out soon.
CONF = {"rpcd_classic:idle_seconds": "1"}

MOST_LINKS = 4
MOST_LOGINS = 6

# What an admin may change in smb.conf.
SETTINGS = ({"durable handles": "keep"}, {"durable handles": "close"},
            {"audit": "log"}, {"audit": "syslog"}, {"audit": "both"})

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
    sequences = steps = 0

    def __init__(self):
        super().__init__()
        self.was_slow = False

    def teardown(self):
        try:
            if not sys.exc_info()[0]:
                self.world.look_at_all()
        finally:
            error = sys.exc_info()[1]
            # Hypothesis ends a sequence early by what is no Exception.
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

    def who_can(action):
        return lambda self: [login for login in self.usable()
                             if login.link.client.can(action)]

    def has_room(self):
        return len(self.world.logins) < MOST_LOGINS

    def usable_links(self):
        return [link for link in self.world.links
                if link.is_usable and self.has_room()]

    def new_places(self):
        """Clients with servers.

        A client's stopped smbd would hold it up. When a client connects to
        another node of a cluster, Samba drops its other connections.
        """
        links = self.world.links
        return [(client, server) for client in self.world.clients
                for server in self.world.servers
                if len(links) < MOST_LINKS and self.has_room()
                and not any(link.client is client
                            and (link.smbd.stopped
                                 or link.smbd.server is not server)
                            for link in links)]

    @stateful.initialize(
        number=st.sampled_from(range(len(CLIENTS))),
        users=st.lists(st.tuples(
            st.sampled_from(USERS),
            st.sampled_from(["nothing", "open", "lock", "open_durably",
                             "hang"])), min_size=1, max_size=3),
        durable_handles=st.sampled_from(["close", "close", "keep"]))
    def begin(self, number, users, durable_handles):
        """Users of one client, with something in use."""
        type(self).sequences += 1
        self.world.change(**{"durable handles": durable_handles})
        client = self.world.clients[number]
        link = self.world.connect(client)
        for user, action in users:
            login = self.world.log_in(link, user)
            if client.can(action):
                getattr(self.world, action)(login)

    @when(new_places)
    @rule(place=one_of(new_places), user=st.sampled_from(USERS))
    def connect(self, place, user):
        self.world.log_in(self.world.connect(*place), user)

    @when(usable_links)
    @rule(link=one_of(usable_links), user=st.sampled_from(USERS))
    def log_in_again(self, link, user):
        self.world.log_in(link, user)

    @when(usable)
    @rule(login=one_of(usable))
    def open(self, login):
        self.world.open(login)

    @when(who_can("lock"))
    @rule(login=one_of(who_can("lock")))
    def lock(self, login):
        self.world.lock(login)

    @when(who_can("open_durably"))
    @rule(login=one_of(who_can("open_durably")),
          how=st.sampled_from([{}, {"version": 1}, {"lease": True}]))
    def open_durably(self, login, how):
        self.world.open_durably(login, **how)

    def reclaimable(self):
        return [(held, login) for held in self.world.helds
                for login in self.usable()
                if held.kind == "durable" and held.state != CONNECTED
                and login.may_reclaim(held)]

    @when(reclaimable)
    @rule(pair=one_of(reclaimable))
    def reclaim(self, pair):
        self.world.reclaim(*pair)

    @when(who_can("hang"))
    @rule(login=one_of(who_can("hang")))
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

    def idle(self):
        return [link for link in self.there() if not any(
            login.pending for login in self.world.logins
            if login.link is link)]

    def losable(self):
        """Where a lost session waits for its pipes, it might never end."""
        return self.idle() if series.WAITS_FOR_PIPES else self.there()

    @when(losable)
    @rule(link=one_of(losable))
    def lose(self, link):
        self.world.lose(link)

    def idle_and_usable(self):
        return [link for link in self.idle() if link.is_usable]

    @when(idle_and_usable)
    @rule(link=one_of(idle_and_usable))
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

    def killable(self):
        """What is in limbo there would leave a record that nobody can read."""
        smbds = self.world.smbds()
        return [smbd for smbd in smbds if len(smbds) > 1
                and not any(login.state == LIMBO
                            for login in self.world.logins_on(smbd))]

    @when(killable)
    @rule(smbd=one_of(killable))
    def kill(self, smbd):
        self.world.kill(smbd)

    def asked(self):
        """Clients and users, mostly those who are there."""
        there = [(login.link.client.address, login.user)
                 for login in self.world.logins]
        others = [(address, user)
                  for address in sorted({address for address, _ in CLIENTS})
                  for user in USERS]
        return [one for address, user in 2 * there + others
                for one in ((address, user), (None, user), (address, None))
                ] + [(None, None)]

    def may_wait(self):
        """A call that is not answered at once takes a second, or two."""
        return self.world.logins and (self.world.late_answers < 3
                                      or not self.world.has_stuck())

    @when(may_wait)
    @rule(asked=one_of(asked),
          by=one_of(lambda self: [None, None, *self.usable()]),
          forms=st.tuples(st.sampled_from(CLIENT_FORMS),
                          st.sampled_from(USER_FORMS)))
    def close(self, asked, by, forms):
        self.world.close(*asked, by=by, forms=forms)

    def operators(self):
        return [login for login in self.usable()
                if login.user in OPERATORS and self.may_wait()]

    @when(operators)
    @rule(by=one_of(operators),
          means=st.sampled_from([(True, True), (False, True), (True, False)]),
          hangs=st.booleans())
    def close_own(self, by, means, hangs):
        """By its client and user, by its user, or by its client."""
        if hangs and by.link.client.can("hang"):
            self.world.hang(by)
        own = (by.link.client.address, by.user)
        self.world.close(*(name if meant else None
                           for name, meant in zip(own, means)), by=by)

    def hinderable(self):
        return self.running() if self.may_wait() else []

    @when(hinderable)
    @rule(asked=one_of(asked), smbd=one_of(hinderable))
    def close_while_an_smbd_is_slow(self, asked, smbd):
        self.world.close(*asked, held_up=smbd)

    def listed(self):
        return [login for login in self.world.logins
                if login.state == THERE and self.may_wait()]

    @when(listed)
    @rule(login=one_of(listed), level=st.sampled_from(LEVELS))
    def close_as_listed(self, login, level):
        self.world.close_as_listed(login, level)

    @when(lambda self: self.world.logins)
    @rule(level=st.sampled_from(LEVELS),
          asked=one_of(asked))
    def list(self, level, asked):
        self.world.list(level, *asked)

    def changes(self):
        return [one for one in SETTINGS if not self.world.is_set_up(**one)]

    @when(lambda self: self.world.logins)
    @rule(what=one_of(changes))
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


def run_some(world, number, seed=None):
    """Run sequences of steps, and count both. seed: None for any."""
    number = int(os.environ.get("MODEL_EXAMPLES", number))
    if seed is None:
        seed = random.randrange(10 ** 9)
    seed = int(os.environ.get("MODEL_SEED", seed))
    print(f"MODEL_SEED={seed}")
    seeded = hypothesis.seed(seed)(type("Seeded", (Machine,),
                                        {"world": world}))
    try:
        stateful.run_state_machine_as_test(
            seeded, settings=hypothesis.settings(
                max_examples=number, stateful_step_count=STEPS, deadline=None,
                database=None, phases=[Phase.generate, Phase.shrink],
                # A real server takes its time.
                suppress_health_check=[HealthCheck.too_slow]))
    finally:
        print(f"sequences of the model: {seeded.sequences}, "
              f"steps: {seeded.steps}")


@pytest.fixture(name="world", scope="module")
def _world():
    with Server(address="127.0.0.1", conf=CONF) as samba:
        yield World([samba])


@pytest.fixture(name="cluster_world", scope="module")
def _cluster_world():
    with Cluster(2, conf=CONF) as cluster:
        yield World(cluster.nodes)


def test_anything_in_any_order(world):
    """The same sequences each time; the long test has others."""
    run_some(world, EXAMPLES, seed=1)


@pytest.mark.long
def test_anything_in_any_order_for_long(world):
    run_some(world, 10 * EXAMPLES)


@pytest.mark.long
def test_anything_on_a_cluster(cluster_world):
    run_some(cluster_world, CLUSTER_EXAMPLES)


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
