# SPDX-License-Identifier: GPL-3.0-or-later
"""Samba servers: a standalone one, the nodes of a cluster, a domain.

May use: testbed, testbed.observe.
"""
