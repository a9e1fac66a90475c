# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers and sessions for tests of calls that wait; others have their own."""

import pytest

from testbed.clients import CALLER, CLIENT, OTHER_CLIENT, connect
from testbed.server import Server
from testbed.sessions import wait_gone


@pytest.fixture(name="samba", scope="module")
def _samba():
    """A server whose calls wait as long as they may."""
    with Server(address="127.0.0.1",
                conf={"sessiondel:timeout": "20"}) as server:
        yield server


@pytest.fixture(name="hasty_samba", scope="module")
def _hasty_samba():
    """A server whose calls give up as soon as they may."""
    with Server(address="127.0.0.2",
                conf={"sessiondel:timeout": "1"}) as server:
        yield server


@pytest.fixture(name="caller")
def _caller(samba):
    with connect(samba, "sop", source=CALLER) as session:
        yield session


@pytest.fixture(name="hasty_caller")
def _hasty_caller(hasty_samba):
    with connect(hasty_samba, "sop", source=CALLER) as session:
        yield session


def logged_in(samba, user):
    """A fixture's session; it has left the table when the next one begins."""
    with connect(samba, user, source=CLIENT) as session:
        yield session
    wait_gone(samba, user)


@pytest.fixture(name="alice")
def _alice(samba):
    yield from logged_in(samba, "alice")


@pytest.fixture(name="hasty_alice")
def _hasty_alice(hasty_samba):
    yield from logged_in(hasty_samba, "alice")


@pytest.fixture(name="bob")
def _bob(samba):
    """Somebody whom no call means."""
    with connect(samba, "bob", source=OTHER_CLIENT) as session:
        yield session
