# SPDX-License-Identifier: GPL-3.0-or-later
"""The series of the installed Samba, and what it does unlike the others."""

import re
import subprocess

_VERSION = subprocess.run(["smbd", "--version"], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout
# As in "4.17".
NAME = re.search(r"\d+\.\d+", _VERSION)[0]
_SERIES = tuple(map(int, NAME.split(".")))

# Does a session whose connection is lost wait for the answer of its pipes?
WAITS_FOR_PIPES = _SERIES >= (4, 20)

# When a session ends, does smbd cancel a pending read of a pipe? Older series
# wait until there is something to read.
CANCELS_READS = _SERIES >= (4, 22)

# When a session ends, does smbd keep a durable handle of a file that also has
# other opens?
KEEPS_HANDLES_BESIDE_OTHERS = _SERIES not in ((4, 18), (4, 19))

# Are there persistent handles, that is, durable ones kept on disk?
HAS_PERSISTENT_HANDLES = _SERIES >= (4, 25)

# Does the record of an open say which session has opened it?
OPENS_NAME_SESSION = _SERIES >= (4, 23)

# Which parameter of smb.conf tells clients a server's port?
CLIENT_PORTS = "client smb transports" if _SERIES >= (4, 23) else "smb ports"

# Does libdcerpc report a refused TCP connection as such?
TELLS_REFUSED_CONNECTION = _SERIES >= (4, 23)

# Does the client library ask for a password when the ticket has expired?
ASKS_BESIDE_EXPIRED_TICKET = _SERIES < (4, 23)
