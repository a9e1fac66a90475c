# SPDX-License-Identifier: GPL-3.0-or-later
"""The few types of NDR that the calls of srvsvc are made of."""

import struct

NULL = struct.pack("<L", 0)
# What stands for a pointer that is not NULL.
REFERENT = struct.pack("<L", 0x20000)


def wide(text):
    """A string on the wire: UTF-16 with a terminating NUL."""
    return (text + "\0").encode("utf-16-le", "surrogatepass")


def string(data):
    """A [string] of these bytes: its counts and its content."""
    units = len(data) // 2
    return struct.pack("<LLL", units, 0, units) + data


def unique_string(data, referent=REFERENT):
    """A [unique, string] of these bytes; None is NULL."""
    if data is None:
        return NULL
    return aligned(referent + string(data))


def aligned(data):
    """Bytes with the padding that a number after them needs."""
    return data + bytes(-len(data) % 4)


class Reader:
    """Reads what a stub has, from its beginning."""

    def __init__(self, data):
        self._data = data
        self._place = 0

    def number(self):
        self._place += -self._place % 4
        value, = struct.unpack_from("<L", self._data, self._place)
        self._place += 4
        return value

    def string(self):
        """A [string]; it must be well formed."""
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
