# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs list and close sessions: the examples, with libnetapi, in Python."""

import re
import subprocess
import sys

import pytest

from testbed.accounts import PASSWORD
from testbed.clients.connections import connect
from testbed.clients.smbsession import environment, execute, run as smbsession
from testbed.observe.sessions import sessions_of, wait_gone

CLIENT = "127.0.0.21"
SERVER = "127.0.0.1"

DELETED = "The specified session(s) has been successfully deleted\n"
FAILED = "A system error has occurred: {}\n"


@pytest.fixture(name="example", scope="module")
def _example(compiled, top_directory):
    """Compiles an example of a Windows reference page; a function to run it."""
    def compile_example(name):
        program = compiled(top_directory / "docs" / "examples" / name)

        def run(*arguments, user="sop", password=PASSWORD, **env):
            return execute(program, *arguments, USER=user, PASSWD=password,
                           **env)
        return run
    return compile_example


@pytest.fixture(name="session_del", scope="module")
def _session_del(example):
    return example("session_del.c")


@pytest.fixture(name="session_enum", scope="module")
def _session_enum(example):
    return example("session_enum.c")


def local_root(server):
    """The environment of root without a login."""
    return {"user": "", "SMB_CONF_PATH": str(server.smb_conf)}


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
        "", FAILED.format(code), 1)


def test_example_ends_a_session_of_a_stock_server(stock, session_del):
    with connect(stock, "alice", source=CLIENT):
        done = session_del("", f"\\\\{CLIENT}", "alice", **local_root(stock))
        assert (done.stderr, done.returncode) == (DELETED, 0)
        wait_gone(stock, "alice")
    done = session_del("", f"\\\\{CLIENT}", "alice", **local_root(stock))
    assert (done.stderr, done.returncode) == (FAILED.format(5), 1)


def test_example_reports_a_server_that_is_away(session_del, session_enum):
    for run in (session_del, session_enum):
        done = run("10.99.99.99")
        assert (done.stderr, done.returncode) == (FAILED.format(53), 1)


@pytest.mark.parametrize("local", [True, False], ids=["local", "by SMB"])
def test_example_lists_sessions(samba, session_enum, local):
    with connect(samba, "alice", source=CLIENT):
        done = (session_enum(**local_root(samba)) if local
                else session_enum(f"\\\\{SERVER}"))
    assert done.returncode == 0
    entries = re.findall(r"^\n\tClient: (.*)\n\tUser:   (.*)\n\tActive: \d+\n"
                         r"\tIdle:   \d+\n", done.stdout, re.M)
    assert (f"\\\\{CLIENT}", "alice") in entries
    assert done.stderr == f"\nTotal of {len(entries)} entries enumerated\n"


def test_example_may_not_list(samba, stock, session_enum):
    """Who may not; and a level that stock Samba does not have."""
    for server, user, code in ((samba, "bob", 5), (stock, "adm", 124)):
        done = session_enum(server.address, user=user)
        assert (done.stdout, done.stderr, done.returncode) == (
            "", FAILED.format(code), 1)


def test_example_does_not_take_an_empty_name_for_the_local_server(session_del):
    assert session_del("\\\\").stderr == FAILED.format(87)


def test_example_shows_its_usage(session_del, session_enum):
    done = session_enum("1", "2")
    assert re.fullmatch(r"Usage: \S+ \[\\\\ServerName\]\n", done.stderr)
    assert (done.stdout, done.returncode) == ("", 1)
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
HEADERS
static void free_buffers(const char *server)
{
	uint8_t *ours = NULL;
	void *theirs = NULL;
	uint32_t count = 0;
	uint32_t total = 0;

	assert(NetSessionEnum(server, NULL, NULL, 1, &ours,
			      MAX_PREFERRED_LENGTH, &count, &total,
			      NULL) == NERR_Success);
	assert(count > 0 && NetApiBufferFree(ours) == NERR_Success);
	assert(NetApiBufferAllocate(8, &theirs) == NERR_Success);
	assert(NetApiBufferFree(theirs) == NERR_Success);
}

static void use(const char *server, struct smbsession_context *context)
{
	smbsession_use(context);
	printf("%u\n", (unsigned)NetSessionDel(server, NULL, "alice"));
	printf("%s\n", smbsession_error_text(context));
	fflush(stdout);
	getchar();
	printf("%u\n", (unsigned)NetSessionDel(server, NULL, "alice"));
	printf("%s\n", smbsession_error_text(NULL));
	free_buffers(server);
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


@pytest.mark.parametrize("headers", [
    ("netapi.h", "smbsession.h"), ("smbsession.h", "netapi.h")],
    ids=lambda headers: headers[0])
def test_program_with_libnetapi_passes_its_login_on(
        samba, compiled, top_directory, tmp_path, headers):
    """With the manual's function, and one context for all calls."""
    manual = (top_directory / "docs" / "man" / "smbsession_new.3").read_text()
    function = re.search(r"^static void login_as.*?^}\n", manual,
                         re.M | re.S).group()
    source = tmp_path / "caller.c"
    includes = "".join(f"#include <{name}>\n" for name in headers)
    source.write_text(CALLER.replace("FUNCTION", function)
                      .replace("HEADERS", includes))
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


def test_lines_of_the_manual_close_a_session_in_python(samba, top_directory):
    manual = (top_directory / "docs" / "man" / "NetSessionDel.3").read_text()
    lines = re.search(r"^from samba.*?(?=^\.Ed)", manual, re.M | re.S).group()
    assert len(lines.splitlines()) == 4
    for old, new in (("\\e", "\\"), ("fs1", SERVER), ("10.0.0.7", CLIENT)):
        assert old in lines
        lines = lines.replace(old, new)

    def run():
        return execute(sys.executable, "-c", lines, USER="sop",
                       PASSWD=PASSWORD, SMB_CONF_PATH=str(samba.smb_conf))
    with connect(samba, "alice", source=CLIENT):
        done = run()
        assert (done.stderr, done.returncode) == ("", 0)
        assert sessions_of(samba, "alice") == []
    assert "samba.WERRORError: (2312, " in run().stderr


def test_header_defines_each_code_of_the_manuals(top_directory):
    header = (top_directory / "source" / "client"
              / "smbsession.h").read_text()
    defined = set(re.findall(r"^#define (\w+) (\d+)$", header, re.M))
    for page in (top_directory / "docs" / "man").glob("*.3"):
        codes = set(re.findall(r"^\.It (\w+) Pq (\d+)$", page.read_text(), re.M))
        assert codes and codes <= defined, page.name


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
    listed = (top_directory / "packaging" / "debian"
              / "libsmbsession0.symbols").read_text()
    assert set(re.findall(r"^ (\w+)@SMBSESSION_0 ", listed,
                          re.M)) == declared | {"SMBSESSION_0"}
    soname = subprocess.run(
        ["readelf", "-d", build_directory / "libsmbsession.so"], check=True,
        capture_output=True, text=True).stdout
    assert "[libsmbsession.so.0]" in soname
