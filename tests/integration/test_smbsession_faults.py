# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that are away, refuse or hang: command line and library report it in
time, with the codes in their manuals."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
from typing import NamedTuple

import pytest

from testbed import namespace, processes, series
from testbed.accounts import PASSWORD
from testbed.clients.connections import connect
from testbed.clients.smbsession import (
    DONE, REFUSED, UNREACHABLE, Terminal, error_of, environment, execute,
    login, output_of, run, start)
from testbed.faults.hinder import stopped
from testbed.observe.sessions import (
    sessions_of, smbd_of, wait_for_sessions, wait_gone)
from testbed.servers.standalone import Server

CLIENT = "127.0.0.21"
SERVER = "127.0.0.1"
ADMIN = login("adm")

# On a network of its own, where nothing receives packets for FAR.
HERE = "10.98.0.1"
FAR = "10.98.0.9"

ERROR_ACCESS_DENIED = 5
ERROR_NOT_SUPPORTED = 50
ERROR_BAD_NETPATH = 53
ERROR_NETNAME_DELETED = 64
ERROR_SEM_TIMEOUT = 121
ERROR_CONNECTION_REFUSED = 1225
ERROR_LOGON_FAILURE = 1326
ERROR_ACCOUNT_DISABLED = 1331

# For what hangs. libdcerpc may take another second to close its pipe.
TIMEOUT = "1"
# For what does not, on a machine that may pause for seconds.
PATIENCE = "30"


@pytest.fixture(name="samba", scope="module")
def _samba():
    with Server(conf={"sessiondel:timeout": "20"}, address=SERVER) as server:
        yield server


@pytest.fixture(name="alice")
def _alice(samba):
    with connect(samba, "alice", source=CLIENT) as session:
        yield session
    wait_gone(samba, "alice", "adm")


@contextlib.contextmanager
def listening(address, serve):
    """In a with block, serve port 445; serve() gets each connection."""
    def accept():
        with contextlib.ExitStack() as peers, \
                contextlib.suppress(OSError):
            while True:
                peer = peers.enter_context(listener.accept()[0])
                threading.Thread(target=serve, args=[peer]).start()

    with socket.create_server((address, 445)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield address
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


@contextlib.contextmanager
def nobody_answers(samba):
    namespace.ip("link add hole0 type veth peer name hole1",
                 "link set hole1 up", "link set hole0 up",
                 f"address add {HERE}/24 dev hole0",
                 f"neighbor add {FAR} lladdr 02:00:00:00:00:09 dev hole0 "
                 "nud permanent")
    yield FAR
    namespace.ip("link del hole0")


@contextlib.contextmanager
def no_way_there(samba):
    yield "10.99.99.99"


@contextlib.contextmanager
def no_such_host(samba):
    yield "nobody.example"


@contextlib.contextmanager
def name_server_hangs(samba):
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind((namespace.NAME_SERVER, 53))
        yield "far.example"


@contextlib.contextmanager
def port_is_closed(samba):
    yield "127.0.0.61"


def hangs_up(samba):
    return listening("127.0.0.62", lambda peer: peer.shutdown(
        socket.SHUT_RDWR))


def never_speaks(samba):
    return listening("127.0.0.63", lambda peer: None)


def speaks_no_smb(samba):
    def serve(peer):
        peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        peer.shutdown(socket.SHUT_RDWR)

    return listening("127.0.0.64", serve)


@contextlib.contextmanager
def smbd_hangs(samba):
    """The parent smbd, which would start a child for this client."""
    with stopped(samba.smbd_pids()[0]):
        yield SERVER


@contextlib.contextmanager
def worker_hangs(samba):
    with stopped(samba.dcerpcd_pid()):
        worker, = samba.worker_pids()
        with stopped(worker):
            yield SERVER


@contextlib.contextmanager
def nobody_serves_srvsvc(samba):
    samba.stop_dcerpcd()
    yield SERVER
    samba.start_dcerpcd()


@contextlib.contextmanager
def no_pipe_for_srvsvc(samba):
    samba.stop_dcerpcd()
    (samba.directory / "ncalrpc" / "np" / "srvsvc").unlink()
    yield SERVER
    samba.start_dcerpcd()


@contextlib.contextmanager
def configured(samba, parameters):
    """In a with block, new connections get these parameters."""
    before = dict(samba.conf)
    samba.write_conf(parameters)
    yield SERVER
    samba.conf = before
    samba.write_conf()


def host_is_denied(samba):
    return configured(samba, {"hosts deny": "127.0.0.1"})


def dialect_is_refused(samba):
    return configured(samba, {"server min protocol": "SMB3_11"})


@contextlib.contextmanager
def account_is_disabled(samba):
    tool = ["smbpasswd", "-c", samba.smb_conf]
    subprocess.run([*tool, "-d", "adm"], check=True)
    yield SERVER
    subprocess.run([*tool, "-e", "adm"], check=True)


@contextlib.contextmanager
def password_is_wrong(samba):
    yield SERVER


class Trouble(NamedTuple):
    """The fault, the library's code, and what the tool prints."""

    make: object
    code: int
    status: int
    says: str
    password: str = PASSWORD

    def timeout(self):
        """How long it may take until it is reported."""
        return TIMEOUT if self.code == ERROR_SEM_TIMEOUT else PATIENCE


DIALECT = "SMB2_10"
PORT_IS_CLOSED = (
    (ERROR_CONNECTION_REFUSED, UNREACHABLE,
     "ERROR_CONNECTION_REFUSED: 127.0.0.61: ")
    if series.TELLS_REFUSED_CONNECTION else
    (ERROR_BAD_NETPATH, UNREACHABLE,
     "ERROR_BAD_NETPATH: 127.0.0.61 cannot be reached"))
TROUBLES = [
    Trouble(nobody_answers, ERROR_SEM_TIMEOUT, UNREACHABLE,
            f"ERROR_SEM_TIMEOUT: {FAR} does not answer within 1 s"),
    Trouble(no_way_there, ERROR_BAD_NETPATH, UNREACHABLE,
            "ERROR_BAD_NETPATH: 10.99.99.99 cannot be reached"),
    Trouble(no_such_host, ERROR_BAD_NETPATH, UNREACHABLE,
            "ERROR_BAD_NETPATH: nobody.example: no such host"),
    Trouble(name_server_hangs, ERROR_SEM_TIMEOUT, UNREACHABLE,
            "ERROR_SEM_TIMEOUT: far.example does not answer within 1 s"),
    Trouble(port_is_closed, *PORT_IS_CLOSED),
    Trouble(hangs_up, ERROR_NETNAME_DELETED, UNREACHABLE,
            "ERROR_NETNAME_DELETED: 127.0.0.62: "),
    Trouble(never_speaks, ERROR_SEM_TIMEOUT, UNREACHABLE,
            "ERROR_SEM_TIMEOUT: 127.0.0.63 does not answer within 1 s"),
    Trouble(speaks_no_smb, ERROR_NETNAME_DELETED, UNREACHABLE,
            "ERROR_NETNAME_DELETED: 127.0.0.64: "),
    Trouble(smbd_hangs, ERROR_SEM_TIMEOUT, UNREACHABLE,
            f"ERROR_SEM_TIMEOUT: {SERVER} does not answer within 1 s"),
    Trouble(worker_hangs, ERROR_SEM_TIMEOUT, UNREACHABLE,
            f"ERROR_SEM_TIMEOUT: {SERVER} does not answer within 1 s"),
    Trouble(nobody_serves_srvsvc, ERROR_CONNECTION_REFUSED, UNREACHABLE,
            f"ERROR_CONNECTION_REFUSED: {SERVER}: "),
    Trouble(no_pipe_for_srvsvc, ERROR_BAD_NETPATH, UNREACHABLE,
            f"ERROR_BAD_NETPATH: {SERVER}: no such host, or no srvsvc there"),
    Trouble(host_is_denied, ERROR_ACCESS_DENIED, REFUSED,
            "ERROR_ACCESS_DENIED: the server does not let you do this"),
    Trouble(dialect_is_refused, ERROR_NOT_SUPPORTED, UNREACHABLE,
            f"ERROR_NOT_SUPPORTED: {SERVER}: "),
    Trouble(password_is_wrong, ERROR_LOGON_FAILURE, REFUSED,
            f"ERROR_LOGON_FAILURE: {SERVER}: ", "wrong"),
    Trouble(account_is_disabled, ERROR_ACCOUNT_DISABLED, REFUSED,
            f"ERROR_ACCOUNT_DISABLED: {SERVER}: "),
]


PROGRAM = r"""
#include <stdio.h>
#include <smbsession.h>

int main(int argc, char *argv[])
{
	struct smbsession_context *context = smbsession_new();
	NET_API_STATUS code = smbsession_set(context, SMBSESSION_TIMEOUT, argv[1]);

	smbsession_set(context, SMBSESSION_OPTION, "name resolve order=host");
	smbsession_set(context, SMBSESSION_OPTION,
		       "client ipc max protocol=DIALECT");
	if (argc == 3 && code == NERR_Success) {
		code = smbsession_del(context,
				      argv[2][0] != '\0' ? argv[2] : NULL,
				      NULL, "alice");
	}
	printf("%u %s\n", (unsigned)code, smbsession_error_text(context));
	smbsession_free(context);
	return 0;
}
"""


@pytest.fixture(name="program", scope="module")
def _program(compiled, tmp_path_factory):
    """A C program that closes alice's sessions: time limit and server.

    The server "" is this one.
    """
    source = tmp_path_factory.mktemp("faults") / "close_alice.c"
    source.write_text(PROGRAM.replace("DIALECT", DIALECT))
    return compiled(source)


@pytest.mark.parametrize("trouble", TROUBLES,
                         ids=lambda trouble: trouble.make.__name__)
def test_trouble_is_reported_in_time(samba, program, trouble):
    with trouble.make(samba) as server:
        done = run("list", server, login("adm", trouble.password), "--json",
                   "--timeout", trouble.timeout(),
                   "--option=name resolve order=host",
                   f"--option=client ipc max protocol={DIALECT}")
        result = execute(program, trouble.timeout(), server, USER="adm",
                         PASSWD=trouble.password)
    assert error_of(done).startswith(trouble.says)
    assert done.returncode == trouble.status
    error = output_of(done)["error"]
    assert (error["code"], error["name"]) == (
        trouble.code, trouble.says.partition(":")[0])
    assert result.stdout.partition(" ")[0] == str(trouble.code)
    assert result.stderr == ""


# In the middle of a call

@contextlib.contextmanager
def in_a_call(samba, process):
    """The with block runs while the process waits for the answer to a call."""
    wait_for_sessions(samba, lambda table: {"adm"} & {
        row["user"] for row in table}, "it has logged in")
    yield
    process.wait()


def with_enough_time(attempt):
    """Repeat attempt(TIMEOUT) with longer time limits until it says true.

    On a busy machine, the tool may use up its time before it gets so far. The
    server's own limit is 20 s.
    """
    for limit in (TIMEOUT, "5", "15"):
        if attempt(limit):
            return
    pytest.fail("no time limit was long enough")


def test_call_takes_longer_than_the_tool_waits(samba, alice):
    def fails_in_the_call(limit):
        done = run("close", SERVER, ADMIN, "--user", "alice", "-t", limit)
        assert error_of(done) == (
            f"ERROR_SEM_TIMEOUT: {SERVER} does not answer within {limit} s")
        assert done.returncode == UNREACHABLE
        return done.stdout == (
            f"failed \\\\{CLIENT} alice: ERROR_SEM_TIMEOUT\n")

    (victim,) = sessions_of(samba, "alice")
    with stopped(victim["pid"]):
        with_enough_time(fails_in_the_call)


def test_callers_smbd_hangs_in_the_call(samba):
    def hangs_before_the_time_is_up(limit):
        with connect(samba, "alice", source=CLIENT) as victim, \
                stopped(smbd_of(samba, victim)), \
                start("close", SERVER, ADMIN, "--user", "alice",
                      "-t", limit) as tool:
            own = processes.wait_until(
                lambda: sessions_of(samba, "adm") or tool.poll() is not None,
                "it has logged in")
            if own is True:
                return False
            with contextlib.suppress(ProcessLookupError), \
                    stopped(own[0]["pid"]):
                if tool.poll() is None:
                    assert tool.wait() == UNREACHABLE
                    assert "ERROR_SEM_TIMEOUT" in tool.stderr.read()
                    return True
        return False

    with_enough_time(hangs_before_the_time_is_up)
    wait_gone(samba, "alice", "adm")


@pytest.mark.parametrize("who", ["worker", "smbd"])
def test_it_dies_in_the_call(samba, alice, program, who):
    (victim,) = sessions_of(samba, "alice")
    with stopped(victim["pid"]), subprocess.Popen(
            [program, PATIENCE, SERVER], stdout=subprocess.PIPE, text=True,
            env=environment(USER="adm", PASSWD=PASSWORD)) as caller:
        with in_a_call(samba, caller):
            (own,) = sessions_of(samba, "adm")
            worker, = samba.worker_pids()
            os.kill(own["pid"] if who == "smbd" else worker, signal.SIGKILL)
        assert caller.stdout.read().startswith(f"{ERROR_NETNAME_DELETED} ")
    if who == "worker":
        processes.wait_reaped(worker)
    processes.wait_until(lambda: run("list", SERVER, ADMIN).returncode == DONE,
                         "the server answers again")


# The local server, as root

def test_local_worker_hangs(samba, alice):
    (worker,) = samba.worker_pids()
    with stopped(worker):
        done = run("list", "-t", TIMEOUT, "-s", str(samba.smb_conf))
    assert done.returncode == UNREACHABLE
    assert "does not answer within 1 s" in error_of(done)


def test_local_samba_dcerpcd_hangs_where_it_would_be_started(samba):
    """Nothing accepts connections, so each step could use up the time again."""
    with configured(samba, {"rpc start on demand helpers": "yes"}), \
            stopped(samba.dcerpcd_pid()), \
            stopped(samba.worker_pids()[0]):
        done = run("list", "-t", TIMEOUT, "-s", str(samba.smb_conf))
    assert done.returncode == UNREACHABLE


def test_local_server_is_away(samba):
    """The error says what is missing, not only that root has no password."""
    with nobody_serves_srvsvc(samba):
        done = run("list", "-N", "-s", str(samba.smb_conf))
        local = run("list", "-s", str(samba.smb_conf))
    assert (done.returncode, local.returncode) == (REFUSED, REFUSED)
    assert "without a login" not in error_of(done)
    assert error_of(local).endswith(
        "(and without a login: Connection refused)")


@pytest.mark.parametrize("directory, why", [
    ("/nowhere", "No such file or directory"),
    ("/" + "x" * 100, "File name too long")], ids=["missing", "long"])
def test_local_pipe_is_away(samba, tmp_path, directory, why):
    """Then a login is needed, and may be at hand."""
    conf = tmp_path / "smb.conf"
    conf.write_text(f"[global]\nncalrpc dir = {directory}\n"
                    "rpc start on demand helpers = no\n")
    done = run("list", "-s", str(conf))
    assert done.returncode == REFUSED
    assert error_of(done).endswith(f"(and without a login: {why})")
    done = run("list", "-s", str(conf), env={"USER": "adm",
                                             "PASSWD": PASSWORD})
    assert (done.returncode, done.stderr) == (DONE, "")


@pytest.fixture(name="stopped_samba", params=["clean", "killed"])
def _stopped_samba(samba, request):
    """A killed smbd leaves its file, and another process may get its id."""
    with configured(samba, {"rpc start on demand helpers": "yes"}):
        samba.stop()
        pid_file = samba.directory / "pid" / "smbd.pid"
        if request.param == "killed":
            pid_file.write_text(f"{os.getpid()}\n")
        yield samba.smb_conf
        pid_file.unlink(missing_ok=True)
    samba.start()


def test_samba_is_stopped(stopped_samba):
    """Nobody starts samba-dcerpcd then, nor waits for the time limit."""
    before = processes.all_pids()
    for options in ([], ["-N"]):
        done = run("list", "-s", str(stopped_samba), "-t3600", *options)
        assert (done.stdout, done.returncode) == ("", UNREACHABLE)
        assert error_of(done) == (
            "NERR_ServerNotStarted: Samba is not running on this machine")
    assert not [pid for pid in set(processes.all_pids()) - set(before)
                if "samba-dcerpcd" in str(processes.arguments(pid))]


def test_library_when_samba_is_stopped(stopped_samba, program):
    done = execute(program, PATIENCE, "", SMB_CONF_PATH=str(stopped_samba))
    assert done.stdout == "2114 Samba is not running on this machine\n"


# Typing a password may take longer than the time limit

def test_time_for_the_password_does_not_count(samba):
    def lists_after_a_late_password(limit):
        terminal = Terminal("list", SERVER, "-Uadm", "-t", limit)
        terminal.wait_for("Password for [")
        terminal.outlast(float(limit))
        terminal.type(f"{PASSWORD}\n")
        status, text = terminal.end()
        return status == DONE and "adm" in text

    with_enough_time(lists_after_a_late_password)
