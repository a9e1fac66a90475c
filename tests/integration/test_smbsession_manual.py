# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands of smbsession(1), NetSessionDel(3), sessiondel(8) and README.md,
word for word."""

import contextlib
import json
import re
import subprocess

import pytest

from testbed import command
from testbed.accounts import PASSWORD
from testbed.clients.connections import Connection
from testbed.clients.smbsession import DEADLINE_SECONDS, Terminal, environment
from testbed.names.dns import DnsServer
from testbed.observe import sanitizers
from testbed.observe.sessions import session_table, wait_for_sessions
from testbed.places import BUILD, TOP
from testbed.servers.smb_conf import as_the_standard_server
from testbed.servers.standalone import Server

PATH = f"{BUILD}:/usr/sbin:/usr/bin:/sbin:/bin"
CLIENTS = ("10.0.0.7", "10.0.0.8")
USERS = ("alice", "bob")


def examples(top, page="smbsession.1"):
    """The literal blocks under EXAMPLES, each with the sentence before it."""
    text = (top / "docs" / "man" / page).read_text()
    section = text.partition(".Sh EXAMPLES\n")[2].partition(".Sh ")[0]
    return re.findall(r"^(.*?)\.Bd -literal.*?\n(.*?)\.Ed$",
                      section.replace("\\e", "\\"), re.M | re.S)


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
    """alice and bob, each on both clients. bob has a file open on one."""
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


def run(commands, place, stdin="", **env):
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands], cwd=place,
        text=True, capture_output=True, check=False,
        timeout=DEADLINE_SECONDS, input=stdin, env=environment(
            PATH=PATH, **env))


def run_at_terminal(commands, place):
    """The exit status and the output, with "y" for the question."""
    shell = Terminal("-e", "-c", f"cd {place}\n{commands}",
                     program="/bin/bash", env={"PATH": PATH})
    shell.wait_for("[y/N] ")
    shell.type("y\n")
    return shell.end()


def left(server):
    return {(row["user"], row["address"]) for row in session_table(server)
            if row["user"] in USERS}


ALL = {(user, client) for user in USERS for client in CLIENTS}
OF_ALICE = {("alice", client) for client in CLIENTS}

# The sessions left after each example, by the first words of its sentence.
OUTCOMES = {
    "See who is on": ALL,
    "Kick one user": ALL - OF_ALICE,
    "Free a locked file": ALL - {("bob", "10.0.0.7")},
    "Close everything from": {(user, "10.0.0.8") for user in USERS},
    "See who has been idle": ALL,
    "The same user on several": ALL - OF_ALICE,
    "End the sessions of disabled": ALL - {("bob", client)
                                           for client in CLIENTS},
    "Count the sessions": ALL,
}
ANSIBLE = "A task for Ansible"


def example(top, words):
    (block,) = [block for sentence, block in examples(top)
                if words in sentence]
    return block


def commands_of(block):
    """The lines after the shell's prompts."""
    return "".join(f"{line[2:]}\n" for line in block.splitlines()
                   if line[:2] in ("# ", "> "))


def output_in(block):
    return "".join(f"{line}\n" for line in block.splitlines()
                   if line[:2] not in ("# ", "> "))


def normal(text):
    """Without what differs from run to run: times, ids, paths, padding."""
    text = re.sub(r"\b\d+[smhdw](\d+[smhd])?\b", "TIME", text)
    text = re.sub(r"\b[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]{8} \d{4}", "DATE",
                  text)
    text = re.sub(r"(?<= )/\S+", "PATH", text)
    # One more column of smbstatus --locks, from 4.25.
    text = re.sub(r" (yes|no)(?= +PATH)", "", text)
    text = text.replace("testusers", "users")
    text = re.sub(r"(?m)^\d+\b|\b\d{4,5}\b|(?<=:)\d{4,5}(?=\))", "ID", text)
    return [line.split() for line in text.splitlines()]


@contextlib.contextmanager
def disabled(user):
    subprocess.run(["smbpasswd", "-d", user], check=True)
    yield
    subprocess.run(["smbpasswd", "-e", user], check=True)


def clients_port(samba, commands):
    """The commands with the ids and ports of this run."""
    (row,) = [row for row in session_table(samba)
              if (row["user"], row["address"]) == ("bob", "10.0.0.7")]
    (port,) = re.findall(r"ipv4:10\.0\.0\.7:(\d+)", subprocess.run(
        ["smbstatus", "--processes"], capture_output=True, text=True,
        check=True).stdout)[:1]
    return commands.replace("2917", str(row["pid"])).replace("48382", port)


@pytest.mark.parametrize("words", OUTCOMES)
def test_example_prints_what_the_manual_shows(samba, everybody, place,
                                              top_directory, words):
    block = example(top_directory, words)
    commands = clients_port(samba, commands_of(block)).replace("1d", "0s")
    with contextlib.ExitStack() as stack:
        if "pdbedit" in commands:
            stack.enter_context(disabled("bob"))
        shell = Terminal("-c", f"cd {place}\n{commands}", columns=200,
                         program="/bin/bash", env={"PATH": PATH})
        if "[y/N]" in block:
            shell.wait_for("[y/N] ")
            shell.type("y\n")
        _, said = shell.end()
    assert normal(said) == normal(output_in(block))
    assert left(samba) == OUTCOMES[words]


def test_task_for_ansible(samba, everybody, place, top_directory):
    block = example(top_directory, ANSIBLE)
    (task,) = re.findall(r"ansible\.builtin\.command: (.*)", block)
    assert [run(task, place).returncode for _ in range(2)] == [0, 1]
    assert left(samba) == ALL - OF_ALICE


def test_all_examples_are_tried(top_directory):
    assert len(examples(top_directory)) == len(OUTCOMES) + len([ANSIBLE])


def test_diagnostics_are_what_the_tool_prints(samba, top_directory):
    said = run("smbsession close --user nobody-here", "/").stderr
    (block,) = re.findall(r"^\.Bd -literal -offset.*?\n(smbsession: .*?)\.Ed$",
                          (top_directory / "docs" / "man" / "smbsession.1")
                          .read_text(), re.M | re.S)
    assert block == said.splitlines(True)[0]


# sessiondel(8): what rpcclient or smbsession prints, and the sessions left, by
# words of the command.
REMOTE = {
    r'netsessdel "\\10.0.0.7"': (
        "", {(user, "10.0.0.8") for user in USERS}),
    "--user alice": ("closed ", ALL - OF_ALICE),
    "no-such-client": ("result was WERR_NERR_CLIENTNAMENOTFOUND", ALL),
    "netsessenum": ("Received 5 entries", ALL),
}


@pytest.mark.parametrize("words", REMOTE)
def test_example_of_sessiondel(samba, everybody, top_directory, words):
    """With the test bed's operator and server."""
    (line,) = [block for _, block in examples(top_directory, "sessiondel.8")
               if words in block]
    line = line.replace("operator", "sop").replace("SERVER", "127.0.0.1")
    line = line.replace("--user alice", "--user alice --yes")
    said, expected = REMOTE[words]
    assert said in run(line, "/", f"{PASSWORD}\n").stdout
    assert left(samba) == expected


def test_all_examples_of_sessiondel_are_tried(top_directory):
    assert len(examples(top_directory, "sessiondel.8")) == len(REMOTE)


# README.md

README_BLOCK = re.compile(r"^```\n(.*?)^```$", re.M | re.S)
README_COMMAND = re.compile(
    r"`((?:\./waf|apt-get|journalctl|net|sessiondel-ctl|smbsession|tests/)"
    r"[^`]*)`")


def readme_commands(top):
    """Its blocks, and the commands in its sentences."""
    text = (top / "README.md").read_text(encoding="utf-8")
    return [*README_BLOCK.findall(text),
            *README_COMMAND.findall(README_BLOCK.sub("", text))]


def readme_command(top, words):
    """The command with these words in it."""
    (found,) = {text for text in readme_commands(top) if words in text}
    return found


def test_readme_lists_and_closes(samba, everybody, place, top_directory):
    status, said = run_at_terminal(
        readme_command(top_directory, "smbsession list\nsmbsession"), place)
    assert status == 0, said
    assert left(samba) == ALL - OF_ALICE
    assert len(re.findall(r" bob +[01] ", said)) == 3


def test_readme_verifies(samba, top_directory):
    done = run(readme_command(top_directory, "smbsession list --json"), "/")
    assert json.loads(done.stdout)["level"] == 502


def test_readme_gives_the_group_members(samba, top_directory):
    with open("/etc/group", "r+", encoding="utf-8") as groups:
        before = groups.read()
        groups.write("operators:x:4998:carol\n")
        groups.flush()
        run("net groupmap delete sid=S-1-5-32-549", "/")
        done = run(readme_command(top_directory, "net groupmap add"), "/")
        try:
            listed = run(f"smbsession list -U 'carol%{PASSWORD}'", "/")
        finally:
            groups.truncate(len(before.encode()))
            run("net groupmap modify sid=S-1-5-32-549 unixgroup=builtin549",
                "/")
    assert (done.returncode, listed.returncode) == (0, 0), done.stderr


@pytest.mark.skipif(sanitizers.active(), reason="the program would need them")
def test_program_compiles_as_documented(samba, everybody, place, top_directory):
    """With the library from the build instead of an installed one."""
    (place / "docs").symlink_to(top_directory / "docs")
    manual = (top_directory / "docs" / "man" / "NetSessionDel.3").read_text()
    asked = re.search(r"^\.Ic (pkg-config .*) \.$", manual, re.M).group(1)
    places = {"libdir": BUILD,
              "includedir": top_directory / "source" / "client"}
    pc = (BUILD / "smbsession.pc").read_text()
    for name, directory in places.items():
        pc = re.sub(f"^{name}=.*$", f"{name}={directory}", pc, flags=re.M)
    (place / "smbsession.pc").write_text(pc)
    done = run(f"cc docs/examples/session_del.c $({asked})\n"
               "./a.out '\\\\127.0.0.1' '\\\\10.0.0.7' bob", place,
               USER="sop", PASSWD=PASSWORD, PKG_CONFIG_PATH=str(place))
    assert done.returncode == 0, done.stderr
    assert "successfully" in done.stderr
    assert left(samba) == ALL - {("bob", "10.0.0.7")}


@pytest.mark.skipif(BUILD != TOP / "bin", reason="it takes what bin/ has")
def test_commands_of_the_banner_list_and_close(top_directory):
    """In a shell of the test bed; each line runs once the one before works."""
    first, *others = command.BANNER.partition("Try:\n")[2].format(
        client="127.0.0.21", password=PASSWORD, tool="bin/smbsession",
        address="127.0.0.1").splitlines()[:3]
    until = "until smbstatus -b 2>&1 | grep -q alice; do sleep 0.1; done"
    with subprocess.Popen(
            readme_command(top_directory, "testbed/testbed"),
            cwd=top_directory, stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as shell:
        said, _ = shell.communicate(
            "\n".join([first, until, *others, "exit"]) + "\n",
            timeout=DEADLINE_SECONDS)
    banner, listed = said.split("CLIENT ")
    assert all(f"\n{line}\n" in banner for line in [first, *others])
    assert re.search(r"^\\\\127\.0\.0\.21 +alice .*SMB 3\.1\.1", listed, re.M)
    assert "\nclosed \\\\127.0.0.21 alice\n" in listed


# What else README.md shows: the test that runs it, or why it is no command.
ELSEWHERE = {
    "./waf demo\n./waf check": "test_demo.py, and this very run",
    "alice and bob share": "what the demo prints: test_demo.py",
    "./waf deb\n": "tests/packages/test_readme.py",
    "apt-get remove": "tests/packages/test_readme.py",
    "sessiondel-ctl status": "tests/packages/test_readme.py",
    "sessiondel-ctl enable": "tests/packages/test_readme.py",
    "journalctl": "tests/packages/test_systemd.py",
}
HERE = ("smbsession list\nsmbsession", "smbsession list --json",
        "tests/testbed/testbed", "net groupmap add")


def test_each_command_of_the_readme_is_tried(top_directory):
    known = [*ELSEWHERE, *HERE]
    for text in set(readme_commands(top_directory)) - {"smbsession list"}:
        assert sum(words in text for words in known) == 1, text
