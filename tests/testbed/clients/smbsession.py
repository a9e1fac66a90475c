# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line tool smbsession, run as people and scripts run it."""

import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from fcntl import ioctl

from testbed import processes
from testbed.accounts import PASSWORD
from testbed.places import BUILD, TOP

TOOL = str(BUILD / "smbsession")

# Its exit statuses, see smbsession(1).
(DONE, NO_MATCH, USAGE, UNREACHABLE, REFUSED, NOT_ALL, OTHER,
 NOT_CONFIRMED) = range(8)

DEADLINE_SECONDS = 60


def login(user, password=PASSWORD):
    """The option to log in as user."""
    return f"-U{user}%{password}"


def environment(**more):
    """An environment for the tool, without this process's own login."""
    env = {name: value for name, value in os.environ.items()
           if name not in ("USER", "LOGNAME", "PASSWD")}
    return {**env, "LC_ALL": "C.UTF-8",
            "LD_LIBRARY_PATH": str(BUILD), **more}


def run(*arguments, stdin="", env=None, before=()):
    """Run the tool without a terminal; the finished process.

    env: added to environment(). before: a command that runs the tool.
    """
    return subprocess.run(
        [*before, TOOL, *arguments], input=stdin, capture_output=True, text=True,
        env=environment(**(env or {})), start_new_session=True, check=False,
        timeout=DEADLINE_SECONDS)


def output_of(done):
    """The object that a run with --json wrote. It fits the schema."""
    # Not every user of this module has it installed.
    import jsonschema

    output = json.loads(done.stdout)
    schema = json.loads((TOP / "docs" / "smbsession.schema.json").read_text())
    jsonschema.validate(output, schema)
    assert set(output) == set(schema["required"])
    for session in output["sessions"]:
        assert set(session) == set(schema["$defs"]["session"]["required"])
    return output


def execute(program, *arguments, **env):
    """Run a program that uses libsmbsession; env: its environment."""
    return subprocess.run(
        [program, *arguments], env=environment(**env), text=True,
        stdin=subprocess.DEVNULL, capture_output=True, check=False,
        timeout=DEADLINE_SECONDS)


def error_of(done):
    """The one error that the tool reported, maybe with a hint."""
    first, *others = done.stderr.splitlines()
    assert first.startswith("smbsession: ")
    assert all(line.startswith("smbsession: hint: ") for line in others)
    assert len(others) <= 1
    return first.removeprefix("smbsession: ")


def start(*arguments, before=()):
    """Start the tool without a terminal; its output comes by pipes.

    before: a command that runs the tool.
    """
    return subprocess.Popen(
        [*before, TOOL, *arguments], stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())


def without_warnings(done):
    """A run that may also have said that it could not read smb.conf."""
    done.stderr = "".join(line for line in done.stderr.splitlines(True)
                          if not line.startswith("smbsession: warning: "))
    return done


class Terminal:
    """The tool, running at a terminal of its own.

    columns: the width of the terminal. stdin, output, errors: files that the
    standard streams are redirected to. program: run this instead of the tool.
    """

    def __init__(self, *arguments, columns=80, env=None, stdin=None,
                 output=None, errors=None, program=TOOL):
        self._text = ""
        self._pid, self._terminal = pty.fork()
        if self._pid == 0:
            # It may be ignored here, as shells do in the background.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            for number, file in enumerate((stdin, output, errors)):
                if file:
                    os.dup2(os.open(file, os.O_RDWR | os.O_CREAT), number)
            os.execve(program, [program, *arguments],
                      environment(**(env or {})))
        ioctl(self._terminal, termios.TIOCSWINSZ,
              struct.pack("HHHH", 24, columns, 0, 0))

    def wait_for(self, text):
        """Read until the tool has written text; all its output so far."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while text not in self._text:
            if not self._read(deadline):
                raise AssertionError(f"no {text!r} in {self._text!r}")
        return self._text

    @staticmethod
    def outlast(seconds):
        """Wait longer than a time limit of the tool."""
        time.sleep(seconds + 0.1)

    def type(self, text):
        os.write(self._terminal, text.encode())

    def echoes(self):
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)

    def send(self, number):
        """Send the tool a signal."""
        processes.send(self._pid, number)

    def end(self):
        """Read until the tool ends; its exit status and all its output."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while self._read(deadline):
            pass
        status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
        os.close(self._terminal)
        return status, self._text.replace("\r\n", "\n")

    def arguments(self):
        """The tool's command line as other users see it."""
        with open(f"/proc/{self._pid}/cmdline", "rb") as cmdline:
            return cmdline.read()

    def _read(self, deadline):
        """Read some output; False when the tool has ended."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._terminal], [], [], left)[0]:
            raise AssertionError(f"the tool hangs after {self._text!r}")
        try:
            data = os.read(self._terminal, 65536)
        except OSError:
            return False
        self._text += data.decode(errors="replace")
        return bool(data)
