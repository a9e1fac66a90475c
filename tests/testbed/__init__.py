# SPDX-License-Identifier: GPL-3.0-or-later
"""Throwaway Samba servers in namespaces, for hands, the demo and the tests."""


class TestbedError(Exception):
    """The test bed cannot do what is asked; the text says why."""

    __test__ = False  # the name looks like a test to pytest
