# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos tickets in files, for programs that get them by KRB5CCNAME."""

import os
import struct
import subprocess
import time

from impacket.krb5.ccache import CCache

from testbed.accounts import PASSWORD
from testbed.servers import domain


def kinit(host, user, path):
    """Get a user of the domain a ticket, as kinit does, by Samba's tool."""
    subprocess.run(
        ["net", "ads", "kerberos", "kinit", "-s", host.smb_conf, "-U",
         f"{user}@{domain.REALM}%{PASSWORD}"],
        env={**os.environ, **environment(path)}, check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def environment(path):
    """Has a program find its tickets there."""
    return {"KRB5CCNAME": f"FILE:{path}"}


def leave(path, seconds):
    """Have the tickets in a file end in so many seconds from now."""
    tickets = path.read_bytes()
    for ticket in CCache.loadFile(str(path)).credentials:
        tickets = tickets.replace(
            struct.pack(">L", ticket["time"]["endtime"]),
            struct.pack(">L", int(time.time()) + seconds))
    path.write_bytes(tickets)
