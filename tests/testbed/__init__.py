# SPDX-License-Identifier: GPL-3.0-or-later
"""Throwaway Samba servers in namespaces for tests, the demo and use by hand.

May use: nothing. The modules beside this one are what the packages share;
only command (the scripts' command line) and story (the demo) use packages.
"""


class TestbedError(Exception):
    """The test bed cannot do what was asked; the text says why."""

    __test__ = False  # the name looks like a test to pytest
