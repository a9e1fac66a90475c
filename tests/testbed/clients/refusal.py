# SPDX-License-Identifier: GPL-3.0-or-later
"""A caller who may not end sessions gets the same answer to every call."""

import struct

from testbed import namespace
from testbed.clients.srvsvc import ERROR_ACCESS_DENIED

_DENIED = struct.pack("<L", ERROR_ACCESS_DENIED)

# Client and user of calls that get different answers from an allowed caller.
_CALLS = (
    (None, "bob"),
    ("\\\\127.0.0.99", "nobody-here"),
    (None, None),
    ("", ""),
    ("\\\\", "bob"),
    ("\\\\a\\b", None),
    ("a\nb", "a\nb"),
    ("x" * 5000, None),
    (None, "x" * 5000),
    ("\\\\no-such-name.invalid", "bob"),
)


def is_always_denied(pipe, victim=namespace.CLIENTS_IPV4[0]):
    """Whether many calls of a pipe's caller are all denied.

    victim: the address of a client, which may have a session.
    """
    answers = set()
    for client, user in ((f"\\\\{victim}", "bob"), (victim, None),
                         *_CALLS):
        pipe.send_session_del(client, user)
        answers.add(pipe.receive_stub())
    return answers == {_DENIED}
