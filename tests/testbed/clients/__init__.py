# SPDX-License-Identifier: GPL-3.0-or-later
"""What connects to a server: SMB clients, callers of srvsvc, our own tools.

May use: testbed, testbed.faults, testbed.observe, testbed.servers.
"""
