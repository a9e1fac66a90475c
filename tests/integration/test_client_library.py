# SPDX-License-Identifier: GPL-3.0-or-later
"""C programs close sessions with the library."""

import re
import subprocess

import pytest

from testbed.accounts import PASSWORD
from testbed.clients.connections import connect
from testbed.clients.smbsession import environment, execute, run as smbsession
from testbed.observe.sessions import sessions_of
from testbed.servers.standalone import Server

CLIENT = "127.0.0.21"
SERVER = "127.0.0.1"

DELETED = "The specified session(s) has been successfully deleted\n"
FAILED = "A system error has occurred: {}\n"


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(address=SERVER) as server:
        yield server


@pytest.fixture(name="session_del", scope="module")
def _session_del(compiled, top_directory):
    """The example in the reference page of the Windows function."""
    program = compiled(top_directory / "docs" / "examples" / "session_del.c")

    def run(*arguments, user="sop", password=PASSWORD, **env):
        return execute(program, *arguments, USER=user, PASSWD=password, **env)
    return run


@pytest.mark.parametrize("server", [SERVER, f"\\\\{SERVER}"])
@pytest.mark.parametrize("names", [
    (f"\\\\{CLIENT}",), (f"\\\\{CLIENT}", "Ольга")], ids=len)
def test_example_ends_a_session(samba, session_del, server, names):
    with connect(samba, "Ольга", source=CLIENT):
        done = session_del(server, *names)
        assert (done.stdout, done.stderr, done.returncode) == (
            "", DELETED, 0)
        assert sessions_of(samba, "Ольга") == []


@pytest.mark.parametrize("names, login, code", [
    (("\\\\10.1.1.1", "alice"), {}, 2312),
    (("\\\\10.1.1.1", "alice"), {"user": "bob"}, 5),
    (("\\\\10.1.1.1",), {"password": "wrong"}, 1326),
    ((), {}, 87),
    (("\\\\",), {}, 87),
])
def test_example_prints_the_error(samba, session_del, names, login, code):
    done = session_del(SERVER, *names, **login)
    assert (done.stdout, done.stderr, done.returncode) == (
        "", FAILED.format(code), 0)


def test_example_reports_a_server_that_is_away(session_del):
    assert session_del("10.99.99.99").stderr == FAILED.format(53)


def test_example_shows_its_usage(session_del):
    done = session_del("1", "2", "3", "4")
    assert re.fullmatch(
        r"Usage: \S+ \[\\\\ServerName\] \[\\\\ClientName\] \[UserName\]\n",
        done.stdout)
    assert (done.stderr, done.returncode) == ("", 1)


CALLER = r"""
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <netapi.h>
#include <smbsession.h>

static void use(const char *server, struct smbsession_context *context)
{
	smbsession_use(context);
	printf("%u\n", (unsigned)NetSessionDel(server, NULL, "alice"));
	printf("%s\n", smbsession_error_text(context));
	fflush(stdout);
	getchar();
	printf("%u\n", (unsigned)NetSessionDel(server, NULL, "alice"));
	printf("%s\n", smbsession_error_text(NULL));
	printf("%s\n", smbsession_error_name(NERR_ClientNameNotFound));
	printf("%s\n", smbsession_error_name(1167));
	smbsession_use(NULL);
	smbsession_free(context);
	smbsession_free(NULL);
	smbsession_list_free(NULL);
}

FUNCTION
int main(int argc, char *argv[])
{
	struct smbsession_context *context = smbsession_new();
	struct libnetapi_ctx *netapi = NULL;

	assert(argc == 4 && context != NULL);
	assert(libnetapi_init(&netapi) == 0);
	libnetapi_set_username(netapi, argv[2]);
	libnetapi_set_password(netapi, argv[3]);
	login_as(context, netapi);
	assert(smbsession_set(context, SMBSESSION_TIMEOUT, "0") == 87);
	assert(smbsession_set(context, SMBSESSION_OPTION, "nonsense") == 87);
	assert(smbsession_set(context, SMBSESSION_OPTION, NULL) == 87);
	assert(smbsession_set(context, SMBSESSION_USERNAME, NULL) == 87);
	assert(smbsession_set(context, SMBSESSION_KERBEROS, "maybe") == 87);
	assert(smbsession_set(context, 99, "") == 87);
	assert(smbsession_set(context, SMBSESSION_TIMEOUT, "20") == 0);
	use(argv[1], context);
	libnetapi_free(netapi);
	return EXIT_SUCCESS;
}
"""


def test_program_with_libnetapi_passes_its_login_on(
        samba, compiled, top_directory, tmp_path):
    """With the manual's function, and one context for all calls."""
    manual = (top_directory / "docs" / "man" / "NetSessionDel.3").read_text()
    function = re.search(r"^static void login_as.*?^}\n", manual,
                         re.M | re.S).group()
    source = tmp_path / "caller.c"
    source.write_text(CALLER.replace("FUNCTION", function))
    program = compiled(source, "-I/usr/include/samba-4.0", "-lnetapi")
    with connect(samba, "alice", source=CLIENT), subprocess.Popen(
            [program, SERVER, "sop", PASSWORD], env=environment(), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as caller:
        assert caller.stdout.readline() == "0\n"
        assert caller.stdout.readline() == "\n"
        # Its connection has ended by now, so it makes another one.
        done = smbsession("close", "--yes", "--user", "sop", "-s",
                          str(samba.smb_conf))
        assert done.returncode == 0 and sessions_of(samba, "sop") == []
        with connect(samba, "alice", source=CLIENT):
            caller.stdin.write("\n")
            caller.stdin.close()
            printed = caller.stdout.read()
    # No error, also not that of the connection that had ended.
    assert printed.splitlines() == ["0", "", "NERR_ClientNameNotFound",
                                    "WERR_DEVICE_NOT_CONNECTED"]
    assert caller.returncode == 0


def test_library_exports_its_header_and_nothing_else(top_directory,
                                                     build_directory):
    symbols = subprocess.run(
        ["nm", "-D", "--defined-only", build_directory / "libsmbsession.so"],
        check=True, capture_output=True, text=True).stdout
    header = (top_directory / "source" / "client"
              / "smbsession.h").read_text()
    declared = set(re.findall(r"^\S.*\b((?:smbsession_|Net[A-Z])\w+)\(", header,
                              re.M))
    assert set(re.findall(r" T (\w+)@@SMBSESSION_0$", symbols,
                          re.M)) == declared
    soname = subprocess.run(
        ["readelf", "-d", build_directory / "libsmbsession.so"], check=True,
        capture_output=True, text=True).stdout
    assert "[libsmbsession.so.0]" in soname
