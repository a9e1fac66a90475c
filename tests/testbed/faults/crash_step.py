# SPDX-License-Identifier: GPL-3.0-or-later
"""Kill a worker in the middle of its work on a durable open's file."""

import contextlib
import mmap
import shutil
import struct
from pathlib import Path

from testbed import namespace
from testbed.programs import compile_c

SOURCE = Path(__file__).with_name("crash_step.c")

_ORDERS = struct.Struct("<2Q")


class CrashStep:
    """Preloads crash_step.c into workers.

    It works in servers that have its environment as dcerpcd_env.
    """

    def __init__(self):
        self._place = namespace.ROOT / "crash-step"
        self._place.mkdir(mode=0o755)
        library, orders = self._place / "step.so", self._place / "orders"
        compile_c(library, SOURCE.read_text(), "-D_GNU_SOURCE", "-shared",
                  "-fPIC", "-O2")
        orders.write_bytes(bytes(_ORDERS.size))
        with open(orders, "r+b") as file:
            self._orders = mmap.mmap(file.fileno(), _ORDERS.size)
        self.environment = {"LD_PRELOAD": str(library),
                            "CRASH_STEP_ORDERS": str(orders)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._orders.close()
        shutil.rmtree(self._place)

    @contextlib.contextmanager
    def killed_before(self, step):
        """Kill a worker before a step, from 1, during a with block.

        Gives a function: how many steps were begun, that one included.
        """
        self._orders[:] = _ORDERS.pack(step, 0)
        try:
            yield lambda: _ORDERS.unpack(self._orders[:])[1]
        finally:
            self._orders[:] = bytes(_ORDERS.size)
