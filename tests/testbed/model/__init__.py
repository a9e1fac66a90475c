# SPDX-License-Identifier: GPL-3.0-or-later
"""A model of a server's sessions: what happens to them, and what must follow.

May use: testbed, testbed.clients, testbed.faults, testbed.observe.
"""
