# SPDX-License-Identifier: GPL-3.0-or-later
"""Make one of the loader's calls into libc fail."""

from testbed.faults.preload import Preload


class FailingCalls(Preload):
    """failing_calls.c in loaders that have its environment."""

    def __init__(self):
        super().__init__("failing_calls.c", 2)

    def fail(self, which):
        """Make this call of the next loader fail, counted from 1."""
        self.order(which)

    def seen(self):
        """How many calls there were."""
        return self.read()[1]
