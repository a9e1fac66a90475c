# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers, sessions and programs that several files of tests use."""

import subprocess

import pytest

from testbed import programs
from testbed.clients.connections import CALLER, CLIENT, OTHER_CLIENT, connect
from testbed.clients.srvsvc import Pipe
from testbed.faults.worker_steps import WorkerSteps
from testbed.observe import sanitizers
from testbed.observe.sessions import wait_gone
from testbed.servers.standalone import Server


@pytest.fixture(name="samba", scope="module")
def _samba():
    """A server whose calls wait as long as possible."""
    with Server(address="127.0.0.1",
                conf={"sessiondel:timeout": "20"}) as server:
        yield server


@pytest.fixture(name="hasty_samba", scope="module")
def _hasty_samba():
    """A server whose calls give up as soon as possible."""
    with Server(address="127.0.0.2",
                conf={"sessiondel:timeout": "1"}) as server:
        yield server


@pytest.fixture(name="stock", scope="module")
def _stock():
    """A server without the plugin."""
    with Server(stock=True, address="127.0.0.50") as server:
        yield server


@pytest.fixture(name="steps", scope="module")
def _steps():
    """For stepped_samba: ends or stops its worker between two steps."""
    if sanitizers.active():
        pytest.skip("the sanitizers must be loaded first")
    with WorkerSteps() as steps:
        yield steps


@pytest.fixture(name="stepped_samba", scope="module")
def _stepped_samba(steps):
    with Server(address="127.0.0.1", dcerpcd_env=steps.environment) as server:
        yield server


@pytest.fixture(name="caller")
def _caller(samba):
    with connect(samba, "sop", source=CALLER) as session:
        yield session


@pytest.fixture(name="pipe")
def _pipe(samba):
    with connect(samba, "sop", source=CALLER) as session:
        yield Pipe(session)


@pytest.fixture(name="hasty_caller")
def _hasty_caller(hasty_samba):
    with connect(hasty_samba, "sop", source=CALLER) as session:
        yield session


def logged_in(samba, user):
    """A session for a fixture. Afterwards, wait until it has left the table."""
    with connect(samba, user, source=CLIENT) as session:
        yield session
    wait_gone(samba, user)


@pytest.fixture(name="alice")
def _alice(samba):
    yield from logged_in(samba, "alice")


@pytest.fixture(name="hasty_alice")
def _hasty_alice(hasty_samba):
    yield from logged_in(hasty_samba, "alice")


@pytest.fixture(name="bob")
def _bob(samba):
    """A session that no call asks for."""
    with connect(samba, "bob", source=OTHER_CLIENT) as session:
        yield session


@pytest.fixture(name="path")
def _path(request):
    """The name of a file that only this test uses."""
    return f"{request.node.name.translate(str.maketrans('[]', '__'))}.txt"


@pytest.fixture(name="own_registry")
def _own_registry():
    """Puts parameters into the registry of this machine."""
    net = ["net", "-s", "/dev/null", "conf"]

    def fill(parameters):
        for name, value in parameters.items():
            programs.run(*net, "setparm", "global", name, value)
    yield fill
    programs.run(*net, "drop")


@pytest.fixture(name="pkg_config", scope="module")
def _pkg_config(top_directory, build_directory):
    """Asks pkg-config about the library that was built."""
    places = {"libdir": build_directory,
              "includedir": top_directory / "source" / "client"}

    def ask(*options):
        return subprocess.run(
            ["pkg-config", *options, build_directory / "smbsession.pc",
             *[f"--define-variable={name}={place}"
               for name, place in places.items()]],
            check=True, capture_output=True, text=True).stdout.split()
    return ask


@pytest.fixture(name="compiled", scope="module")
def _compiled(pkg_config, tmp_path_factory):
    """Compiles a program as the manual page says, with all warnings."""
    place = tmp_path_factory.mktemp("programs")
    # The program brings the sanitizer runtime; the library does not have it.
    sanitize = (["-fsanitize=address,undefined"] if sanitizers.active()
                else [])

    def compile_program(source, *options):
        program = place / source.stem
        subprocess.run(
            ["cc", "-Wall", "-Wextra", "-Werror", *sanitize, *options,
             source, "-o", program, *pkg_config("--cflags", "--libs"),
             *options],
            check=True)
        return program
    return compile_program
