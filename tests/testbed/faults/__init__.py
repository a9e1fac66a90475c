# SPDX-License-Identifier: GPL-3.0-or-later
"""What makes things fail: stopped processes, no memory, a held lock, lies.

May use: testbed.
"""
