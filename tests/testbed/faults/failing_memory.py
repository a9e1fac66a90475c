# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers whose memory runs out at a chosen moment (failing_malloc.c)."""

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
    """An allocator for the workers of servers that have its environment."""

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
        """Meanwhile the first-th allocation for the module fails.

        So do those after it, number in all. What is given counts, when it
        is over: [0] is how many failed.
        """
        self._orders[:] = _ORDERS.pack(first, number, 0, 0)
        counts = []
        try:
            yield counts
        finally:
            counts.append(_ORDERS.unpack(self._orders[:])[3])
            self._orders[:] = bytes(_ORDERS.size)
