# SPDX-License-Identifier: GPL-3.0-or-later
"""Spoil what the kernel tells a worker of its clients' connections."""

import contextlib
import struct

from testbed.faults.preload import Preload


class KernelAnswers(Preload):
    """kernel_answers.c in workers."""

    # In the order of its enum, from 1. "slow" comes last and is no fault.
    FAULTS = ("forbidden", "denied", "not sent", "no buffers", "no answer",
              "empty", "cut", "too long", "interrupted", "forged", "endless")

    def __init__(self):
        super().__init__("kernel_answers.c", 3)

    @contextlib.contextmanager
    def spoiled(self, fault):
        """Have each answer spoiled during a with block."""
        self.order(1 + (*self.FAULTS, "slow").index(fault))
        try:
            yield
        finally:
            self.order()

    def asked(self):
        """How many sockets there were since the last order, and for which
        ports the questions asked (the last four)."""
        _, sockets, ports = self.read()
        return sockets, [port for port in struct.unpack(
            ">4H", struct.pack(">Q", ports)) if port]
