# SPDX-License-Identifier: GPL-3.0-or-later
"""Installing and removing the package on a running file server."""

import pytest

from server import (DIVERTED, OURS, PACKAGES, PASSWORD, STOCK, WORKER, Server,
                    sessions)

SESSIONS = 50
SAMBA = "samba samba-common-bin"


def test_one_package_and_it_works(server, deb):
    assert server.answer() == STOCK
    server.install(deb(server.release))
    assert server.answer() == OURS
    assert server.lists_shares()
    status = server.output("sessiondel-ctl status")
    assert status.startswith("active\n")
    assert f"Loader:   in place of {WORKER}\n" in status
    assert " with the module\n" in status
    with sessions(server, 1) as (client,):
        assert server.close("alice")
        assert not client.lists()


def test_sessions_stay_while_it_is_installed_and_removed(server, deb):
    with sessions(server, SESSIONS) as clients:
        assert server.answer() == STOCK
        server.install(deb(server.release))
        assert server.answer() == OURS
        server.apt("remove samba-sessiondel")
        assert server.answer() == STOCK
        assert all(client.lists() for client in clients)


def test_worker_with_clients_keeps_running(server, deb):
    """It still serves its clients, and new clients get the plugin."""
    pipe = server.start("rpcclient", "-U", f"root%{PASSWORD}", "127.0.0.1")
    ask = "netsessdel no-such-client no-such-user\n"
    try:
        pipe.stdin.write(ask)
        pipe.stdin.flush()
        wait_for(pipe, STOCK)
        server.install(deb(server.release))
        assert server.answer() == OURS
        pipe.stdin.write(ask)
        pipe.stdin.flush()
        wait_for(pipe, STOCK)
    finally:
        pipe.kill()
        pipe.communicate()


def wait_for(process, text):
    """Read until a line has this text."""
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"ended without {text}")


def test_purge_leaves_nothing(server, deb):
    before = server.files()
    server.install(deb(server.release))
    assert server.files() != before
    server.apt("purge samba-sessiondel")
    assert server.files() == before
    assert not server.diversions()
    assert not server.output("dpkg --verify " + SAMBA)
    assert not server.run("dpkg-query --show samba-sessiondel",
                          check=False).stdout.startswith("samba-sessiondel")


def test_two_installs_in_a_row(installed, deb):
    installed.apt("install --reinstall "
                  + installed.put(deb(installed.release)))
    assert installed.answer() == OURS
    installed.apt("remove samba-sessiondel")
    assert installed.answer() == STOCK


def test_samba_reinstalled(installed):
    installed.apt("install --reinstall " + SAMBA)
    assert installed.answer() == OURS
    assert not installed.output("dpkg --verify " + SAMBA)
    installed.apt("remove samba-sessiondel")
    assert installed.answer() == STOCK


def test_disabled_stays_disabled(installed, deb):
    installed.run("sessiondel-ctl disable")
    assert installed.answer() == STOCK
    installed.apt("install --reinstall "
                  + installed.put(deb(installed.release)))
    assert installed.answer() == STOCK
    status = installed.run("sessiondel-ctl status", check=False)
    assert (status.returncode, status.stdout.startswith("inactive (")) == (
        3, True)
    assert "fits" not in status.stdout
    installed.run("sessiondel-ctl enable")
    assert installed.answer() == OURS


def test_samba_removed_together(installed):
    installed.stop_smbd()
    installed.apt("purge " + SAMBA)
    assert not installed.diversions()
    assert is_gone(installed)


def is_gone(server):
    return not server.output(f"ls {WORKER} {DIVERTED} 2>/dev/null || :")


def test_samba_removed_before(installed):
    installed.stop_smbd()
    installed.run(f"dpkg --remove --force-depends {SAMBA}")
    installed.run("dpkg --purge samba-sessiondel")
    assert not installed.diversions()
    assert is_gone(installed)


@pytest.mark.parametrize("release", ["bookworm", "trixie"])
def test_package_first_and_samba_later(release, deb):
    with Server(release, "iproute2") as server:
        package = server.put(deb(release))
        server.run(f"dpkg --install --force-depends {package}")
        server.apt("install --fix-broken")
        server.apt(f"install {PACKAGES}")
        server.serve()
        assert server.answer() == OURS
        assert not server.output("dpkg --verify " + SAMBA)


def test_install_that_failed(server, deb):
    """Its script cannot make the directory for the stock worker."""
    place = DIVERTED.rpartition("/")[0]
    package = server.put(deb(server.release))
    before = server.files()
    server.run(f"touch {place}")
    assert server.apt(f"install {package}", check=False).returncode
    assert server.answer() == STOCK
    server.run(f"rm {place}")
    server.apt("purge samba-sessiondel")
    assert server.answer() == STOCK
    assert not server.diversions()
    assert server.files() == before


def test_failed_install_is_completed_later(server, deb):
    place = DIVERTED.rpartition("/")[0]
    package = server.put(deb(server.release))
    server.run(f"touch {place}")
    assert server.apt(f"install {package}", check=False).returncode
    server.run(f"rm {place} && dpkg --configure --pending")
    assert server.answer() == OURS


DIVERT = ("dpkg-divert --quiet --package samba-sessiondel --no-rename "
          f"--divert {DIVERTED} --add {WORKER}")
KEEP = f"mkdir -p $(dirname {DIVERTED}) && cp -p {WORKER} {DIVERTED}"
UNPLACE = f"mv -T {DIVERTED} {WORKER}"


@pytest.mark.parametrize("then, answer", [("enable", OURS), ("disable", STOCK)])
@pytest.mark.parametrize("enabled, steps", [
    (False, DIVERT),
    (False, f"{DIVERT} && {KEEP}"),
    (True, UNPLACE),
], ids=["diverted", "kept", "given back"])
def test_cut_short(installed, enabled, steps, then, answer):
    """Either of enable and disable repairs what a half-done one has left."""
    if not enabled:
        installed.run("sessiondel-ctl disable")
    installed.run(steps)
    assert installed.lists_shares()
    installed.run(f"sessiondel-ctl {then}")
    assert installed.answer() == answer
    assert not installed.output("dpkg --verify " + SAMBA)
    assert bool(installed.diversions()) == (then == "enable")
