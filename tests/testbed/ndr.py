# SPDX-License-Identifier: GPL-3.0-or-later
"""The few NDR types that the arguments of srvsvc's calls consist of."""

import struct

NULL = struct.pack("<L", 0)
# A pointer that is not NULL.
REFERENT = struct.pack("<L", 0x20000)


def wide(text):
    """A string on the wire: UTF-16 with a terminating NUL."""
    return (text + "\0").encode("utf-16-le", "surrogatepass")


def string(data):
    """A [string] with these bytes: its counts, then the bytes."""
    units = len(data) // 2
    return struct.pack("<LLL", units, 0, units) + data


def unique_string(data, referent=REFERENT):
    """A [unique, string] with these bytes; None is NULL."""
    if data is None:
        return NULL
    return aligned(referent + string(data))


def aligned(data):
    """These bytes, padded so that a number can follow."""
    return data + bytes(-len(data) % 4)


class Reader:
    """Reads a stub from its beginning."""

    def __init__(self, data):
        self._data = data
        self._place = 0

    def number(self):
        self._place += -self._place % 4
        value, = struct.unpack_from("<L", self._data, self._place)
        self._place += 4
        return value

    def string(self):
        """A [string], which must be well formed."""
        most, skipped, units = self.number(), self.number(), self.number()
        assert (most, skipped) == (units, 0)
        data = self._data[self._place:self._place + 2 * units]
        self._place += 2 * units
        text = data.decode("utf-16-le")
        assert text.index("\0") == len(text) - 1
        return text[:-1]

    def unique_string(self):
        """A [unique, string]; None for NULL."""
        return self.string() if self.number() else None

    def is_at_end(self):
        return self._place == len(self._data)
