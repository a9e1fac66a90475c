# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests look at: the session table, the audit lines, syslog, reports.

May use: testbed.
"""
