# SPDX-License-Identifier: GPL-3.0-or-later
"""A library that is preloaded into workers and takes orders from a test."""

import mmap
import shutil
import struct
from pathlib import Path

from testbed import namespace
from testbed.programs import compile_c


class Preload:
    """Compiles a library and shares its orders, a row of numbers.

    It works in servers that have its environment as dcerpcd_env. All orders are
    0 at first. source: the name of the C file, which is beside this one.
    """

    def __init__(self, source, num_orders):
        file = Path(__file__).with_name(source)
        self._layout = struct.Struct(f"<{num_orders}Q")
        self._place = namespace.ROOT / file.stem
        self._place.mkdir(mode=0o755)
        library, orders = self._place / "library.so", self._place / "orders"
        compile_c(library, file.read_text(), "-D_GNU_SOURCE", "-shared",
                  "-fPIC", "-O2", "-I", file.parent)
        orders.write_bytes(bytes(self._layout.size))
        with open(orders, "r+b") as shared:
            self._orders = mmap.mmap(shared.fileno(), self._layout.size)
        self.environment = {"LD_PRELOAD": str(library),
                            "PRELOAD_ORDERS": str(orders)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._orders.close()
        shutil.rmtree(self._place)

    def order(self, *numbers):
        """Set the orders; those that are left out are 0."""
        self._orders[:] = struct.pack(f"<{len(numbers)}Q", *numbers).ljust(
            self._layout.size, b"\0")

    def read(self):
        """The orders, with what the library has written."""
        return self._layout.unpack(self._orders[:])
