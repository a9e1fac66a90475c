# SPDX-License-Identifier: GPL-3.0-or-later
"""Large session tables, a bare walk over one, and closing by hand."""

import json
import subprocess

from testbed.places import BUILD

TOOL = BUILD / "bench" / "table"


def fill(server, number):
    """Fill the table with copies of a session in it, up to this number."""
    subprocess.run([TOOL, server.smb_conf, "fill", str(number)], check=True)


class BareWalk:
    """Walks over a server's table, with dbwrap_traverse_read() and no more.

    It has the methods of a caller's pipe, so it can be measured like one.
    """

    def __init__(self, server):
        self._tool = subprocess.Popen(
            [TOOL, server.smb_conf, "walk"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE)

    def net_session_del(self, *_):
        """Walk once over the table."""
        self._tool.stdin.write(b"\n")
        self._tool.stdin.flush()
        if not self._tool.stdout.readline():
            raise ChildProcessError(f"{TOOL} ended")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._tool.communicate()


def shut_down(server, user):
    """End a user's sessions as admins do today, by shutting down the smbds."""
    conf = str(server.smb_conf)
    status = subprocess.run(
        ["smbstatus", "-s", conf, "--json", "--processes"], check=True,
        stdout=subprocess.PIPE)
    rows = json.loads(status.stdout)["sessions"].values()
    for pid in {row["server_id"]["pid"] for row in rows
                if row["username"] == user}:
        subprocess.run(["smbcontrol", "-s", conf, pid, "shutdown"],
                       check=True)
