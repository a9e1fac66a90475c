# SPDX-License-Identifier: GPL-3.0-or-later
"""How smbsession and programs with libsmbsession log in to a domain."""

import json
import os
import shutil
import socket
from pathlib import Path

import pytest

from testbed import processes, series
from testbed.accounts import PASSWORD
from testbed.clients.connections import ALIVE, DELETED
from testbed.clients.domain_users import log_in
from testbed.clients.smbsession import (
    DONE, REFUSED, UNREACHABLE, USAGE, Terminal, execute, run)
from testbed.clients.tickets import environment, expire_in, kinit
from testbed.servers import domain, machines

pytestmark = pytest.mark.skipif(not domain.is_possible(),
                                reason="it needs real root")

VICTIM, _, SILENT = machines.CLIENTS[:3]

# Through the domain's group Filers it is in Server Operators on both hosts.
OPERATOR = "sop-nested"
AT_REALM = f"{OPERATOR}@{domain.REALM}"
WITH_DOMAIN = f"{domain.WORKGROUP}\\{OPERATOR}"

# Options and environment. FILE stands for a file with the password, AUTH for an
# authentication file with these lines and the password.
BY_PASSWORD = {
    "domain": (["-U", f"{WITH_DOMAIN}%{PASSWORD}"], {}),
    "dns-domain": (["-U", f"ad.testbed.test\\{OPERATOR}%{PASSWORD}"], {}),
    "realm": (["-U", f"{AT_REALM}%{PASSWORD}"], {}),
    "ntlm": (["-U", f"{AT_REALM}%{PASSWORD}", "--use-kerberos=off"], {}),
    "kerberos": (["-U", f"{AT_REALM}%{PASSWORD}", "-k"], {}),
    "realm-of-conf": (["-U", OPERATOR, "--password", PASSWORD, "-k",
                       f"--option=realm={domain.REALM}"], {}),
    "environment": ([], {"USER": WITH_DOMAIN, "PASSWD": PASSWORD}),
    "environment-kerberos": (["-k"], {"USER": AT_REALM, "PASSWD": PASSWORD}),
    "password-file": (["-U", AT_REALM, "-k"], {"PASSWD_FILE": "FILE"}),
    "auth-file": (["-A", "AUTH:domain = TESTDOM"], {}),
    "auth-file-kerberos": (["-k", "-A", f"AUTH:realm = {domain.REALM}"], {}),
    "sign": (["-U", f"{AT_REALM}%{PASSWORD}", "-k",
              "--client-protection=sign"], {}),
    "encrypt": (["-U", f"{WITH_DOMAIN}%{PASSWORD}",
                 "--client-protection=encrypt"], {}),
    "encrypt-kerberos": (["-U", f"{AT_REALM}%{PASSWORD}", "-k",
                          "--client-protection=encrypt"], {}),
}
BY_TICKET = {
    "required": ["-k"],
    "no-password": ["-k", "-N"],
    "no-password-desired": ["-N"],
    "default": [],
    "own": ["-k", "-U", OPERATOR],
    "own-with-realm": ["-N", "-U", AT_REALM.upper()],
    "own-with-domain": ["-k", "-N", "-U", WITH_DOMAIN],
}

on_both = pytest.mark.parametrize("host", ["dc", "member"], indirect=True)
on_member = pytest.mark.parametrize("host", ["member"], indirect=True)


@pytest.fixture(name="no_ticket", autouse=True)
def _no_ticket(monkeypatch, tmp_path):
    """Programs find no ticket except the test's own."""
    monkeypatch.setenv("KRB5CCNAME", f"FILE:{tmp_path}/none")


@pytest.fixture(name="victim")
def _victim(host):
    with log_in(host, "bob", source=VICTIM) as session:
        yield session


@pytest.fixture(name="tickets", scope="module")
def _tickets(member, tmp_path_factory):
    """The operator's ticket, in a file."""
    path = tmp_path_factory.mktemp("tickets") / "operator"
    kinit(member, OPERATOR, path)
    return path


@pytest.fixture(name="ticket")
def _ticket(tickets, tmp_path):
    """A copy of the ticket, with no tickets for servers yet."""
    return Path(shutil.copy(tickets, tmp_path / "ticket"))


@pytest.fixture(name="files")
def _files(tmp_path):
    """Makes the files that options and environment name."""
    password, login = tmp_path / "password", tmp_path / "login"
    password.write_text(f"{PASSWORD}\n")

    def make(text):
        if text == "FILE":
            return str(password)
        if not text.startswith("AUTH:"):
            return text
        login.write_text(f"username = {OPERATOR}\npassword = {PASSWORD}\n"
                         f"{text[5:]}\n")
        return str(login)
    return make


def closes(host, victim, options, env):
    """List and close the victim's session; whether OPERATOR has one too."""
    done = run("list", host.name, "--json", *options, env=env)
    assert (done.returncode, done.stderr) == (DONE, "")
    pairs = {(row["client"], row["user"])
             for row in json.loads(done.stdout)["sessions"]}
    assert (f"\\\\{VICTIM}", "bob") in pairs
    done = run("close", host.name, "--client", VICTIM, "--user",
               "TESTDOM\\bob", *options, env=env)
    assert (done.returncode, done.stderr, done.stdout) == (
        DONE, "", f"closed \\\\{VICTIM} bob\n")
    assert victim.alive() == DELETED
    return OPERATOR in {user for _, user in pairs}


@pytest.mark.parametrize("host, how", [
    *(("member", how) for how in BY_PASSWORD),
    ("dc", "domain"), ("dc", "kerberos"), ("dc", "encrypt-kerberos")],
    indirect=["host"])
def test_password_logs_in(host, victim, files, how):
    options, env = BY_PASSWORD[how]
    assert closes(host, victim, [*map(files, options)],
                  {name: files(value) for name, value in env.items()})


@pytest.mark.parametrize("host, how", [
    *(("member", how) for how in BY_TICKET), ("dc", "no-password")],
    indirect=["host"])
def test_ticket_logs_in(host, victim, ticket, how):
    assert closes(host, victim, BY_TICKET[how], environment(ticket))


@on_member
@pytest.mark.parametrize("source", ["/missing/smb.conf", "registry"])
def test_realm_of_a_file_that_is_read_in_part(host, victim, tmp_path, source):
    tmp_path.joinpath("registry.tdb").mkdir()
    conf = tmp_path / "smb.conf"
    conf.write_text(f"state directory = {tmp_path}\ninclude = {source}\n"
                    f"realm = {domain.REALM}\n")
    done = run("close", host.name, "--client", VICTIM, "--user", "bob", "-U",
               OPERATOR, "--password", PASSWORD, "-k", "-s", conf)
    assert (done.returncode, done.stdout) == (
        DONE, f"closed \\\\{VICTIM} bob\n")
    assert done.stderr.startswith("smbsession: warning: smb.conf: left out ")
    assert victim.alive() == DELETED


@on_member
@pytest.mark.parametrize("source", ["include", "config backend"])
def test_realm_of_the_registry(host, victim, tmp_path, own_registry, source):
    own_registry({"realm": domain.REALM})
    conf = tmp_path / "smb.conf"
    conf.write_text(f"{source} = registry\n")
    assert closes(host, victim, ["-U", OPERATOR, "--password", PASSWORD, "-k",
                                 "-s", conf], {})


@pytest.mark.parametrize("kerberos", ["off", "required"])
@pytest.mark.parametrize("host, caller, allowed", [
    ("member", domain.ADMINISTRATOR, True), ("member", "adm-nested", True),
    ("member", "alice", False), ("member", "sop", False),
    ("dc", "sop", True), ("dc", "alice", False)], indirect=["host"])
def test_groups_decide(host, victim, caller, allowed, kerberos):
    login = ["-U", f"{caller}@{domain.REALM}%{PASSWORD}",
             f"--use-kerberos={kerberos}"]
    done = run("close", host.name, "--client", VICTIM, "--user", "bob", "--yes",
               *login)
    if allowed:
        assert (done.returncode, done.stderr) == (DONE, "")
        assert victim.alive() == DELETED
        return
    assert done.returncode == REFUSED
    assert done.stderr.startswith("smbsession: ERROR_ACCESS_DENIED: ")
    assert run("list", host.name, *login).returncode == REFUSED
    assert victim.alive() == ALIVE


def failed(host, *options, **env):
    """A list that fails: exit status, name of the code and text."""
    done = run("list", host, "--json", *options, env=env)
    error = json.loads(done.stdout)["error"]
    assert f"smbsession: {error['name']}: {error['text']}\n" in done.stderr
    assert "smbsession: hint: " in done.stderr
    return done.returncode, error["name"], error["text"]


@on_member
@pytest.mark.parametrize("options, text", [
    (["-k"], "no valid Kerberos ticket"),
    (["-k", "-N"], "no valid Kerberos ticket"),
    (["-k", "-N", "-U", AT_REALM], "no valid Kerberos ticket"),
    (["-k", "-U", f"{AT_REALM}%wrong"], "Preauthentication failed"),
    (["-k", "-U", f"nobody-here@{domain.REALM}%{PASSWORD}"], "not found"),
    (["-U", f"{WITH_DOMAIN}%wrong"], "NT_STATUS_LOGON_FAILURE"),
    (["-N"], "NT_STATUS_LOGON_FAILURE"),
])
def test_login_fails_clearly(host, options, text):
    status, name, shown = failed(host.name, *options)
    assert (status, name) == (REFUSED, "ERROR_LOGON_FAILURE")
    assert shown.startswith(f"{host.name}: ") and text in shown


@on_member
@pytest.mark.parametrize("options", [["-k"], ["-k", "-N"], ["-N"]])
@pytest.mark.parametrize("seconds", [-60, 240])
def test_ticket_about_to_expire_is_not_used(host, ticket, options, seconds):
    """As in Samba's tools, it must be valid for five more minutes."""
    expire_in(ticket, seconds)
    assert failed(host.name, *options, **environment(ticket))[:2] == (
        REFUSED, "ERROR_LOGON_FAILURE")


@on_member
@pytest.mark.parametrize("user", [
    "bob", f"bob@{domain.REALM}", "sop", "sop-nested-not",
    f"{OPERATOR}@OTHER.TEST"])
def test_ticket_of_another_user_is_left_alone(host, ticket, user):
    for options in (["-k", "-N"], ["-N"]):
        assert failed(host.name, *options, "-U", user,
                      **environment(ticket))[:2] == (
            REFUSED, "ERROR_LOGON_FAILURE")


@on_member
def test_ticket_is_not_used_without_kerberos(host, ticket):
    assert failed(host.name, "-N", "--use-kerberos=off",
                  **environment(ticket))[:2] == (
        REFUSED, "ERROR_LOGON_FAILURE")


@on_member
def test_file_that_is_no_ticket_is_reported(host, tmp_path):
    path = tmp_path / "nonsense"
    path.write_text("no tickets in here\n")
    assert failed(host.name, "-k", **environment(path))[:2] == (
        REFUSED, "ERROR_LOGON_FAILURE")


@on_member
def test_password_is_asked_for_where_the_ticket_is_no_use(host, ticket):
    expire_in(ticket, -60)
    terminal = Terminal("list", host.name, "-k", "-U", AT_REALM,
                        env=environment(ticket))
    if not series.ASKS_BESIDE_EXPIRED_TICKET:
        status, shown = terminal.end()
        assert status == REFUSED and "no valid Kerberos ticket" in shown
        return
    terminal.wait_for("Password for [")
    processes.wait_until(lambda: not terminal.echoes(), "echo is off")
    terminal.type(f"{PASSWORD}\n")
    status, shown = terminal.end()
    assert status == DONE and OPERATOR in shown


@on_member
@pytest.mark.parametrize("name, text", [
    ("address", "not its address"), ("local", "not its address"),
    ("alias", "does not know the server by this name")])
def test_kerberos_needs_the_servers_own_name(host, ticket, name, text):
    server = {"address": [host.address], "local": [],
              "alias": ["alias.ad.testbed.test"]}[name]
    host.machine.announce("alias.ad.testbed.test")
    done = run("list", *server, "-k", env=environment(ticket))
    assert done.returncode == REFUSED
    assert "smbsession: ERROR_LOGON_FAILURE: " in done.stderr
    assert text in done.stderr


def other_kdc(path, address):
    """The environment in which Kerberos asks the machine at that address."""
    with open(os.environ["KRB5_CONFIG"], encoding="ascii") as usual:
        lines = ["kdc = " + address if line.startswith("kdc") else line.strip()
                 for line in usual]
    path.write_text("\n".join(lines))
    return {"KRB5_CONFIG": str(path)}


@on_member
def test_kerberos_server_is_away(host, tmp_path):
    away = other_kdc(tmp_path / "krb5.conf", host.address)
    login = ["-U", f"{AT_REALM}%{PASSWORD}"]
    assert failed(host.name, *login, "-k", **away)[:2] == (
        UNREACHABLE, "ERROR_NO_LOGON_SERVERS")
    # If Kerberos is not required, NTLM logs in.
    assert run("list", host.name, *login, env=away).returncode == DONE


@on_member
def test_realm_is_unknown(host):
    assert failed(host.name, "-k", "-U", f"bob@NOWHERE.TEST%{PASSWORD}")[:2] \
        == (UNREACHABLE, "ERROR_NO_LOGON_SERVERS")


@on_member
def test_kerberos_server_hangs(host, tmp_path):
    """It accepts what is sent and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
            socket.create_server((SILENT, 88)):
        datagrams.bind((SILENT, 88))
        assert failed(host.name, "-k", "-t", "1",
                      "-U", f"{AT_REALM}%{PASSWORD}",
                      **other_kdc(tmp_path / "krb5.conf", SILENT))[:2] == (
            UNREACHABLE, "ERROR_SEM_TIMEOUT")


@pytest.mark.parametrize("option", ["--client-protection=maybe",
                                    "--use-kerberos=maybe"])
def test_other_values_are_wrong_usage(option):
    assert run("list", option).returncode == USAGE


# The library

PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <smbsession.h>

/* SERVER CLIENT USER [SETTING VALUE]...; "NULL" is that. */
static const char *or_null(const char *value)
{
	return strcmp(value, "NULL") == 0 ? NULL : value;
}

int main(int argc, char *argv[])
{
	struct smbsession_context *context = smbsession_new();
	NET_API_STATUS code = NERR_Success;

	for (int i = 4; i + 1 < argc; i += 2) {
		if (smbsession_set(context, atoi(argv[i]),
				   or_null(argv[i + 1])) != NERR_Success) {
			return EXIT_FAILURE;
		}
	}
	smbsession_use(context);
	code = NetSessionDel(argv[1], argv[2], argv[3]);
	printf("%u %s\n", (unsigned int)code,
	       smbsession_error_text(context));
	smbsession_use(NULL);
	smbsession_free(context);
	return EXIT_SUCCESS;
}
"""

USERNAME, SECRET, AUTHENTICATION_FILE, KERBEROS, _, OPTION = "123456"


@pytest.fixture(name="program", scope="module")
def _program(compiled, tmp_path_factory):
    source = tmp_path_factory.mktemp("source") / "net_session_del.c"
    source.write_text(PROGRAM)
    return compiled(source)


@pytest.fixture(name="example", scope="module")
def _example(compiled, top_directory):
    """The example of the reference page."""
    return compiled(top_directory / "docs" / "examples" / "session_del.c")


@pytest.mark.parametrize("env", [
    {"USER": WITH_DOMAIN, "PASSWD": PASSWORD},
    {"USER": AT_REALM, "PASSWD": PASSWORD},
    None], ids=["domain", "realm", "ticket"])
@on_member
def test_example_logs_in_as_the_environment_says(host, victim, example, ticket,
                                                 env):
    done = execute(example, f"\\\\{host.name}", f"\\\\{VICTIM}", "bob",
                   **(environment(ticket) if env is None else env))
    assert done.stderr == \
        "The specified session(s) has been successfully deleted\n"
    assert victim.alive() == DELETED


@pytest.mark.parametrize("settings", [
    [USERNAME, f"{WITH_DOMAIN}%{PASSWORD}", KERBEROS, "off"],
    [USERNAME, WITH_DOMAIN, SECRET, PASSWORD],
    [USERNAME, AT_REALM, SECRET, PASSWORD, KERBEROS, "required"],
    [AUTHENTICATION_FILE, f"AUTH:realm = {domain.REALM}", KERBEROS,
     "required", OPTION, "client protection=encrypt"],
    [KERBEROS, "required"],
    [SECRET, "NULL"],
    [USERNAME, OPERATOR, SECRET, "NULL", KERBEROS, "required"],
], ids=len)
@on_both
def test_program_logs_in(host, victim, program, ticket, files, settings):
    done = execute(program, host.name, f"\\\\{VICTIM}", "bob@ad.testbed.test",
                   *map(files, settings), **environment(ticket))
    assert done.stdout == "0 \n"
    assert victim.alive() == DELETED


@pytest.mark.parametrize("settings, code, text", [
    ([KERBEROS, "required"], 1326, "no valid Kerberos ticket"),
    ([USERNAME, f"bob@NOWHERE.TEST%{PASSWORD}", KERBEROS, "required"], 1311,
     "NOWHERE.TEST"),
    ([USERNAME, f"TESTDOM\\alice%{PASSWORD}"], 5, ""),
    ([USERNAME, f"alice@{domain.REALM}%{PASSWORD}", KERBEROS, "required"],
     5, ""),
])
@on_member
def test_program_gets_the_error(host, victim, program, settings, code, text):
    done = execute(program, host.name, f"\\\\{VICTIM}", "bob", *settings)
    number, _, shown = done.stdout.partition(" ")
    assert int(number) == code and text in shown
    assert victim.alive() == ALIVE
