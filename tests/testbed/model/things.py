# SPDX-License-Identifier: GPL-3.0-or-later
"""What the model knows about: clients, smbds, connections, sessions, opens."""

import uuid

# What the model says of a session. ASKED: a close has reached it, but a
# request of its own keeps it. LIMBO: it has lost its only connection, but a
# request of its own keeps its record, which nobody can read any more.
THERE, ASKED, LIMBO = "there", "asked", "in limbo"

# What has become of a durable handle.
CONNECTED, KEPT, ENDED, EITHER = "connected", "kept", "ended", "kept or ended"


class Client:
    """A computer. Up to SMB 2.0.2, each connection has an smbd of its own."""

    def __init__(self, number, address, dialect):
        self.number = number
        self.address = address
        self.dialect = dialect
        self.guid = uuid.uuid4().bytes

    @property
    def is_smb3(self):
        return self.dialect.startswith("3")

    def can(self, action):
        """Can this client take a step of World?"""
        if action in ("lock", "hang"):
            return self.dialect != "SMB1"
        if action == "open_durably":
            return self.is_smb3
        return action == "open"

    def __repr__(self):
        return f"client {self.number}"


class Smbd:
    """A process that serves one client."""

    def __init__(self, pid, server):
        self.pid = pid
        self.server = server
        # What stopped it.
        self.stopped = None
        # Is the order to end waiting for it?
        self.is_to_end = False
        # The worker that sent it messages has ended. Some may be lost.
        self.in_doubt = False

    def go_on(self):
        self.stopped.__exit__(None, None, None)
        self.stopped = None

    def __repr__(self):
        return f"smbd {self.pid}"


class Link:
    """A connection. lost: the network has gone, and smbd can know it.

    silent: the network has gone, and smbd cannot know it.
    """

    def __init__(self, number, client, real, smbd):
        self.number = number
        self.client = client
        self.real = real
        self.port = real.local_port()
        self.smbd = smbd
        self.lost = self.silent = False

    @property
    def is_usable(self):
        return not (self.lost or self.silent or self.smbd.stopped)

    def __repr__(self):
        return f"connection {self.number}"


class Login:
    """A session."""

    def __init__(self, session_id, user, link, real):
        self.id = session_id
        self.user = user
        self.link = link
        self.real = real
        self.state = THERE
        # Did a call that meant it end without its end?
        self.was_asked = False
        # The requests that keep it, and the pipes it has open.
        self.pending = []
        self.pipes = 0

    @property
    def smbd(self):
        return self.link.smbd

    @property
    def is_usable(self):
        return self.state == THERE and self.link.is_usable

    def may_reclaim(self, held):
        return (self.user, self.link.client, self.smbd.server) == (
            held.user, held.client, held.server)

    def is_meant(self, address, user):
        return (self.state != LIMBO
                and address in (None, self.link.client.address)
                and user in (None, self.user))

    def __repr__(self):
        return f"{self.user}'s session {self.id:08x} on {self.link}"


class Held:
    """A file that a session has open, or had.

    kind: "file", open exclusively; "range", a locked byte of a file of all;
    or "durable".
    """

    def __init__(self, number, login, kind, path, real, handle=None):
        self.number = number
        self.login = login
        self.user = login.user
        self.client = login.link.client
        self.server = login.smbd.server
        self.kind = kind
        self.path = path
        self.real = real
        self.handle = handle
        self.state = CONNECTED

    def __repr__(self):
        return f"{self.kind} {self.number} of {self.user}'s"
