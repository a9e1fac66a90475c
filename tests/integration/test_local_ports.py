# SPDX-License-Identifier: GPL-3.0-or-later
"""No client of a test gets a port that Samba may want to listen at.

For a minute after such a connection, a new test server could not start.
"""

import re
from pathlib import Path

from testbed import programs


def test_ports_of_clients_come_before_samba_s():
    first, = re.findall(r"^(\d+)-\d+$", programs.run(
        "testparm", "-s", "--parameter-name=rpc server dynamic port range",
        "/dev/null"), re.M)
    _, last = Path(
        "/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert int(last) < int(first)
