# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one of the calls into libc fail: the loader's, or a program's."""

from testbed.faults.preload import Preload


class FailingCalls(Preload):
    """failing_calls.c in loaders, or in a program of this name.

    What runs needs its environment.
    """

    def __init__(self, program=None):
        super().__init__("failing_calls.c", 2)
        if program:
            self.environment["FAILING_PROGRAM"] = program

    def fail(self, which):
        """Make this call of the next process fail, counted from 1."""
        self.order(which)

    def seen(self):
        """How many calls there were."""
        return self.read()[1]
