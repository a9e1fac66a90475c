# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill or stop a worker between two of its steps."""

import contextlib
import signal

from testbed import processes
from testbed.faults.preload import Preload


class WorkerSteps(Preload):
    """worker_steps.c in workers."""

    def __init__(self):
        super().__init__("worker_steps.c", 4)

    def seen(self):
        """How many steps were begun, the chosen one included."""
        return self.read()[3]

    @contextlib.contextmanager
    def killed_before(self, step):
        """Kill a worker before a step, from 1, during a with block.

        Only what changes something on an open's file is a step.
        """
        self.order(step, signal.SIGKILL)
        try:
            yield
        finally:
            self.order()

    @contextlib.contextmanager
    def stopped_before(self, step, pid):
        """Stop the worker pid before a step, from 1, during a with block.

        Reading smbd's tables counts as a step. Gives a function: whether it
        has stopped.
        """
        self.order(step, signal.SIGSTOP, True)
        try:
            yield lambda: processes.stat(pid)[0] == "T"
        finally:
            self.order()
            processes.send(pid, signal.SIGCONT)
