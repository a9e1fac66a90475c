# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server shows: its sessions, its log, its audit lines, syslog.

Uses only the modules at the top of testbed.
"""
