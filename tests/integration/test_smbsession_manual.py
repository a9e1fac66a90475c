# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of smbsession(1), run as they stand there."""

import contextlib
import pathlib
import re
import subprocess

import pytest

from testbed.accounts import PASSWORD
from testbed.clients import Connection
from testbed.names import DnsServer
from testbed.server import BUILD, Server
from testbed.sessions import session_table, wait_for_sessions
from testbed.smbsession import DEADLINE_SECONDS, environment

SMB_CONF = pathlib.Path("/etc/samba/smb.conf")
CLIENTS = ("10.0.0.7", "10.0.0.8")
USERS = ("alice", "bob")


def examples(top):
    """The literal blocks below EXAMPLES, with the sentences before them."""
    text = (top / "docs" / "smbsession.1").read_text()
    section = text.partition(".Sh EXAMPLES\n")[2].partition(".Sh ")[0]
    return re.findall(r"^(.*?)\.Bd -literal.*?\n(.*?)\.Ed$",
                      section.replace("\\e", "\\"), re.M | re.S)


@contextlib.contextmanager
def as_the_standard_server(server):
    """Have the machine's smb.conf be that server's."""
    before = SMB_CONF.readlink() if SMB_CONF.is_symlink() else None
    SMB_CONF.unlink(missing_ok=True)
    SMB_CONF.symlink_to(server.smb_conf)
    try:
        yield
    finally:
        SMB_CONF.unlink()
        if before:
            SMB_CONF.symlink_to(before)


@pytest.fixture(name="samba", scope="module")
def _samba():
    addresses = [f"{client}/32" for client in CLIENTS]
    for address in addresses:
        subprocess.run(["ip", "address", "add", address, "dev", "lo"],
                       check=True)
    names = [(name, "127.0.0.1") for name in ("fs1", "fs2")]
    with Server(address="127.0.0.1") as server, DnsServer(names), \
            as_the_standard_server(server):
        yield server
    for address in addresses:
        subprocess.run(["ip", "address", "del", address, "dev", "lo"],
                       check=True)


@pytest.fixture(name="place")
def _place(tmp_path):
    (tmp_path / "operator.login").write_text(
        f"username = sop\npassword = {PASSWORD}\n")
    return tmp_path


@pytest.fixture(name="everybody")
def _everybody(samba):
    """alice and bob, each on both clients; bob has a file open on one."""
    with contextlib.ExitStack() as stack:
        for client in CLIENTS:
            connection = stack.enter_context(
                Connection(samba, source=client))
            for user in USERS:
                session = connection.login(user)
            session.open("report.txt", sharing=0)\
                if client == CLIENTS[0] else None
        yield
    wait_for_sessions(samba, lambda table: not table, "they left")


def run(commands, place):
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", commands], cwd=place, text=True,
        capture_output=True, check=False, timeout=DEADLINE_SECONDS,
        stdin=subprocess.DEVNULL, env=environment(
            PATH=f"{BUILD}:/usr/sbin:/usr/bin:/sbin:/bin"))


def left(server):
    return {(row["user"], row["address"]) for row in session_table(server)
            if row["user"] in USERS}


ALL = {(user, client) for user in USERS for client in CLIENTS}
OF_ALICE = {("alice", client) for client in CLIENTS}

# What is left after each, by the first words of its sentence.
OUTCOMES = {
    "Kick a user": ALL - OF_ALICE,
    "The same on two servers": ALL - OF_ALICE,
    "Free a locked file": ALL - {("bob", "10.0.0.7")},
    "Close all sessions from": {(user, "10.0.0.8") for user in USERS},
    "Who has been idle": ALL,
    "A job for": ALL - {("bob", client) for client in CLIENTS},
}


@pytest.mark.parametrize("words", OUTCOMES)
def test_example(samba, everybody, place, top_directory, words):
    (commands,) = [block for sentence, block in examples(top_directory)
                   if words in sentence]
    if words == "A job for":
        subprocess.run(["smbpasswd", "-d", "bob"], check=True)
    try:
        done = run(commands, place)
    finally:
        if words == "A job for":
            subprocess.run(["smbpasswd", "-e", "bob"], check=True)
    # On the second server, the same one here, nobody is left to match.
    expected = 1 if words == "The same on two servers" else 0
    assert (done.returncode, words) == (expected, words), done.stderr
    assert left(samba) == OUTCOMES[words]


def test_all_examples_are_tried(top_directory):
    assert len(examples(top_directory)) == len(OUTCOMES)
