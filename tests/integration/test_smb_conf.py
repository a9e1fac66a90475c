# SPDX-License-Identifier: GPL-3.0-or-later
"""smbsession and the library read every smb.conf that smbd takes."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess

import pytest

from testbed import processes, programs
from testbed.clients.smbsession import (
    DONE, OTHER, TOOL, UNREACHABLE, USAGE, environment, execute, login, run,
    start)
from testbed.faults.hinder import stopped
from testbed.names.netbios import Lan, NetbiosServer
from testbed.servers.standalone import Server

SERVER = "127.0.0.1"
ADMIN = login("adm")
NOBODY = 65534

MISSING = "/etc/samba/missing.conf (No such file or directory)"
REGISTRY = "the registry (testparm cannot read it)"


@pytest.fixture(name="samba", scope="module")
def _samba():
    """It refuses encryption and the newest dialect."""
    with Server(address=SERVER, conf={
            "server smb encrypt": "off",
            "server max protocol": "SMB3_02"}) as server:
        yield server


@pytest.fixture(name="place")
def _place(samba, request):
    """A directory that every user may read."""
    place = samba.directory / request.node.name.translate(
        str.maketrans("[]/%", "____"))
    place.mkdir()
    place.chmod(0o755)
    yield place
    shutil.rmtree(place)


@pytest.fixture(name="registry")
def _registry(place):
    """Puts parameters into the registry that conf() includes."""
    def fill(parameters):
        place.joinpath("net.conf").write_text(state_directory(place))
        for name, value in parameters.items():
            programs.run("net", "-s", place / "net.conf", "conf", "setparm",
                         "global", name, value)
        return place / "registry.tdb"
    return fill


def state_directory(place):
    return f"[global]\nstate directory = {place}\n"


@pytest.fixture(name="conf")
def _conf(place):
    """Writes an smb.conf with these lines in [global]; its path."""
    def write(*lines):
        path = place / "smb.conf"
        path.write_text(state_directory(place) + "\n".join(lines) + "\n")
        path.chmod(0o644)
        return path
    return write


def ncalrpc_dir(samba):
    """The local server is found only with this parameter."""
    return {"ncalrpc dir": str(samba.directory / "ncalrpc")}


def line(parameters):
    return "\n".join(f"{name} = {value}" for name, value in parameters.items())


def warning(*unread):
    return f"smbsession: warning: smb.conf: left out {', '.join(unread)}\n"


def is_read(path, *unread):
    """The local server's parameter is used, and this is what is said.

    By the option and by default, without a login and with one.
    """
    said = warning(*unread) if unread else ""
    for options, env in ([["-s", path], {}], [[], {"SMB_CONF_PATH": path}]):
        for server in ([], [SERVER, ADMIN]):
            done = run("list", *server, *options, env=env)
            assert (done.returncode, done.stderr) == (DONE, said)
            assert done.stdout.startswith("CLIENT")


def test_registry_is_included(samba, conf, registry):
    registry(ncalrpc_dir(samba))
    is_read(conf("include = registry"))


def test_line_after_the_registry_counts(samba, conf, registry):
    registry({"ncalrpc dir": "/nowhere", "client protection": "encrypt"})
    is_read(conf("INCLUDE = Registry", line(ncalrpc_dir(samba)),
                 "client protection = sign"))


def test_registry_instead_of_the_file(samba, conf, own_registry):
    own_registry(ncalrpc_dir(samba))
    is_read(conf("client protection = encrypt", "config backend = registry"))


@pytest.mark.parametrize("section", ["", "[share]\n", "[share]\n[global]\n"],
                         ids=["global", "share", "global-again"])
def test_missing_include(samba, conf, section):
    is_read(conf(line(ncalrpc_dir(samba)),
                 f"{section}include = /etc/samba/missing.conf"), MISSING)


def test_lines_after_a_missing_include_count(samba, conf):
    is_read(conf("include = /etc/samba/missing.conf",
                 line(ncalrpc_dir(samba))), MISSING)


def test_everything_that_is_missing_is_in_one_line(samba, conf, registry):
    registry({}).mkdir()
    is_read(conf("include = registry", "include = /etc/samba/missing.conf",
                 line(ncalrpc_dir(samba))), MISSING, REGISTRY)


def test_included_files(samba, conf, place):
    place.joinpath("one.conf").write_text(
        "[share]\nclient protection = encrypt\n"
        f"[global]\ninclude = {place}/two.conf\n")
    place.joinpath("two.conf").write_text(
        f"{line(ncalrpc_dir(samba))}\n[share]\n")
    is_read(conf(f"include = {place}/one.conf",
                 "client protection = encrypt"),
            "client protection (not in [global])")


def test_file_that_includes_itself(samba, conf, place):
    include = f"include = {place}/smb.conf"
    is_read(conf(line(ncalrpc_dir(samba)), include, include),
            f"{place}/smb.conf (included too deeply)")


def test_include_that_is_no_file_is_not_waited_for(samba, conf, place):
    os.mkfifo(place / "fifo")
    is_read(conf("include =", f"include = {place}/fifo", "include = /etc",
                 line(ncalrpc_dir(samba))),
            f"{place}/fifo (not a regular file)", "/etc (not a regular file)")


@pytest.mark.parametrize("variable", ["%m", "%I", "%U"])
def test_files_for_clients_are_of_no_use(samba, conf, place, variable):
    is_read(conf(f"include = {place}/{variable}.conf",
                 line(ncalrpc_dir(samba))))


def test_files_for_this_host_are_read(samba, conf, place):
    name = socket.gethostname().split(".")[0]
    place.joinpath(f"{name}.conf").write_text(line(ncalrpc_dir(samba)))
    is_read(conf(f"include = {place}/%h.conf"))


def test_wins_server_of_this_machine_is_asked(samba, conf):
    wins = ["wins support = yes", "name resolve order = wins"]
    with Lan() as lan, NetbiosServer(lan, names=[], wins={"FS1": SERVER}):
        for lines, status in ((wins, DONE), (wins[1:], UNREACHABLE)):
            done = run("list", "fs1", ADMIN, "-s", conf(*lines))
            assert done.returncode == status


def test_file_that_only_servers_follow(samba, conf, place, registry):
    other = place / "other.conf"
    other.touch()
    said = f"{other} (config file: only Samba's servers follow it)"
    is_read(conf(f"config file = {place}/smb.conf", f"config file = {other}",
                 line(ncalrpc_dir(samba))), said)
    registry(ncalrpc_dir(samba) | {"config file": str(other)})
    is_read(conf("include = registry"), said)


@pytest.mark.parametrize("name", [
    "smb.conf", "./smb.conf", "missing.conf", "smb.conf/x", "", "%m.conf"])
def test_config_file_of_which_nothing_is_lost(samba, conf, place, name):
    is_read(conf(f"config file = {place}/{name}", line(ncalrpc_dir(samba))))


def test_config_file_that_a_user_may_not_see(conf, place):
    hidden = place / "hidden"
    hidden.mkdir(mode=0o700)
    other = hidden / "other.conf"
    done = run_as_nobody(place, conf(f"config file = {other}"))
    assert (done.returncode, done.stderr) == (
        DONE,
        warning(f"{other} (config file: only Samba's servers follow it)"))


def test_invalid_line(samba, conf):
    is_read(conf("domain master = perhaps", line(ncalrpc_dir(samba))),
            "domain master = perhaps (invalid)")


@pytest.mark.parametrize("text, what", [
    ("client signing \r", "client signing (not a parameter)"),
    ("client singing = required", "client singing (unknown parameter)"),
    ("[global] client signing = yes",
     "[global] client signing = (text after a section header)"),
    ("[[global]]\nclient\n[x] client\nclient signing = yes\n[global]",
     "client signing (not in [global])")])
def test_line_that_samba_ignores(samba, conf, registry, text, what):
    registry({})
    for lines in [], ["include = registry"]:
        is_read(conf(text, *lines, "a:b = c", line(ncalrpc_dir(samba))),
                what)


def test_ignored_line_is_named_once_and_cannot_control_the_terminal(samba,
                                                                    conf):
    is_read(conf("ba\33[31m", "a\33[31m", "a\33[31m",
                 line(ncalrpc_dir(samba))),
            "ba\\x1b[31m (not a parameter)", "a\\x1b[31m (not a parameter)")


@pytest.mark.parametrize("share", ["[share", "[share]\npath = /tmp\n[other"])
def test_section_header_that_does_not_end(samba, conf, share):
    name = share.rpartition("\n")[2]
    is_read(conf(line(ncalrpc_dir(samba)), share, "path = /tmp",
                 "ncalrpc dir = /nowhere"),
            f"{name} (unterminated section header)")


@pytest.mark.parametrize("text", [
    "workgroup = W\0X", "workgroup = W\\ \0",
    "workgroup = W\0 \\\nclient protection = sometimes"],
    ids=["text", "backslash", "continued"])
def test_line_after_a_nul(samba, conf, text):
    path = conf("\0client protection = encrypt", text,
                line(ncalrpc_dir(samba)))
    is_read(path, f"text after NUL characters ({path})")


def test_testparm_that_hangs_is_not_waited_for(samba, conf, registry):
    path = registry(ncalrpc_dir(samba))
    with open(path, "rb+") as database:
        fcntl.lockf(database, fcntl.LOCK_EX)
        done = run("list", SERVER, ADMIN, "--timeout=4", "-s",
                   conf("include = registry"))
    assert (done.returncode, done.stderr) == (DONE, warning(REGISTRY))


def test_testparm_is_asked_without_setpriv(samba, conf, registry):
    registry(ncalrpc_dir(samba))
    hidden = 'mount --bind /dev/null "$(command -v setpriv)" && exec "$@"'
    done = run("list", SERVER, ADMIN, "-s", conf("include = registry"),
               before=["unshare", "--mount", "sh", "-c", hidden, "sh"])
    assert (done.returncode, done.stderr) == (DONE, "")


@pytest.fixture(name="locked_registry")
def _locked_registry(samba, registry):
    """While this is open, testparm waits before it writes anything."""
    with open(registry(ncalrpc_dir(samba)), "rb+") as database:
        fcntl.lockf(database, fcntl.LOCK_EX)
        yield database


def started_testparm(tool):
    """The testparm that smbsession has started."""
    pid, = processes.wait_until(
        lambda: [pid for pid in processes.children(tool.pid)
                 if processes.title(pid) == "testparm"], "testparm runs")
    return pid


def test_testparm_inherits_no_files(conf, locked_registry, place):
    inherited = place / "inherited"
    inherited.touch()
    with start("list", SERVER, ADMIN, "-s", conf("include = registry"),
               before=["sh", "-c", f'exec "$@" 8<{inherited}', "sh"]) as tool:
        pid = started_testparm(tool)
        files = processes.descriptors(pid)
        assert str(inherited) in processes.descriptors(tool.pid).values()
        locked_registry.close()
        assert tool.communicate()[1] == ""
    assert tool.returncode == DONE
    assert str(inherited) not in files.values()
    assert files["0"] == files["2"] == "/dev/null"


def test_testparm_ends_with_the_tool(conf, locked_registry):
    assert not locked_registry.closed
    with start("list", SERVER, ADMIN, "--timeout=60", "-s",
               conf("include = registry")) as tool:
        pid = started_testparm(tool)
        tool.kill()
    processes.wait_until(lambda: not processes.executable(pid), "it ends")


def test_testparm_that_crashes_is_not_trusted(conf, locked_registry):
    """Its output may end before a line about protection."""
    with start("list", SERVER, ADMIN, "--timeout=60", "-s", conf(
            "include = registry",
            f"server string = {'x' * 100000}")) as tool:
        pid = started_testparm(tool)
        with stopped(tool.pid):
            locked_registry.close()
            processes.wait_until(
                lambda: processes.stays_in(pid, processes.WRITE),
                "the pipe is full")
            os.kill(pid, signal.SIGKILL)
        said = tool.communicate()[1]
    assert (tool.returncode, said) == (DONE, warning(REGISTRY))


def refuses(samba, path, *options):
    """The server cannot protect the connection as smb.conf asks."""
    done = run("list", samba.address, ADMIN, "-s", path, *options)
    assert done.returncode not in (DONE, OTHER)
    assert done.stdout == ""
    return True


@pytest.fixture(name="protection", params=[
    ("client protection", "encrypt"), ("client ipc min protocol", "SMB3_11")],
    ids=lambda parameter: parameter[0])
def _protection(request):
    return dict([request.param])


def test_protection_after_what_cannot_be_read(samba, conf, registry,
                                              protection):
    registry({}).mkdir()
    for lines in (["include = /etc/samba/missing.conf"],
                  ["workgroup = W\0"], ["include = registry"],
                  [f"include = {conf()}.%h"]):
        assert refuses(samba, conf(*lines, line(protection)))


def test_protection_in_the_registry(samba, conf, registry, protection):
    registry(protection)
    path = conf("include = registry")
    assert refuses(samba, path)
    override = [f"--option={name}=default" for name in protection]
    assert run("list", SERVER, ADMIN, "-s", path, *override).returncode == DONE


@pytest.mark.parametrize("text", [
    "client signing = perhaps", "Client Protection = perhaps",
    "kerberos encryption types = perhaps"])
def test_protection_that_is_invalid(samba, conf, text):
    done = run("list", samba.address, ADMIN, "-s", conf(text))
    assert (done.returncode, done.stderr) == (
        OTHER, "smbsession: ERROR_INVALID_PARAMETER: "
        f"invalid in smb.conf: {text}\n")


def test_protection_after_a_section_header_that_does_not_end(
        samba, conf, protection):
    """It could be meant for [global], and be weaker or stronger there."""
    path = conf("[global", line(protection), "client signing = yes",
                "[share]")
    done = run("list", samba.address, ADMIN, "-s", path)
    assert (done.returncode, done.stderr) == (
        OTHER, warning("[global (unterminated section header)") +
        "smbsession: ERROR_INVALID_PARAMETER: in smb.conf, after an "
        f"unterminated section header: {line(protection)}\n")


def test_section_header_that_samba_does_not_reach(samba, conf, own_registry,
                                                  place):
    """Samba reads the registry instead of the file."""
    own_registry(ncalrpc_dir(samba))
    path = conf("config backend = registry", "[global",
                "client protection = encrypt")
    header = "[global (unterminated section header)"
    is_read(path, header)
    done = run_as_nobody(place, path)
    assert (done.returncode, done.stderr) == (DONE, warning(header, REGISTRY))


@pytest.mark.parametrize("path, why", [
    ("/nowhere/smb.conf", "No such file or directory"),
    ("/etc", "Is a directory")])
def test_named_file_must_be_readable(samba, path, why):
    done = run("list", samba.address, ADMIN, "--configfile", path)
    assert (done.returncode, done.stderr) == (
        USAGE, f"smbsession: --configfile: '{path}' cannot be read: {why}\n")


def test_file_that_the_environment_names_is_missing(samba):
    done = run("list", samba.address, ADMIN,
               env={"SMB_CONF_PATH": "/nowhere/smb.conf"})
    assert (done.returncode, done.stderr) == (
        DONE, warning("/nowhere/smb.conf (No such file or directory)"))


def test_pipe_that_nobody_writes_is_not_waited_for(samba, place):
    os.mkfifo(place / "fifo")
    done = run("list", samba.address, ADMIN, "--timeout=2", "-s",
               place / "fifo")
    assert (done.returncode, done.stderr) == (
        OTHER, "smbsession: ERROR_INVALID_PARAMETER: "
        f"cannot read {place}/fifo: Connection timed out\n")


def test_pipe_that_never_ends_is_not_waited_for(samba, place):
    os.mkfifo(place / "fifo")
    with subprocess.Popen(
            ["sh", "-c", "while echo '#'; do sleep 0.2; done >\"$1\"", "sh",
             place / "fifo"], stderr=subprocess.DEVNULL):
        done = run("list", samba.address, ADMIN, "--timeout=2", "-s",
                   place / "fifo")
    assert done.stderr.endswith("/fifo: Connection timed out\n")


def test_protection_in_a_pipe_that_names_the_registry(
        samba, conf, registry, protection):
    """testparm cannot read the pipe again."""
    registry({})
    text = conf("include = registry", line(protection)).read_text()
    done = run("list", samba.address, ADMIN, "-s", "/dev/stdin", stdin=text)
    assert done.returncode not in (DONE, OTHER)
    assert done.stderr.startswith(warning(REGISTRY))


@pytest.mark.parametrize("name", ["/dev/stdin", "-smb.conf"])
def test_registry_is_included_by_a_file_with_another_name(
        samba, conf, registry, place, name):
    """testparm must not take a name for an option, nor for another file."""
    registry(ncalrpc_dir(samba))
    path = conf("include = registry")
    shutil.copy(path, place / "-smb.conf")
    with open(path, encoding="ascii") as file:
        done = subprocess.run(
            [TOOL, "list", f"--configfile={name}"], stdin=file, cwd=place,
            env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (DONE, "")


def run_as_nobody(place, path, *options):
    tool = shutil.copy(TOOL, place)
    return subprocess.run(
        [tool, "list", SERVER, ADMIN, *options], capture_output=True,
        text=True, check=False, user=NOBODY, group=NOBODY, extra_groups=[],
        env=environment(SMB_CONF_PATH=path))


def test_registry_is_for_root_only(samba, conf, registry, place):
    registry(ncalrpc_dir(samba))
    done = run_as_nobody(place, conf("include = registry"))
    assert (done.returncode, done.stderr) == (DONE, warning(REGISTRY))


def test_protection_where_the_registry_is_for_root_only(
        samba, conf, own_registry, place, protection):
    own_registry(ncalrpc_dir(samba))
    done = run_as_nobody(place, conf("config backend = registry",
                                     line(protection)))
    assert done.returncode not in (DONE, OTHER)
    assert done.stderr.startswith(warning(REGISTRY))


def test_file_that_a_user_may_not_read(samba, conf, place):
    path = conf()
    path.chmod(0o600)
    done = run_as_nobody(place, path)
    assert (done.returncode, done.stderr) == (
        DONE, warning(f"{path} (Permission denied)"))
    done = run_as_nobody(place, path, "-s", path)
    assert (done.returncode, done.stderr) == (
        USAGE, f"smbsession: --configfile: '{path}' cannot be read: "
        "Permission denied\n")


PROGRAM = r"""
#include <stdio.h>
#include <stdlib.h>
#include <smbsession.h>

static void list(const char *configfile)
{
	struct smbsession_context *context = smbsession_new();
	struct smbsession_list *list = NULL;

	if (configfile != NULL) {
		smbsession_set(context, SMBSESSION_CONFIGFILE, configfile);
	}
	printf("'%s' ", smbsession_warning_text(context));
	smbsession_enum(context, NULL, NULL, NULL, &list);
	printf("'%s'\n", smbsession_warning_text(context));
	smbsession_list_free(list);
	smbsession_free(context);
}

int main(int argc, char *argv[])
{
	list(argv[argc - 1]);
	list(NULL);
	return getenv("SMB_CONF_PATH") != NULL;
}
"""


def test_library_tells_its_program_for_each_context(samba, conf, compiled,
                                                    tmp_path):
    source = tmp_path / "warnings.c"
    source.write_text(PROGRAM)
    done = execute(compiled(source), conf(
        "include = /etc/samba/missing.conf", line(ncalrpc_dir(samba))))
    assert (done.stdout, done.stderr, done.returncode) == (
        f"'' 'smb.conf: left out {MISSING}'\n'' ''\n", "", 0)
