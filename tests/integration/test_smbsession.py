# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line lists and closes sessions, and reports the results."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from testbed import namespace, processes
from testbed.accounts import PASSWORD
from testbed.clients.connections import ALIVE, Connection, connect
from testbed.clients.smbsession import (
    DONE, NOT_ALL, NOT_CONFIRMED, NO_MATCH, OTHER, REFUSED, TOOL, USAGE,
    Terminal, environment, error_of, login, output_of, run)
from testbed.faults.hinder import stopped
from testbed.observe import sessions
from testbed.observe.sessions import sessions_of
from testbed.servers.standalone import Server

CLIENT = "127.0.0.21"
OTHER_CLIENT = "127.0.0.22"
IPV4_CLIENT = "127.0.0.23"
IPV6_CLIENT = "fd00:5e55::21"
SERVER = "127.0.0.1"
ADMIN = login("adm")
OPERATOR = login("sop")



@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(conf={"sessiondel:timeout": "2"},
                address=[SERVER, namespace.SERVER_IPV6]) as server:
        yield server


@pytest.fixture(name="users")
def _users(samba):
    """alice and bob on one connection, Ольга and jürgen on their own."""
    yield from logged_in(samba)


@pytest.fixture(name="stock_users")
def _stock_users(stock):
    with Connection(stock, source=CLIENT) as one, \
            Connection(stock, source=OTHER_CLIENT) as two:
        one.login("alice"), two.login("bob")
        yield
    sessions.wait_for_sessions(stock, lambda table: not table,
                               "they have left")


def logged_in(server):
    with Connection(server, source=CLIENT) as shared, \
            connect(server, "Ольга", source=OTHER_CLIENT), \
            connect(server, "jürgen", source=IPV6_CLIENT):
        alice = shared.login("alice")
        shared.login("bob")
        alice.open("held open")
        yield
    sessions.wait_for_sessions(server, lambda table: not table,
                               "they have left")


def left(server):
    """The users who have sessions, except callers, who may still be leaving."""
    return {row["user"] for row in sessions.session_table(server)
            if row["user"] not in ("adm", "sop", "root",
                                   "(auth in progress)")}


ALL = {"alice", "bob", "Ольга", "jürgen"}


def rows(text):
    """The lines of a table without its heading, split into words."""
    return [line.split() for line in text.splitlines()[1:]]


def test_list_has_everybody(samba, users):
    done = run("list", SERVER, ADMIN)
    assert (done.returncode, done.stderr) == (DONE, "")
    assert done.stdout.split("\n")[0].split() == [
        "CLIENT", "USER", "OPENS", "CONNECTED", "IDLE", "GUEST", "TYPE"]
    found = {row[1]: (row[0].strip("\\[]"), row[2])
             for row in rows(done.stdout)}
    assert {name: found[name] for name in ALL} == {
        "alice": (CLIENT, "1"), "bob": (CLIENT, "0"),
        "Ольга": (OTHER_CLIENT, "0"), "jürgen": (IPV6_CLIENT, "0")}


@pytest.mark.parametrize("server", [
    SERVER, f"\\\\{SERVER}", f"\\{SERVER}", "testbed", "\\\\TESTBED",
    "fd00:5e55::1"])
def test_server_may_be_named_in_many_ways(samba, server):
    assert run("list", server, ADMIN).returncode == DONE


def test_list_is_ordered_by_user_then_client(samba, users):
    with connect(samba, "alice", source="127.0.0.3"):
        done = run("list", SERVER, ADMIN)
    assert [row[:2] for row in rows(done.stdout) if row[1] != "adm"] == [
        ["\\\\127.0.0.3", "alice"], [f"\\\\{CLIENT}", "alice"],
        [f"\\\\{CLIENT}", "bob"], [f"\\\\[{IPV6_CLIENT}]", "jürgen"],
        [f"\\\\{OTHER_CLIENT}", "Ольга"]]


@pytest.mark.parametrize("options, expected", [
    (["--sort=client", "--columns=client"],
     ["127.0.0.21", "127.0.0.21", "127.0.0.22", f"[{IPV6_CLIENT}]"]),
    (["--sort=user", "--reverse", "--columns=user"],
     ["Ольга", "jürgen", "bob", "alice"]),
    (["--sort=opens", "--columns=opens,user"],
     ["0 bob", "0 jürgen", "0 Ольга", "1 alice"]),
    (["--sort=opens", "-r", "--columns=OPENS,user", "--user=bob",
      "--user=alice"], ["1 alice", "0 bob"])])
def test_order_and_columns(samba, users, options, expected):
    done = run("list", "-s", str(samba.smb_conf), "--no-header", *options)
    assert [" ".join(line.split()).replace("\\", "")
            for line in done.stdout.splitlines()] == expected


@pytest.mark.parametrize("key", ["connected", "idle"])
def test_order_by_time(samba, key):
    """The later one has been there for a shorter time."""
    with connect(samba, "alice", source=CLIENT):
        processes.wait_until(
            lambda: output_of(run("list", "-s", str(samba.smb_conf), "--json"))
            ["sessions"][0][f"{key}_seconds"] > 0, "a second has passed")
        with connect(samba, "bob", source=CLIENT):
            listed = [[row["user"] for row in output_of(run(
                "list", "-s", str(samba.smb_conf), "--json", f"--sort={key}",
                *more))["sessions"]] for more in ([], ["--reverse"])]
    assert listed == [["bob", "alice"], ["alice", "bob"]]


def test_each_cell_is_where_awk_expects_it(samba, users, stock, stock_users):
    for server in (SERVER, stock.address):
        lines = run("list", server, ADMIN).stdout.splitlines()
        assert {len(line.split()[:6]) for line in lines} == {6}
        assert {line.split()[5] for line in lines} == {"GUEST", "no"}


# Idle sessions

def wait_until_idle(samba, user, seconds):
    conf = ["-s", str(samba.smb_conf)]
    processes.wait_until(
        lambda: run("list", "--user", user, f"--idle={seconds}s",
                    *conf).returncode == DONE, "it is idle")


def test_idle_sessions_are_listed_and_closed(samba):
    conf = ["-s", str(samba.smb_conf)]
    with connect(samba, "alice", source=CLIENT), \
            connect(samba, "bob", source=OTHER_CLIENT) as bob:
        wait_until_idle(samba, "alice", 2)
        assert bob.alive() == ALIVE
        listed = run("list", "--idle", "2s", "--columns=user", "--no-header",
                     *conf)
        assert listed.stdout == "alice\n"
        assert run("close", "--idle", "1 day", *conf).returncode == NO_MATCH
        assert left(samba) == {"alice", "bob"}
        done = run("close", "--idle", "2s", *conf)
        assert (done.stdout, done.returncode) == (
            f"closed \\\\{CLIENT} alice\n", DONE)
        assert left(samba) == {"bob"}


def test_session_in_use_keeps_an_idle_one_with_its_names(samba):
    """One call would close both."""
    conf = ["-s", str(samba.smb_conf)]
    with connect(samba, "alice", source=CLIENT), \
            connect(samba, "alice", source=CLIENT) as busy:
        wait_until_idle(samba, "alice", 2)
        assert busy.alive() == ALIVE
        done = run("close", "--idle=2s", "--yes", "--json", *conf)
        assert (done.returncode, output_of(done)["error"]["name"]) == (
            NOT_ALL, "ERROR_ACTIVE_CONNECTIONS")
        assert len(sessions_of(samba, "alice")) == 2


def test_nobody_is_idle(samba, users):
    done = run("list", "-s", str(samba.smb_conf), "--idle", "1h")
    assert (done.returncode, error_of(done)) == (
        NO_MATCH, "NERR_ClientNameNotFound: no session has been idle for that "
        "long")


@pytest.mark.parametrize("command", ["list", "close"])
def test_idle_time_that_the_server_does_not_say(stock, stock_users, command):
    done = run(command, "-s", str(stock.smb_conf), "--idle", "1")
    assert (done.returncode, error_of(done)) == (
        OTHER, "ERROR_INVALID_LEVEL: the server does not say how long its "
        "sessions are idle")
    assert left(stock) == {"alice", "bob"}


@pytest.mark.parametrize("options, who", [
    (["--user", "alice"], {"alice"}),
    (["--user", "ALICE", "--client", f"\\\\{CLIENT}"], {"alice"}),
    (["--client", f"::ffff:{CLIENT}"], {"alice", "bob"}),
    (["--client", "fd00-5e55--21.ipv6-literal.net"], {"jürgen"}),
    (["--user", "ольга"], {"Ольга"}),
    (["--user", "TESTBED\\bob"], {"bob"}),
    (["--user", "alice", "--user", "BOB"], {"alice", "bob"}),
    (["--client", OTHER_CLIENT, "--client", IPV6_CLIENT], {"Ольга", "jürgen"}),
    (["--user", "bob", "--user", "jürgen", "--client", CLIENT, "--client",
      OTHER_CLIENT], {"bob"}),
    (["--client", f"ipv4:{CLIENT}:48382"], {"alice", "bob"}),
    (["--client", f"ipv6:{IPV6_CLIENT}:48382"], {"jürgen"}),
    (["--client", f"//{CLIENT}"], {"alice", "bob"}),
])
def test_list_of_some(samba, stock, users, options, who):
    done = run("list", SERVER, ADMIN, *options)
    assert {row[1] for row in rows(done.stdout)} == who
    assert done.returncode == DONE


@pytest.mark.parametrize("options", [
    ["--user", "alice", "--user", "ALICE", "--user", "Alice"],
    ["--client", CLIENT, "--client", f"::ffff:{CLIENT}", "--user", "alice"]])
def test_session_that_several_options_mean_is_listed_once(
        samba, users, stock, stock_users, options):
    with connect(samba, "alice", source=CLIENT):
        for server, count in ((SERVER, 2), (stock.address, 1)):
            done = run("list", server, ADMIN, *options)
            assert [row[1] for row in rows(done.stdout)] == ["alice"] * count


def test_tool_filters_where_samba_without_the_plugin_does_not(stock,
                                                              stock_users):
    done = run("list", stock.address, ADMIN, "--user", "alice")
    assert [row[1] for row in rows(done.stdout)] == ["alice"]
    # Stock Samba's list has no types.
    assert done.stdout.splitlines()[0].endswith("GUEST")


# What a stock server's list does not say: domains, what a name stands for.
IN_DOUBT = [["--user", "OTHER\\alice"], ["--user", "alice@other.test"],
            ["--client", "ws9"]]
UNSAID = "smbsession: the server does not say which sessions match"


@pytest.mark.parametrize("options", IN_DOUBT, ids=" ".join)
def test_session_in_doubt_is_not_closed(stock, stock_users, options):
    """With --yes, the server decides: this one compares its own names."""
    close = ["close", "-s", str(stock.smb_conf), *options]
    for more, says, status in (
            ([], f"{UNSAID}: without a terminal this needs --yes\n"
             "smbsession: nothing was closed\n", NOT_CONFIRMED),
            (["--dry-run"], f"{UNSAID}\n", OTHER),
            (["--yes"], "smbsession: ERROR_ACCESS_DENIED", REFUSED)):
        done = run(*close, *more)
        assert (done.returncode, done.stderr[:len(says)]) == (status, says)
    terminal = Terminal(*close)
    terminal.wait_for("this machine does not say which sessions match. Close "
                      "all that do? [y/N] ")
    terminal.type("n\n")
    assert terminal.end()[0] == NOT_CONFIRMED
    assert left(stock) == {"alice", "bob"}


@pytest.mark.parametrize("command", [["list"], ["close", "--idle=1"]],
                         ids=" ".join)
@pytest.mark.parametrize("options", IN_DOUBT, ids=" ".join)
def test_session_in_doubt_is_not_listed(stock, stock_users, command, options):
    """Only the list has idle times."""
    done = run(*command, "-s", str(stock.smb_conf), *options)
    assert (done.returncode, done.stdout, error_of(done)) == (
        OTHER, "", "ERROR_NONE_MAPPED: the server does not say which sessions "
        "match")


@pytest.mark.parametrize("options", [
    ["--user=bob", "--user=OTHER\\alice"],
    ["--user=OTHER\\alice", "--user=alice@other.test", "--user=bob"]],
    ids=" ".join)
def test_session_in_doubt_stays_when_others_end(stock, stock_users, options):
    """Whichever is named first."""
    close = ["close", "-s", str(stock.smb_conf), *options]
    shown = run(*close, "--dry-run")
    assert (shown.returncode, shown.stderr) == (OTHER, f"{UNSAID}\n")
    assert shown.stdout.split().count("bob") == 1
    assert "alice" not in shown.stdout
    done = run(*close, "--yes", "--json")
    parsed = output_of(done)
    assert done.returncode == NOT_ALL and parsed["level"] == 1
    in_doubt = [option.partition("=")[2] for option in options
                if option != "--user=bob"]
    assert [(row["user"], row["result"]) for row in parsed["sessions"]] == [
        ("bob", "closed"), *((user, "failed") for user in in_doubt)]
    sessions.wait_for_sessions(stock, lambda table: not {"bob"} & {
        row["user"] for row in table}, "bob is gone")
    assert left(stock) == {"alice"}


def test_list_shows_the_others_and_names_what_is_in_doubt(stock, stock_users):
    names = ["--user=OTHER\\alice", "--user=bob", "--user=alice@other.test"]
    done = run("list", "-s", str(stock.smb_conf), *names)
    error, hint, *in_doubt = done.stderr.splitlines()
    assert (done.returncode, [row[1] for row in rows(done.stdout)]) == (
        OTHER, ["bob"])
    assert error == ("smbsession: ERROR_NONE_MAPPED: the server does not say "
                     "which sessions match")
    assert in_doubt == [f"smbsession: in doubt: {name}"
                        for name in (names[0], names[2])]
    for users, level, listed in ((names, 1, ["bob"]), (names[:1], None, [])):
        done = run("list", "-s", str(stock.smb_conf), "--json", *users)
        parsed = output_of(done)
        assert (done.returncode, parsed["level"], parsed["error"]["code"]) == (
            OTHER, level, 1332)
        assert [row["user"] for row in parsed["sessions"]] == listed


def test_name_in_doubt_has_a_client_and_a_user(stock, stock_users):
    done = run("list", "-s", str(stock.smb_conf), "--client=ws9",
               f"--client={CLIENT}", "--user=alice")
    assert [row[1] for row in rows(done.stdout)] == ["alice"]
    assert done.stderr.endswith(
        "\nsmbsession: in doubt: --client=\\\\ws9 --user=alice\n")


def test_plugin_decides_where_stock_samba_lists():
    with Server(conf={"sessiondel:session list": "stock"},
                address="127.0.0.51") as server, \
            connect(server, "alice", source=CLIENT):
        for user, status, expected in (("OTHER\\alice", NO_MATCH, {"alice"}),
                                       ("TESTBED\\alice", DONE, set())):
            assert run("close", "-s", str(server.smb_conf), "--user", user,
                       "--yes").returncode == status
            assert left(server) == expected


def test_list_shows_the_dialect_that_a_client_speaks(samba):
    with connect(samba, "alice", source=CLIENT), \
            connect(samba, "bob", source=CLIENT, dialect="SMB1"):
        lines = run("list", SERVER, ADMIN, "--client", CLIENT).stdout
    at = lines.index("TYPE")
    assert {line.split()[1]: line[at:].split(",")[0]
            for line in lines.splitlines()} == {
        "USER": "TYPE", "alice": "SMB 3.1.1", "bob": "SMB 1.0"}


@pytest.fixture(name="long_name")
def _long_name(samba):
    """A user whose name is longer than many of Samba's buffers."""
    name = "x" * 257
    with open("/etc/passwd", "r+", encoding="utf-8") as passwd:
        before = passwd.read()
        passwd.write(f"{name}:x:4999:2000::/:/usr/sbin/nologin\n")
        passwd.flush()
        for must_work in (False, True):
            # The first RID that it gives a new user is root's already.
            subprocess.run(["pdbedit", "-s", samba.smb_conf, "-a", "-t", name],
                           input=f"{PASSWORD}\n" * 2, text=True,
                           check=must_work)
        yield name
        passwd.truncate(len(before.encode()))


def test_user_with_a_name_of_257_bytes(samba, long_name):
    with connect(samba, long_name, source=CLIENT):
        parsed = output_of(run("list", SERVER, ADMIN, "--user", long_name,
                                "--json"))
        assert [row["user"] for row in parsed["sessions"]] == [long_name]
        done = run("close", SERVER, ADMIN, "--user", long_name)
    assert (done.stdout, done.returncode) == (
        f"closed \\\\{CLIENT} {long_name}\n", DONE)
    assert sessions_of(samba, long_name) == []


def test_samba_without_the_plugin_closes(stock, stock_users):
    """For root, who may not list over the network there."""
    done = run("close", stock.address, login("root"), "--user", "bob", "--yes")
    assert (done.stdout, done.returncode) == ("closed - bob\n", DONE)
    sessions.wait_for_sessions(stock, lambda table: not {"bob"} & {
        row["user"] for row in table}, "bob is gone")
    assert left(stock) == {"alice"}


def test_others_of_a_client_without_a_name_need_yes_too():
    """On port 139 a client can call itself by blanks; Samba lists no name."""
    with Server({"smb ports": "445 139"}, stock=True,
                address="127.0.0.51") as server, \
            Connection(server, source=CLIENT, name=" ", port=139) as shared:
        shared.login("alice"), shared.login("bob")
        done = run("close", "-s", str(server.smb_conf), "--user", "alice")
        assert (done.stdout, done.returncode) == ("", NOT_CONFIRMED)
        assert "needs --yes" in done.stderr
        assert left(server) == {"alice", "bob"}


def test_samba_without_the_plugin_denies_a_close_of_who_has_left(stock,
                                                                 stock_users):
    """The next one is asked for all the same."""
    with connect(stock, "alice", source=IPV4_CLIENT):
        terminal = Terminal("close", "-s", str(stock.smb_conf), "--client",
                            IPV4_CLIENT, "--client", OTHER_CLIENT)
        terminal.wait_for("Close these 2 sessions on this machine? [y/N] ")
    sessions.wait_for_sessions(stock, lambda table: [
        row["user"] for row in table].count("alice") == 1, "she has left")
    terminal.type("y\n")
    status, text = terminal.end()
    assert status == DONE
    assert text.splitlines()[-2:] == [f"[1/2] gone {IPV4_CLIENT} alice",
                                      f"[2/2] closed {OTHER_CLIENT} bob"]


def test_samba_without_the_plugin_denies_a_close_of_who_was_not_there(
        stock, stock_users):
    """Root may not list over the network there, so nobody knows."""
    done = run("close", stock.address, login("root"), "--user", "carol",
               "--user", "bob", "--yes")
    assert (done.returncode, done.stdout) == (
        NOT_ALL, "failed - carol: ERROR_ACCESS_DENIED\nclosed - bob\n")
    sessions.wait_for_sessions(stock, lambda table: not {"bob"} & {
        row["user"] for row in table}, "bob is gone")
    assert left(stock) == {"alice"}


def test_samba_without_the_plugin_closes_all_for_local_root(stock,
                                                            stock_users):
    """It ends a whole connection, and denies a close of what is gone."""
    with Connection(stock, source=IPV4_CLIENT) as connection:
        for user in ("alice", "bob", "carol"):
            connection.login(user)
        done = run("close", "--all", "--yes", "--json", "-s",
                   str(stock.smb_conf))
    assert done.returncode == DONE
    assert {row["result"] for row in
            output_of(done)["sessions"]} <= {"closed", "gone"}
    assert sessions.session_table(stock) == []


@pytest.mark.parametrize("command", ["list", "close"])
def test_nobody_matches(samba, stock, users, stock_users, command):
    for server in (SERVER, stock.address):
        done = run(command, server, ADMIN, "--user", "nobody-here")
        assert (done.stdout, done.returncode) == ("", NO_MATCH)
        assert "NERR_UserNotFound: no session of that user\n" in done.stderr
    assert (left(samba), left(stock)) == (ALL, {"alice", "bob"})


def test_list_as_json(samba, users):
    done = run("list", f"\\\\{SERVER}", ADMIN, "--json")
    parsed = output_of(done)
    assert (parsed["command"], parsed["server"], parsed["error"]) == (
        "list", f"\\\\{SERVER}", None)
    assert {row["result"] for row in parsed["sessions"]} == {None}
    assert {row["user"]: row["opens"] for row in parsed["sessions"]
            if row["user"] in ALL} == {"alice": 1, "bob": 0, "Ольга": 0,
                                       "jürgen": 0}
    assert done.stdout.isascii()


def test_json_has_the_level_of_the_list(stock, stock_users):
    told = output_of(run("list", stock.address, ADMIN, "--json"))
    assert told["level"] == 1
    assert {row["client_type"] for row in told["sessions"]} == {None}


def test_idle_time_is_not_known_from_samba_without_the_plugin(
        samba, users, stock, stock_users):
    """It says 0 for all sessions. From the plugin, 0 is a time."""
    for server, known in ((SERVER, True), (stock.address, False)):
        parsed = output_of(run("list", server, ADMIN, "--json"))
        assert {isinstance(row["idle_seconds"], int)
                for row in parsed["sessions"]} == {known}
        heading, *lines = run("list", server, ADMIN).stdout.splitlines()
        end = heading.index("IDLE") + len("IDLE")
        assert {line[:end].endswith(" -") for line in lines} == {not known}


def test_close_one(samba, users):
    done = run("close", SERVER, OPERATOR, "--user", "alice")
    assert done.stdout.replace("\\", "") in (
        f"closed {CLIENT} alice\n", "closed - alice\n")
    assert (done.stderr, done.returncode) == ("", DONE)
    assert left(samba) == ALL - {"alice"}


@pytest.mark.parametrize("command", ["list", "close"])
def test_client_by_a_name_that_the_server_resolves(samba, users, command):
    done = run(command, SERVER, ADMIN, "--client", "client21", "--user",
               "alice")
    assert (done.returncode, done.stderr) == (DONE, "")
    assert "alice" in done.stdout


def test_close_a_client(samba, users):
    done = run("close", SERVER, ADMIN, "--client", CLIENT, "--yes")
    assert (done.returncode, done.stderr) == (DONE, "")
    assert {line.split()[0] for line in done.stdout.splitlines()} <= {
        "closed", "gone"}
    assert left(samba) == ALL - {"alice", "bob"}


def test_close_all_also_the_callers_own(samba, users):
    done = run("close", SERVER, ADMIN, "--all", "--yes")
    assert done.returncode == DONE
    assert "adm" in done.stdout
    assert left(samba) == set()


def test_close_as_json(samba, users):
    parsed = output_of(run("close", SERVER, ADMIN, "--user", "bob",
                            "--json"))
    assert (parsed["server"], parsed["dry_run"]) == (SERVER, False)
    (row,) = parsed["sessions"]
    assert (row["client"].lstrip("\\"), row["user"], row["result"],
            row["error"], parsed["error"]) == (
        CLIENT, "bob", "closed", None, None)
    assert (parsed["command"], parsed["level"], row["client_type"][:4]) == (
        "close", 502, "SMB ")


def test_several_sessions_of_one_user_and_client_are_one_call(samba):
    with Connection(samba, source=CLIENT) as one, \
            Connection(samba, source=CLIENT) as two:
        one.login("alice"), two.login("alice")
        done = run("close", SERVER, ADMIN, "--user", "alice", "-y")
    assert done.stdout.endswith(" alice (2 sessions)\n")
    assert len(done.stdout.splitlines()) == 1


@pytest.mark.parametrize("json_option", [[], ["--json"]])
def test_dry_run_closes_nothing(samba, users, json_option):
    done = run("close", SERVER, ADMIN, "--user", "alice", "--dry-run",
               *json_option)
    assert done.returncode == DONE
    assert "alice" in done.stdout and "bob" not in done.stdout
    assert left(samba) == ALL


def test_one_that_does_not_end_does_not_keep_the_others(samba):
    with connect(samba, "alice", source=CLIENT), \
            connect(samba, "bob", source=OTHER_CLIENT):
        (alice,) = sessions_of(samba, "alice")
        with stopped(alice["pid"]):
            done = run("close", SERVER, ADMIN, "--all", "--yes", "--json")
        parsed = output_of(done)
        error = parsed["error"]
        assert (error["name"], error["text"]) == (
            "ERROR_TIMEOUT", "the server did not finish in time")
        results = {row["user"]: (row["result"], row["error"])
                   for row in parsed["sessions"]}
        assert results["alice"] == ("failed", error)
        assert results["bob"] == ("closed", None)
        assert done.returncode == NOT_ALL
        assert "ERROR_TIMEOUT: " in done.stderr


def test_close_several_users_on_several_clients(samba, users):
    done = run("close", SERVER, ADMIN, "--user", "alice", "--user", "Ольга",
               "--client", CLIENT, "--client", OTHER_CLIENT, "--yes")
    assert (done.returncode, done.stderr) == (DONE, "")
    assert left(samba) == {"bob", "jürgen"}


@pytest.fixture(name="stock_shared")
def _stock_shared(stock):
    """alice and bob on one connection to stock Samba, carol on her own."""
    with Connection(stock, source=CLIENT) as shared, \
            connect(stock, "carol", source=OTHER_CLIENT):
        shared.login("alice"), shared.login("bob")
        yield
    sessions.wait_for_sessions(stock, lambda table: not table,
                               "they have left")


WHOLE = "this server ends whole connections: 1 more of the same client may end"


def test_stock_server_is_asked_about_whole_connections(stock, stock_shared):
    close = ["close", "-s", str(stock.smb_conf), "--user"]
    done = run(*close, "alice")
    assert done.returncode == NOT_CONFIRMED
    assert f"warning: {WHOLE}\n" in done.stderr
    terminal = Terminal(*close, "alice")
    asked = terminal.wait_for("[y/N] ")
    assert f"Warning: {WHOLE}\r\n" in asked
    assert "Close this session on this machine?" in asked
    terminal.type("n\n")
    assert terminal.end()[0] == NOT_CONFIRMED
    assert left(stock) == {"alice", "bob", "carol"}
    # Nobody else is on carol's connection.
    assert run(*close, "carol").stderr == ""
    done = run(*close, "alice", "--yes")
    assert (done.returncode, done.stderr) == (
        DONE, f"smbsession: warning: {WHOLE}\n")
    sessions.wait_for_sessions(stock, lambda table: not table, "both ended")


def test_dry_run_on_a_stock_server_warns(stock, stock_shared):
    done = run("close", "-s", str(stock.smb_conf), "--user", "bob", "-n")
    assert (done.returncode, done.stderr) == (
        DONE, f"smbsession: warning: {WHOLE}\n")


# Errors

@pytest.mark.parametrize("options, says", [
    (["close", "--all"], "NERR_ClientNameNotFound: there are no sessions"),
    (["list", "--client", "nobody"],
     "NERR_ClientNameNotFound: no session from that client"),
    (["close", "--client", "nobody", "--user", "alice"],
     "NERR_ClientNameNotFound: no session of that user from that client")])
def test_words_when_nothing_matches(samba, options, says):
    done = run(*options, "-s", str(samba.smb_conf))
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        NO_MATCH, f"smbsession: {says}")
    assert ("hint: " in done.stderr) == ("--all" not in options)


def test_version(top_directory):
    version = re.search("^VERSION = '(.*)'",
                        (top_directory / "wscript").read_text(), re.M)[1]
    for options in (["--version"], ["close", "--all", "--version"]):
        done = run(*options)
        assert (done.returncode, done.stdout, done.stderr) == (
            DONE, f"smbsession {version}\n", "")


@pytest.mark.parametrize("count", [1, 300])
@pytest.mark.parametrize("options", [
    ["list"], ["list", "--json"], ["close", "--all", "--yes"]])
def test_full_disk_is_reported_with_the_reason(samba, options, count):
    with Connection(samba, source=CLIENT) as connection:
        for _ in range(count):
            connection.login("alice")
        with open("/dev/full", "wb") as full:
            done = subprocess.run(
                [TOOL, *options, "-s", samba.smb_conf], stdout=full,
                env=environment(), stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (
        OTHER, b"smbsession: cannot write the output: No space left on "
        b"device\n")


@pytest.fixture(name="public_tool")
def _public_tool():
    """A copy of the tool that other users can run."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        yield shutil.copy(TOOL, place)


def test_local_server_for_other_users(samba, public_tool):
    done = subprocess.run(
        [public_tool, "list"], input="wrong\n", capture_output=True, text=True,
        user=65534, group=65534, extra_groups=[], start_new_session=True,
        env=environment(USER="alice"), check=False)
    assert (done.returncode, done.stderr) == (
        REFUSED, "smbsession: ERROR_LOGON_FAILURE: Samba on this machine does "
        "not know this login\nsmbsession: hint: run as root, or use -U\n")


def test_not_allowed(samba, users):
    for command in (["list"], ["close", "--user", "bob", "--yes"]):
        done = run(*command, SERVER, login("alice"))
        assert done.returncode == REFUSED
        assert "ERROR_ACCESS_DENIED: " in done.stderr
        assert "hint: log in (-U) as a member of Administrators" in done.stderr
    assert left(samba) == ALL


def test_error_as_json(samba):
    done = run("list", SERVER, login("alice"), "--json")
    error = output_of(done)["error"]
    assert (error["code"], error["name"]) == (5, "ERROR_ACCESS_DENIED")


def test_json_has_one_shape(samba, users, stock):
    """output_of() checks it against the schema."""
    close = ["close", SERVER, ADMIN, "--json"]
    for arguments, code, results in (
            (["list", SERVER, ADMIN, "--json", "--user", "nobody"], 2221, []),
            ([*close, "--user", "nobody"], 2221, []),
            ([*close, "--user", "bob", "--dry-run"], None, ["not closed"]),
            ([*close, "--client", CLIENT], 1223, ["not closed"] * 2),
            (["close", stock.address, login("root"), "--user", "nobody",
              "--json", "--dry-run"], 5, ["not closed"])):
        parsed = output_of(run(*arguments))
        assert (parsed["error"] or {}).get("code") == code
        assert [row["result"] for row in parsed["sessions"]] == results
    assert left(samba) == ALL


def test_unlisted_sessions_are_one_with_the_names_asked_for(
        stock, stock_users):
    done = run("close", stock.address, login("root"), "--user", "bob",
               "--yes", "--json")
    parsed = output_of(done)
    assert (done.returncode, parsed["level"], parsed["error"]) == (
        DONE, None, None)
    (row,) = parsed["sessions"]
    assert (row["client"], row["user"], row["result"], row["opens"]) == (
        None, "bob", "closed", None)


@pytest.fixture(name="listener")
def _listener():
    """A server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.60", 445), backlog=5) as listener:
        yield listener


ONE_BACKSLASH = "has one backslash only, because the shell took the other: " \
    "use quotes, or leave out the backslashes"


@pytest.mark.parametrize("arguments, says", [
    ([], "no command: list or close"),
    (["show"], "COMMAND: 'show' is no command (expected list or close)"),
    (["list", "a", "b"],
     "SERVER: 'b' is a second one: one server at a time"),
    (["list", ""], "SERVER: '' is empty: is a variable of the shell not set?"),
    (["list", "//fs1/share"],
     "SERVER: '//fs1/share' is not a server's name or address"),
    (["list", b"fs\xff"], "SERVER: 'fs\\xff' is not UTF-8 text"),
    (["close"],
     "close: say which sessions, by --client, --user and --idle, or --all"),
    (["close", "--all", "--user", "alice"],
     "close: say which sessions, by --client, --user and --idle, or --all"),
    (["close", "--all", "--idle", "1h"],
     "close: say which sessions, by --client, --user and --idle, or --all"),
    (["list", "--idle", "soon"],
     "--idle: 'soon' is not a duration, such as 8h or '1d 2h'"),
    (["close", "--idle", "0h"], "--idle: 0 means every session"),
    (["list", "--sort", "age"],
     "--sort: 'age' is not user, client, opens, connected or idle"),
    (["list", "--columns", "user,age"], "--columns: 'user,age' is not some of "
     "client, user, opens, connected, idle, guest and type"),
    (["list", "--columns", "user,user"],
     "--columns: 'user,user' has a column twice"),
    (["list", "--columns", "user", "--json"],
     "--columns, --no-header: not with --json"),
    (["list", "--all"], "--all, --yes, --dry-run: only with close"),
    (["list", "--yes"], "--all, --yes, --dry-run: only with close"),
    (["list", "--dry-run"], "--all, --yes, --dry-run: only with close"),
    (["close", "--user", ""],
     "--user: '' is empty: is a variable of the shell not set?"),
    (["close", "--user", b"j\xfcrgen"],
     "--user: 'j\\xfcrgen' is not UTF-8 text"),
    (["close", "--user", "a\nb"],
     "--user: 'a\\x0ab' has a control character in it"),
    (["close", "--client", ""],
     "--client: '' is empty: is a variable of the shell not set?"),
    (["list", "--client", "10.0.0.0/24"],
     "--client: '10.0.0.0/24' is a network, not a client: give the option "
     "once for each client"),
    (["list", "--client", "\\127.0.0.21"],
     f"--client: '\\127.0.0.21' {ONE_BACKSLASH}"),
    (["list", "--client", "ws7/share"],
     "--client: 'ws7/share' is not a name or an address"),
    (["list", "--client", "ipv4:127.0.0.21"],
     "--client: 'ipv4:127.0.0.21' is not as smbstatus prints it "
     "(ipv4:ADDRESS:PORT)"),
    (["list", "--no-such-option"], "--no-such-option: unknown option"),
    (["list", "--a\x1b[7m"], "--a\\x1b[7m: unknown option"),
    (["list", "--timeout", "0"], "--timeout: '0' is not a number from 1 to "
     "3600"),
    (["list", "-tsoon"], "--timeout: 'soon' is not a number from 1 to 3600"),
    (["list", "--use-kerberos=maybe"],
     "--use-kerberos: 'maybe' is not desired, required or off"),
    (["list", "--client-protection=maybe"],
     "--client-protection: 'maybe' is not sign, encrypt or off"),
    (["list", "--option=nonsense"], "--option: 'nonsense' is not a parameter "
     "of smb.conf with its value (NAME=VALUE)"),
    (["list", "-A", "/nonexistent"], "--authentication-file: '/nonexistent' "
     "cannot be read: No such file or directory"),
    (["list", "--authentication-file=/etc"],
     "--authentication-file: '/etc' cannot be read: Is a directory"),
    (["list", "-U"], "-U: missing argument")])
def test_wrong_usage_is_named(arguments, says):
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr.splitlines()[0] == f"smbsession: {says}"


# Logging in

def test_login_from_a_file(samba, tmp_path):
    file = tmp_path / "login"
    file.write_text(f"username = adm\npassword = {PASSWORD}\n")
    assert run("list", SERVER, "-A", str(file)).returncode == DONE
    assert run("list", SERVER, "-A", str(tmp_path / "none")).returncode != DONE


def test_password_from_a_file_or_the_environment(samba, tmp_path):
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    for name, value in (("PASSWD_FILE", str(file)), ("PASSWD", PASSWORD)):
        done = run("list", SERVER, "-Uadm", env={name: value})
        assert done.returncode == DONE


def test_password_of_its_own_option(samba):
    done = run("list", SERVER, "-Uadm", f"--password={PASSWORD}")
    assert done.returncode == DONE


def test_password_from_standard_input_where_no_terminal_is(samba):
    assert run("list", SERVER, "-Uadm",
               stdin=f"{PASSWORD}\n").returncode == DONE
    assert run("list", SERVER, "-Uadm", "-N",
               stdin=f"{PASSWORD}\n").returncode == REFUSED


def test_password_from_a_terminal_is_not_echoed(samba):
    terminal = Terminal("list", SERVER, "-Uadm")
    terminal.wait_for("Password for [")
    terminal.type(f"{PASSWORD}\n")
    status, text = terminal.end()
    assert status == DONE
    assert PASSWORD not in text
    assert "adm" in text


def test_interrupted_password_prompt_ends_it(samba):
    terminal = Terminal("list", SERVER, "-Uadm")
    terminal.wait_for("Password for [")
    processes.wait_until(lambda: not terminal.echoes(), "echo is off")
    terminal.type("\x03")
    processes.wait_until(terminal.echoes, "echo is on again")
    assert terminal.end()[0] == -signal.SIGINT


def test_connection_is_encrypted_or_none():
    with Server(address="127.0.0.51",
                conf={"server smb encrypt": "off"}) as server:
        for how in ("off", "sign"):
            assert run("list", server.address, ADMIN,
                       f"--client-protection={how}").returncode == DONE
        refused = run("list", server.address, ADMIN,
                      "--client-protection=encrypt")
        assert refused.returncode != DONE and refused.stdout == ""
        assert "NT_STATUS_NOT_SUPPORTED" in refused.stderr


@pytest.mark.parametrize("options", [
    ["-Uadm%Secr3t"], ["-U", "adm%Secr3t"], ["--login=adm%Secr3t"],
    ["--login", "adm%Secr3t"], ["-Uadm", "--password=Secr3t"],
    ["-Uadm", "--password", "Secr3t"], ["-NU", "adm%Secr3t"],
    ["-NUadm%Secr3t"]], ids=" ".join)
def test_password_is_wiped_from_the_command_line(listener, options):
    address = listener.getsockname()[0]
    terminal = Terminal("list", address, *options)
    # The tool has read its command line when it connects.
    with listener.accept()[0]:
        shown = terminal.arguments()
        terminal.send(signal.SIGTERM)
    terminal.end()
    assert b"Secr3t" not in shown
    assert b"adm" in shown and address.encode() in shown


# At a terminal

def test_asks_before_it_closes_several(samba, users):
    for answer, status, who in (("n\n", NOT_CONFIRMED, ALL),
                                ("\n", NOT_CONFIRMED, ALL),
                                ("\x04", NOT_CONFIRMED, ALL),
                                ("y\n", DONE, ALL - {"alice", "bob"})):
        terminal = Terminal("close", SERVER, ADMIN, "--client", CLIENT)
        asked = terminal.wait_for("[y/N] ")
        assert f"Close these 2 sessions on {SERVER}?" in asked
        assert "alice" in asked and "bob" in asked
        terminal.type(answer)
        assert terminal.end()[0] == status
        assert left(samba) == who


@pytest.mark.parametrize("options, who", [
    (["--user", "alice"], ALL - {"alice"}),
    (["--client", CLIENT, "--yes"], ALL - {"alice", "bob"}),
    (["--client", CLIENT, "--dry-run"], ALL)])
def test_does_not_ask_for_one_or_none_or_with_yes(samba, users, options, who):
    status, text = Terminal("close", SERVER, ADMIN, *options).end()
    assert status == DONE
    assert "alice" in text and "[y/N]" not in text
    assert left(samba) == who


@pytest.mark.parametrize("redirected", ["stdin", "output", "errors"])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_asks_at_the_terminal_also_when_redirected(samba, users, tmp_path,
                                                   redirected, options):
    """--json is for scripts, but at a terminal a person has started it."""
    file = tmp_path / "file"
    file.write_text("y\n")
    terminal = Terminal("close", SERVER, ADMIN, "--client", CLIENT, *options,
                        **{redirected: file})
    asked = terminal.wait_for("[y/N] ")
    assert "alice" in asked and "bob" in asked
    terminal.type("n\n")
    assert terminal.end()[0] == NOT_CONFIRMED
    assert left(samba) == ALL


@pytest.mark.parametrize("options", [["--all"], ["--client", CLIENT]])
@pytest.mark.parametrize("stdin", ["", "y\n" * 9])
def test_without_a_terminal_several_need_yes(samba, users, options, stdin):
    done = run("close", SERVER, ADMIN, *options, stdin=stdin)
    assert (done.stdout, done.returncode) == ("", NOT_CONFIRMED)
    assert "needs --yes" in done.stderr
    assert left(samba) == ALL


def test_progress_is_in_the_lines(samba, users):
    status, text = Terminal("close", SERVER, ADMIN, "--client", CLIENT,
                            "--yes").end()
    assert status == DONE
    assert [line.split()[0] for line in text.splitlines()] == ["[1/2]",
                                                               "[2/2]"]


@pytest.mark.parametrize("options, progress", [
    (["--client", CLIENT], "\r1 of 2\r2 of 2\n"),
    (["--client", CLIENT, "--json"], ""), (["--user", "alice"], "")])
def test_progress_when_the_output_is_redirected(samba, users, tmp_path,
                                                options, progress):
    terminal = Terminal("close", SERVER, ADMIN, "--yes", *options,
                        output=tmp_path / "output")
    assert terminal.end() == (DONE, progress)
    assert "alice" in (tmp_path / "output").read_text()


@pytest.mark.parametrize("columns, headings", [
    (30, "CLIENT USER"), (40, "CLIENT USER IDLE"),
    (52, "CLIENT USER OPENS IDLE"), (60, "CLIENT USER OPENS CONNECTED IDLE"),
    (80, "CLIENT USER OPENS CONNECTED IDLE GUEST TYPE")])
def test_narrow_terminal_keeps_what_is_worth_most(samba, columns, headings):
    long_name = "administrators"
    with connect(samba, long_name, source=IPV6_CLIENT):
        _, text = Terminal("list", SERVER, ADMIN, columns=columns).end()
    heading, *lines = text.splitlines()
    assert heading.split() == headings.split()
    assert max(map(len, [heading, *lines])) <= columns
    assert (long_name in text and IPV6_CLIENT in text) == (columns > 30)


def test_columns_that_were_asked_for_stay(samba, users):
    _, text = Terminal("list", SERVER, ADMIN, "--columns=guest,user,client",
                       columns=24).end()
    assert {len(line.split()) for line in text.splitlines()} == {3}
    assert max(map(len, text.splitlines())) <= 24


def test_table_is_whole_in_a_pipe(samba):
    long_name = "administrators"
    with connect(samba, long_name, source=IPV6_CLIENT):
        assert long_name in run("list", SERVER, ADMIN).stdout


def test_columns_line_up_and_lines_end_clean(samba, users):
    lines = run("list", SERVER, ADMIN).stdout.splitlines()
    assert [line for line in lines if line.rstrip() != line] == []
    column = lines[0].index("USER")
    assert {line[column - 2:column] for line in lines} == {"  "}


def test_names_that_the_locale_lacks_are_escaped(samba, users):
    done = run("list", SERVER, ADMIN, env={"LC_ALL": "C"})
    assert done.stdout.isascii()
    assert "j\\xc3\\xbcrgen" in done.stdout
    lines = done.stdout.splitlines()
    assert {line[lines[0].index("USER") - 1] for line in lines} == {" "}
    closed = run("close", SERVER, ADMIN, "--user", "jürgen",
                 env={"LC_ALL": "C"})
    assert closed.returncode == DONE
    assert "jürgen" not in left(samba)


# The local server

def test_root_needs_no_login_on_the_local_server(samba, users):
    conf = ["-s", str(samba.smb_conf)]
    listed = output_of(run("list", "--json", *conf))
    assert listed["server"] is None
    # A call by the local pipe is no SMB session.
    assert {row["user"] for row in listed["sessions"]} == ALL
    assert run("close", "--user", "bob", *conf).returncode == DONE
    assert left(samba) == ALL - {"bob"}


def test_local_server_with_a_login(samba, users):
    assert run("list", ADMIN).returncode == DONE
    assert run("list", login("alice")).returncode == REFUSED


def test_local_pipe_carries_long_lists(samba):
    names = [f"user{number}" for number in range(300)]
    with Connection(samba, source=CLIENT) as connection:
        for _ in names:
            connection.login("alice")
        parsed = output_of(run("list", "--json", "-s",
                                str(samba.smb_conf)))
    assert len(parsed["sessions"]) == len(names)


def helpers():
    """The samba-dcerpcd processes that were started on demand."""
    return [pid for pid in processes.all_pids()
            if "--np-helper" in processes.arguments(pid)]


def test_local_samba_dcerpcd_is_started_on_demand():
    with Server(stock=True, address="127.0.0.51") as server:
        with connect(server, "alice", source=CLIENT):
            server._dcerpcd.stop()
            conf = ["-s", str(server.smb_conf)]
            refused = run("list", *conf, "-N")
            server.write_conf({"rpc start on demand helpers": "yes"})
            try:
                done = run("list", *conf)
                assert done.returncode == DONE
                assert rows(done.stdout)[0][1] == "alice"
                assert len(helpers()) == 1
            finally:
                for pid in helpers():
                    processes.end(pid)
    assert refused.returncode != DONE


# Its manual, help and completion

@pytest.mark.parametrize("how", ["help", "--help", "-h", "-?"])
def test_help_is_printed(how):
    done = run(how)
    assert (done.returncode, done.stderr) == (DONE, "")
    assert done.stdout.startswith("smbsession list ")


def test_help_and_manual_have_the_same_options(top_directory):
    said = run("--help")
    assert said.returncode == DONE
    offered = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+|-[A-Za-z?](?=,))",
                             said.stdout))
    manual = (top_directory / "docs" / "man" / "smbsession.1").read_text()
    described = set()
    for line in re.findall(r"^\.It Fl (.*)$", manual, re.M):
        described |= {f"-{name.replace(chr(92), '').replace('&', '')}"
                      for name in re.findall(
                          r"(?:^|, )((?:\\-|\\&)?[A-Za-z?][a-z-]*)", line)}
    assert offered == described
    assert max(map(len, said.stdout.splitlines())) <= 80


def test_only_public_libraries(build_directory):
    for name in ("smbsession", "libsmbsession.so"):
        needed = subprocess.run(
            ["readelf", "-d", build_directory / name], capture_output=True,
            text=True, check=True).stdout
        assert "-samba4" not in needed and "-private-samba" not in needed
    assert os.access(TOOL, os.X_OK)
