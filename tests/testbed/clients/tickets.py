# SPDX-License-Identifier: GPL-3.0-or-later
"""Kerberos tickets in files, for programs that find them by KRB5CCNAME."""

import os
import struct
import subprocess
import time

from impacket.krb5.ccache import CCache

from testbed.accounts import PASSWORD
from testbed.servers import domain


def kinit(host, user, path):
    """Get a user of the domain a ticket in the file path, as kinit does."""
    subprocess.run(
        ["net", "ads", "kerberos", "kinit", "-s", host.smb_conf, "-U",
         f"{user}@{domain.REALM}%{PASSWORD}"],
        env={**os.environ, **environment(path)}, check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def environment(path):
    """The environment in which programs use the tickets in this file."""
    return {"KRB5CCNAME": f"FILE:{path}"}


def expire_in(path, seconds):
    """Make the tickets in a file expire so many seconds from now."""
    tickets = path.read_bytes()
    for ticket in CCache.loadFile(str(path)).credentials:
        tickets = tickets.replace(
            struct.pack(">L", ticket["time"]["endtime"]),
            struct.pack(">L", int(time.time()) + seconds))
    path.write_bytes(tickets)
