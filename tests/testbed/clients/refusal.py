# SPDX-License-Identifier: GPL-3.0-or-later
"""What a caller who may not end sessions is told, whatever it asks."""

import struct

from testbed import namespace
from testbed.clients.srvsvc import ERROR_ACCESS_DENIED

_DENIED = struct.pack("<L", ERROR_ACCESS_DENIED)

# Client and user of calls that would get different answers if let in.
_QUESTIONS = (
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


def denied_whatever_it_asks(pipe, victim=namespace.CLIENTS_IPV4[0]):
    """Whether a pipe's caller is denied each of many questions.

    victim: the address of a client that has a session, or may have.
    """
    answers = set()
    for client, user in ((f"\\\\{victim}", "bob"), (victim, None),
                         *_QUESTIONS):
        pipe.send_session_del(client, user)
        answers.add(pipe.receive_stub())
    return answers == {_DENIED}
