# SPDX-License-Identifier: GPL-3.0-or-later
"""The installed Samba's series, and what clients see each do differently."""

import re
import subprocess

_VERSION = subprocess.run(["smbd", "--version"], check=True,
                          stdout=subprocess.PIPE, encoding="utf-8").stdout
_SERIES = tuple(map(int, re.search(r"(\d+)\.(\d+)", _VERSION).groups()))

# Does a session that is to end leave a pending read of a pipe unanswered, or
# wait until there is something to read?
CANCELS_READS = _SERIES >= (4, 22)

# May durable handles be kept on disk as well?
HAS_PERSISTENT_HANDLES = _SERIES >= (4, 25)

# Does libdcerpc tell a refused TCP connection from all others that fail?
TELLS_REFUSED_CONNECTION = _SERIES >= (4, 25)

# Is a password asked for where there is an expired ticket of the user?
ASKS_BESIDE_EXPIRED_TICKET = _SERIES < (4, 25)
