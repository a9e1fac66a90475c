# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the source, the build under test and the test bed's scripts are."""

import os
from pathlib import Path

TESTBED = Path(__file__).resolve().parent
TOP = TESTBED.parents[1]

# bin/, or bin/sanitize.
BUILD = Path(os.environ.get("SESSIONDEL_BUILD", TOP / "bin"))

# The system's Python, which has Samba's bindings.
PYTHON = "/usr/bin/python3"
