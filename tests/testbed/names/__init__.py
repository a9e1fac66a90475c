# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers: DNS, and NetBIOS with WINS.

Uses only the modules at the top of testbed.
"""
