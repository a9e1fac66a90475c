# SPDX-License-Identifier: GPL-3.0-or-later
"""Spoil what the kernel tells a worker of its clients' connections."""

import contextlib

from testbed.faults.preload import Preload


class KernelAnswers(Preload):
    """kernel_answers.c in workers."""

    # In the order of its enum, from 1.
    FAULTS = ("forbidden", "denied", "not sent", "no buffers", "no answer",
              "empty", "cut", "too long", "interrupted", "forged", "endless")

    def __init__(self):
        super().__init__("kernel_answers.c", 2)

    @contextlib.contextmanager
    def spoiled(self, fault):
        """Have each answer spoiled during a with block. fault: of FAULTS."""
        self.order(1 + self.FAULTS.index(fault))
        try:
            yield
        finally:
            self.order()

    def parts(self):
        """How many parts of answers there were since the last order."""
        return self.read()[1]
