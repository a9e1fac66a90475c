# SPDX-License-Identifier: GPL-3.0-or-later
"""NetrSessionEnum, with requests and answers built and read here."""

import struct
from typing import NamedTuple, Optional

from samba.dcerpc import srvsvc
from samba.ndr import ndr_pack_in, ndr_pack_out, ndr_unpack_out

from testbed import ndr
from testbed.clients.srvsvc import ERROR_MORE_DATA, NERR_SUCCESS

SESSION_ENUM = 12
LEVELS = (0, 1, 2, 10, 502)
MAX_PREFERRED_LENGTH = 0xffffffff

# The members of SESSION_INFO_x, in order, by level ([MS-SRVS] 2.2.4).
FIELDS = {
    0: ("cname",),
    1: ("cname", "username", "num_opens", "time", "idle_time", "user_flags"),
    2: ("cname", "username", "num_opens", "time", "idle_time", "user_flags",
        "cltype_name"),
    10: ("cname", "username", "time", "idle_time"),
    502: ("cname", "username", "num_opens", "time", "idle_time", "user_flags",
          "cltype_name", "transport"),
}
# The client type (cltype_name) of each dialect, with no protection.
CLIENT_TYPES = {"SMB1": "SMB 1.0", "2.02": "SMB 2.0.2", "2.1": "SMB 2.1",
                "3.0": "SMB 3.0", "3.0.2": "SMB 3.0.2", "3.1.1": "SMB 3.1.1"}

_STRINGS = ("cname", "username", "cltype_name", "transport")


class Listing(NamedTuple):
    """One answer. rows: dicts with the members of SESSION_INFO_x."""

    result: int
    rows: tuple
    total: int
    resume: Optional[int]

    def pairs(self):
        """What closes these sessions with NetrSessionDel: (client, user)."""
        return [(row["cname"], row.get("username")) for row in self.rows]


class _Referents:
    """Ids for the pointers in a stub. used: how many came before."""

    def __init__(self, used=0):
        self._count = used

    def next(self):
        referent = struct.pack("<L", 0x20000 + 4 * self._count)
        self._count += 1
        return referent


def request_stub(level, client=None, user=None,
                 limit=MAX_PREFERRED_LENGTH, resume=0):
    """The stub of a call; None is NULL."""
    referents = _Referents()
    stub = b"".join(_unique_string(referents, name)
                    for name in (None, client, user))
    stub += struct.pack("<LL", level, level)
    if level in LEVELS:
        stub += referents.next() + struct.pack("<LL", 0, 0)
    stub += struct.pack("<L", limit)
    if resume is None:
        return stub + ndr.NULL
    return stub + referents.next() + struct.pack("<L", resume)


def answer_stub(level, listing, pointers):
    """The stub that a successful answer with this content must have.

    pointers: how many the request had, because Samba counts on from there.
    """
    referents = _Referents(pointers)
    stub = struct.pack("<LL", level, level) + referents.next()
    stub += struct.pack("<L", len(listing.rows))
    if listing.rows:
        stub += referents.next() + struct.pack("<L", len(listing.rows))
        stub += _entries(referents, level, listing.rows)
    else:
        stub += ndr.NULL
    stub += struct.pack("<L", listing.total)
    if listing.resume is None:
        stub += ndr.NULL
    else:
        stub += referents.next() + struct.pack("<L", listing.resume)
    return stub + struct.pack("<L", listing.result)


def parse_answer(stub):
    """The Listing in an answer."""
    reader = ndr.Reader(stub)
    level, again = reader.number(), reader.number()
    assert level == again
    rows = ()
    if level in LEVELS and reader.number():
        count = reader.number()
        if reader.number():
            assert reader.number() == count
            rows = _parse_entries(reader, level, count)
    total = reader.number()
    resume = reader.number() if reader.number() else None
    listing = Listing(reader.number(), rows, total, resume)
    assert reader.is_at_end()
    return listing


def enumerate_sessions(pipe, level, *, client=None, user=None,
                       limit=MAX_PREFERRED_LENGTH, resume=0):
    """Call NetrSessionEnum on a srvsvc.Pipe; the Listing.

    If the call succeeds, every byte of the answer is checked.
    """
    pipe.send_stub(SESSION_ENUM, request_stub(level, client, user, limit,
                                              resume))
    stub = pipe.receive_stub()
    listing = parse_answer(stub)
    if listing.result in (NERR_SUCCESS, ERROR_MORE_DATA):
        pointers = 1 + sum(argument is not None
                           for argument in (client, user, resume))
        assert stub == answer_stub(level, listing, pointers)
    return listing


def enumerate_by_samba(pipe, level, **arguments):
    """enumerate_sessions() on a samba_pipe.SambaPipe.

    Samba's NDR must write the same request, and read the same answer.
    """
    call = srvsvc.NetSessEnum()
    call.in_server_unc = None
    call.in_client = arguments.get("client")
    call.in_user = arguments.get("user")
    call.in_info_ctr = srvsvc.NetSessInfoCtr()
    call.in_info_ctr.level = level
    call.in_info_ctr.ctr = getattr(srvsvc, f"NetSessCtr{level}")()
    call.in_max_buffer = arguments.get("limit", MAX_PREFERRED_LENGTH)
    call.in_resume_handle = arguments.get("resume", 0)
    assert ndr_pack_in(call) == request_stub(level, **arguments)
    listing = enumerate_sessions(pipe, level, **arguments)
    ndr_unpack_out(call, pipe.last_answer)
    assert ndr_pack_out(call) == answer_stub(level, listing, 0)
    return listing


def list_in_pages(pipe, limit, level=502, client=None, between=lambda: None):
    """Yield the Listings of an enumeration, until its end.

    between: called after each Listing but the last.
    """
    resume = 0
    while True:
        listing = enumerate_sessions(pipe, level, client=client, limit=limit,
                                     resume=resume)
        yield listing
        if listing.result != ERROR_MORE_DATA:
            assert (listing.result, listing.resume) == (NERR_SUCCESS, 0)
            return
        assert listing.resume > resume
        resume = listing.resume
        between()


def all_pairs(listings):
    """The pairs() of all these Listings."""
    return [pair for listing in listings for pair in listing.pairs()]


def _unique_string(referents, text):
    if text is None:
        return ndr.NULL
    return ndr.unique_string(ndr.wide(text), referents.next())


def _entries(referents, level, rows):
    fixed, strings = b"", b""
    for row in rows:
        for field in FIELDS[level]:
            if field in _STRINGS and row[field] is None:
                fixed += ndr.NULL
            elif field in _STRINGS:
                fixed += referents.next()
                strings = ndr.aligned(strings) + ndr.string(
                    ndr.wide(row[field]))
            else:
                fixed += struct.pack("<L", row[field])
    return ndr.aligned(fixed + strings)


def _parse_entries(reader, level, count):
    fixed = [[reader.number() for _ in FIELDS[level]] for _ in range(count)]
    return tuple(
        {field: reader.string() if field in _STRINGS else value
         for field, value in zip(FIELDS[level], values)}
        for values in fixed)
