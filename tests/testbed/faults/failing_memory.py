# SPDX-License-Identifier: GPL-3.0-or-later
"""Make allocations in a worker fail, from a chosen one on."""

import contextlib

from testbed.faults.preload import Preload

FOREVER = 1 << 32


class FailingMemory(Preload):
    """failing_malloc.c in workers, or in a program of this name."""

    def __init__(self, program=None):
        super().__init__("failing_malloc.c", 4)
        if program:
            self.environment["FAILING_PROGRAM"] = program

    @contextlib.contextmanager
    def failing(self, first, number=1):
        """Make allocations for the module fail during a with block.

        first: the first one that fails, counted from 1. number: how many
        fail. Gives a list, which has how many did fail after the block.
        """
        self.order(first, number)
        counts = []
        try:
            yield counts
        finally:
            counts.append(self.read()[3])
            self.order()
