# SPDX-License-Identifier: GPL-3.0-or-later
"""Completion of smbsession's command line in bash and zsh."""

import re
import signal
import subprocess

import pytest

from testbed import processes
from testbed.clients.connections import Connection
from testbed.clients.smbsession import Terminal, environment, run
from testbed.places import BUILD, TOP
from testbed.servers.smb_conf import as_the_standard_server
from testbed.servers.standalone import Server

SOURCE = TOP / "source" / "smbsession"
PATH = f"{BUILD}:/usr/sbin:/usr/bin:/sbin:/bin"
CLIENT = "127.0.0.21"
ODD = "$(touch hacked) x"


@pytest.fixture(name="people", scope="module")
def _people():
    """Sessions of alice and carol on this machine's Samba."""
    with Server(address="127.0.0.1") as server, \
            as_the_standard_server(server), \
            Connection(server, source=CLIENT) as connection:
        connection.login("alice")
        # Else smbd drops the connection after a minute.
        connection.login("carol").tree()
        yield


def options():
    """All long options in the help."""
    return set(re.findall(r"--[a-z-]{2,}", run("--help").stdout))


def bash(*words, tool=None, directory=None):
    """What bash offers for the last of the words."""
    script = (f". {SOURCE}/smbsession.bash; {tool or ''}\n"
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _smbsession\n'
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", "smbsession", *words],
        capture_output=True, text=True, check=True, cwd=directory,
        env=environment(PATH=PATH))
    assert done.stderr == ""
    return set(done.stdout.split("\n")) - {""}


def test_bash_knows_all_options():
    assert bash("close", "--") == options() - {"--help", "--version"}
    assert bash("list", "--") == options() - {
        "--help", "--version", "--all", "--yes", "--dry-run"}


@pytest.mark.parametrize("words, expected", [
    (["l"], {"list"}), (["h"], {"help"}),
    (["list", "--use-kerberos", "=", "de"], {"desired"}),
    (["list", "--use-kerberos", "="], {"desired", "required", "off"}),
    (["list", "--client-protection", "e"], {"encrypt"}),
    (["list", "--sort", "="], {"user", "client", "opens", "connected",
                               "idle"}),
    (["list", "--columns", "=", "user,co"], {"user,connected"}),
    (["list", "--user", "a"], {"alice"}),
    (["list", "--user", "="], {"alice", "carol"}),
    (["list", "--client", "127"], {CLIENT})])
def test_bash_offers_values(people, words, expected):
    assert bash(*words) == expected


@pytest.mark.parametrize("option", ["--user", "--client", "-A", "-s"])
def test_bash_runs_nothing_that_a_name_says(tmp_path, option):
    """What is offered is quoted."""
    tool = f"smbsession() {{ echo '{ODD}'; }}"
    (tmp_path / ODD).touch()
    (offer,) = bash("list", option, "", tool=tool, directory=tmp_path)
    said = subprocess.run(["bash", "-c", f"printf %s {offer}"], text=True,
                          capture_output=True, check=True, cwd=tmp_path)
    assert said.stdout == ODD
    assert list(tmp_path.iterdir()) == [tmp_path / ODD]


def test_zsh_knows_all_options():
    assert options() - {"--help", "--version"} == set(
        re.findall(r"(?<=[',*)])--[a-z-]+|(?<=\*)--[a-z-]+",
                   (SOURCE / "smbsession.zsh").read_text()))


@pytest.mark.parametrize("typed, completed", [
    ("cl", "close "), ("list --id", "list --idle="),
    ("list --user=al", "list --user=alice "),
    ("list --user al", "list --user alice "),
    ("list --client 127", f"list --client {CLIENT} "),
    ("list --use-kerberos=de", "list --use-kerberos=desired "),
    ("close --dr", "close --dry-run ")])
def test_zsh_completes(people, tmp_path, typed, completed):
    (tmp_path / "_smbsession").symlink_to(SOURCE / "smbsession.zsh")
    shell = Terminal("-f", "-i", program="/bin/zsh",
                     env={"PATH": PATH, "TERM": "dumb"})
    # Control-T writes what is on the command line.
    shell.type(f"cd {tmp_path}; fpath=($PWD $fpath); autoload -U compinit; "
               "compinit -u -D; keep() {print -r -- \"$BUFFER\" >line}; "
               "zle -N keep; bindkey '^T' keep; PS1=ready-%#\n")
    shell.wait_for("ready-#")
    shell.type(f"smbsession {typed}\t\x14")
    line = tmp_path / "line"
    processes.wait_until(lambda: line.exists() and line.read_text(),
                         "the line is completed")
    shell.send(signal.SIGKILL)
    shell.end()
    assert line.read_text() == f"smbsession {completed}\n"
