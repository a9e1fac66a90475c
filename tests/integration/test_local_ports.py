# SPDX-License-Identifier: GPL-3.0-or-later
"""No client of a test gets a port that Samba may want to listen at.

For a minute after such a connection, a new test server could not start.
"""

import contextlib
import re

import pytest

from testbed import programs
from testbed.servers import domain, machines


@contextlib.contextmanager
def a_machine():
    machine = machines.Machine("ports", f"{machines.NETWORK}.90")
    try:
        yield machine.run
    finally:
        machine.stop()


@contextlib.contextmanager
def the_test_bed():
    yield programs.run


@pytest.mark.parametrize("place", [
    the_test_bed, pytest.param(a_machine, marks=pytest.mark.skipif(
        not domain.is_possible(), reason="it needs real root"))])
def test_ports_of_clients_come_before_samba_s(place):
    first, = re.findall(r"^(\d+)-\d+$", programs.run(
        "testparm", "-s", "--parameter-name=rpc server dynamic port range",
        "/dev/null"), re.M)
    with place() as run:
        _, last = run("cat",
                      "/proc/sys/net/ipv4/ip_local_port_range").split()
    assert int(last) < int(first)
