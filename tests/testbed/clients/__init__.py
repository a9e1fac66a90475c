# SPDX-License-Identifier: GPL-3.0-or-later
"""What connects to a server: SMB clients, callers of srvsvc, and our tools.

Uses testbed.servers, testbed.observe and the modules at the top of testbed.
"""
