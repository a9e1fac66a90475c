# SPDX-License-Identifier: GPL-3.0-or-later
"""Samba servers: standalone, the nodes of a cluster, the hosts of a domain.

Uses testbed.observe and the modules at the top of testbed.
"""
