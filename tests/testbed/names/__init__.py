# SPDX-License-Identifier: GPL-3.0-or-later
"""Name servers: DNS, and NetBIOS with WINS.

May use: testbed, testbed.faults.
"""
