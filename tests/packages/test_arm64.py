# SPDX-License-Identifier: GPL-3.0-or-later
"""The packages for arm64, on a server whose programs are all emulated.

./waf check --smoke --arch=arm64 runs this.
"""

import pytest
from server import OURS, STOCK, Server, sessions

RELEASE = "bookworm-arm64"


@pytest.fixture(name="server")
def _server():
    with Server(RELEASE) as server:
        assert server.output("dpkg --print-architecture") == "arm64\n"
        server.serve()
        yield server


def test_closes_one_session(server, deb):
    package = deb(RELEASE)
    assert server.answer() == STOCK
    server.install(package, *(
        another for another in package.parent.glob("*_arm64.deb")
        if another.name.startswith(("libsmbsession0_", "smbsession_"))))
    assert server.answer() == OURS
    status = server.output("sessiondel-ctl status")
    assert status.startswith("active\n")
    assert "\nWorkers:  unknown, the programs here are emulated\n" in status
    with sessions(server, 1) as (client,), \
            sessions(server, 1, "root") as (bystander,):
        assert "alice" in server.output("smbsession list")
        assert server.close("alice")
        assert not client.lists()
        assert bystander.lists()
        assert "alice" not in server.output("smbsession list")
    server.apt("purge samba-sessiondel")
    assert server.answer() == STOCK
