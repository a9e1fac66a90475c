# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin in the service as Debian ships it, and in a hardened one."""

import re

import pytest

import readme
from booted import BootedServer
from server import OURS, STOCK, sessions
from tree import RELEASES

UNIT = "/etc/systemd/system/smbd.service.d/hardened.conf"
# Hardening that Debian's unit does not have and Samba can live with.
HARDENED = """\
[Service]
NoNewPrivileges=yes
ProtectSystem=full
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
"""


@pytest.fixture(name="booted", params=RELEASES)
def _booted(request):
    with BootedServer(request.param) as server:
        server.serve()
        yield server


def closes(server):
    """Whether a session can be closed."""
    with sessions(server, 1) as (client,):
        closed = server.close("alice")
        return closed and not client.lists()


def runs_in_the_service(server):
    """Whether the worker with the module runs in smbd.service."""
    group = server.output("cat $(grep -l /sessiondel.so /proc/[0-9]*/maps | "
                          "sed s/maps/cgroup/) | grep '^0:'")
    return group.endswith("/system.slice/smbd.service\n")


def test_service_as_debian_ships_it(booted, deb):
    assert booted.answer() == STOCK
    booted.install(deb(booted.release))
    assert booted.systemctl("is-active smbd")
    assert booted.answer() == OURS
    assert runs_in_the_service(booted)
    booted.run("systemctl restart smbd")
    assert booted.answer() == OURS
    assert closes(booted)
    assert "NetSessionDel by" in booted.output(
        readme.command("journalctl -t sessiondel"))
    assert re.search(r"^Log: +the journal\n.*NetSessionDel by",
                     booted.output("sessiondel-ctl status"), re.M)
    before, after = booted.output(
        readme.manual_block("journalctl")).splitlines()
    assert re.search(r'NetSessionDel by ".*" .*: closing session .* of '
                     r'".*\\alice" at ', before)
    assert re.search(r'session .* of ".*\\alice" at .*: closed$', after)
    booted.apt("install --reinstall samba samba-common-bin")
    assert booted.answer() == OURS
    booted.apt("remove samba-sessiondel")
    assert booted.systemctl("is-active smbd")
    assert booted.answer() == STOCK


def test_hardened_service(booted, deb):
    booted.run(f"mkdir -p {UNIT.rpartition('/')[0]}")
    (booted.root / UNIT[1:]).write_text(HARDENED)
    booted.run("systemctl daemon-reload && systemctl restart smbd")
    assert booted.answer() == STOCK
    booted.install(deb(booted.release))
    assert booted.answer() == OURS
    assert closes(booted)
    assert "NetSessionDel by" in booted.output(
        "journalctl --identifier=sessiondel")
