# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on purpose: memory that fails, locks that are held, lies.

Uses only the modules at the top of testbed.
"""
