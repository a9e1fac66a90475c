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
