# SPDX-License-Identifier: GPL-3.0-or-later
"""Samba's smbtorture on a test server, with our suite in it."""

import re
import subprocess

from testbed import TestbedError
from testbed.accounts import PASSWORD
from testbed.places import TESTBED

COMMAND = TESTBED / "smbtorture"
# A client name that does not resolve, so it must be in the session record.
CLIENT_NAME = "STATION7"
OUTCOMES = ("success", "failure", "error", "skip")


def run(server, suite, caller="root", share="share", options=None):
    """Run a suite or one test; the Results.

    options: smbtorture's "torture:" options, without that prefix.
    """
    settings = [f"--option=torture:{name}={value}"
                for name, value in (options or {}).items()]
    text = _smbtorture(
        server, "--format=subunit", "--fullname", "-U", f"{caller}%{PASSWORD}",
        *settings, f"//{server.address}/{share}", suite)
    return Results(text)


def names(server, suite):
    """The names of a suite's tests."""
    return [line for line in _smbtorture(server, "--list", suite).splitlines()
            if line.startswith(f"{suite}.")]


def rpc_srvsvc(server, caller):
    """What Debian's smbtorture prints for its suite rpc.srvsvc."""
    return subprocess.run(
        ["smbtorture", "-s", str(server.smb_conf), "--format=subunit",
         "--seed=1", f"-U{caller}%{PASSWORD}", f"ncacn_np:{server.address}",
         "rpc.srvsvc"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False).stdout


class Results:
    """The outcome of each test.

    outcomes: test name to one of OUTCOMES. reasons: test name to what
    smbtorture says about the outcome.
    """

    def __init__(self, text):
        self.outcomes = {}
        self.reasons = {}
        for outcome, name, reason in re.findall(
                rf"^({'|'.join(OUTCOMES)}): (.*?)(?: \[\n(.*?)^\])?$", text,
                re.MULTILINE | re.DOTALL):
            self.outcomes[name] = outcome
            self.reasons[name] = reason.strip()
        if not self.outcomes:
            raise TestbedError(f"smbtorture ran nothing: {text.strip()}")

    def named(self, *outcomes):
        """The names of the tests with one of these outcomes."""
        return {name for name, outcome in self.outcomes.items()
                if outcome in outcomes}

    def __str__(self):
        return "\n".join(f"{outcome}: {name}: {self.reasons[name]}"
                         for name, outcome in self.outcomes.items()
                         if outcome != "success")


def _smbtorture(server, *arguments):
    done = subprocess.run(
        [str(COMMAND), "-s", str(server.smb_conf),
         f"--option=netbios name={CLIENT_NAME}",
         f"--basedir={server.directory}", *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        check=False)
    return done.stdout
