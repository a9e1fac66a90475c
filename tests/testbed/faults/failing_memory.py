# SPDX-License-Identifier: GPL-3.0-or-later
"""Make allocations in a worker fail, from a chosen one on."""

import contextlib
import mmap
import shutil
import struct
from pathlib import Path

from testbed import namespace
from testbed.programs import compile_c

SOURCE = Path(__file__).with_name("failing_malloc.c")
FOREVER = 1 << 32

_ORDERS = struct.Struct("<4Q")


class FailingMemory:
    """Preloads failing_malloc.c into workers.

    It works in servers that have its environment as dcerpcd_env.
    """

    def __init__(self):
        self._place = namespace.ROOT / "failing-memory"
        self._place.mkdir(mode=0o755)
        library, orders = self._place / "malloc.so", self._place / "orders"
        compile_c(library, SOURCE.read_text(), "-D_GNU_SOURCE", "-shared",
                  "-fPIC", "-O2")
        orders.write_bytes(bytes(_ORDERS.size))
        with open(orders, "r+b") as file:
            self._orders = mmap.mmap(file.fileno(), _ORDERS.size)
        self.environment = {"LD_PRELOAD": str(library),
                            "FAILING_MALLOC_ORDERS": str(orders)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._orders.close()
        shutil.rmtree(self._place)

    @contextlib.contextmanager
    def failing(self, first, number=1):
        """Make allocations for the module fail during a with block.

        first: the first one that fails, counted from 1. number: how many
        fail. Gives a list, which has how many did fail after the block.
        """
        self._orders[:] = _ORDERS.pack(first, number, 0, 0)
        counts = []
        try:
            yield counts
        finally:
            counts.append(_ORDERS.unpack(self._orders[:])[3])
            self._orders[:] = bytes(_ORDERS.size)
