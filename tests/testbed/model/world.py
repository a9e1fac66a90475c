# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with clients, and a model that says what must follow each step.

docs/spec.md is the model's source. Where smbd is free, as in when it cleans
up, the model waits for a condition.
"""

import contextlib
import itertools
import os
import signal
import socket
import uuid

from testbed import processes, programs, series
from testbed.clients import durable, smb2
from testbed.clients.connections import (
    ALIVE, CALLER, CLIENT, DELETED, DELETED_SMB1, DISCONNECTED, OTHER_CLIENT,
    SUCCESS, Connection, connect, outcome)
from testbed.clients.multichannel import as_client
from testbed.clients.session_enum import CLIENT_TYPES, enumerate_sessions
from testbed.clients.srvsvc import (
    ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER, ERROR_TIMEOUT,
    NERR_CLIENT_NAME_NOT_FOUND, NERR_SUCCESS, NERR_USER_NOT_FOUND, Pipe)
from testbed.faults.hinder import stopped_idle
from testbed.model.records import Reader
from testbed.model.things import (
    ASKED, CONNECTED, EITHER, ENDED, KEPT, LIMBO, THERE, Client, Held, Link,
    Login, Smbd)
from testbed.observe import sessions
from testbed.processes import wait_reaped, wait_until

# The users, and who of them may close sessions.
USERS = ("alice", "bob", "adm")
OPERATORS = ("adm", "sop")

# Two clients share an address.
CLIENTS = ((CLIENT, "3.1.1"), (OTHER_CLIENT, "3.0"), (CLIENT, "2.1"),
           (OTHER_CLIENT, "SMB1"))

# A file that everybody has open, each with a byte of it locked.
RANGES = "ranges.txt"

# sessiondel:timeout when all must end; when an smbd must be ended for it,
# which takes until a second before the limit; and when not all can end.
LONG, LAST_RESORT, SHORT = 20, 2, 1

# The fate of a session that may still be there.
NOT_CONFIRMED = "asked, not confirmed"

_TCP_REPAIR = 19
_numbers = itertools.count(1)


class World:
    """What is on the servers: one, or the nodes of a cluster."""

    def __init__(self, servers):
        self.servers = servers
        # All servers write to one syslog.
        syslog = Reader(servers[0], "syslog")
        self.readers = {server: [syslog, Reader(server, "log")]
                        for server in servers}
        self.caller = connect(servers[0], "sop", source=CALLER)
        # Samba's worker never idles out after a restart with open pipes.
        self.can_idle_out = True
        self._open_pipe()
        self._callers_id, = self.ids()
        self._setting = {"durable handles": "close", "audit": "both"}
        self.begin()

    def begin(self):
        """Forget everything."""
        self.clients = [Client(number, *what)
                        for number, what in enumerate(CLIENTS)]
        self.links, self.logins, self.helds = [], [], []
        self.story = []
        for readers in self.readers.values():
            for reader in readers:
                reader.skip()
        # How many calls could not be answered at once.
        self.late_answers = 0
        # Records of smbds that were killed; smbd removes them some time.
        self.stale = self.ids() - {self._callers_id}

    def close_all(self):
        """Hang up and continue everything; wait until it has ended."""
        for link in self.links:
            if not link.silent and not link.lost:
                link.real.close()
        for smbd in self.smbds():
            if smbd.stopped:
                smbd.go_on()
        # smbd may notice no end of a connection, or wait for its pipes.
        if any(link.silent for link in self.links) or any(
                login.pending for login in self.logins):
            for smbd in self.smbds():
                processes.send(smbd.pid, signal.SIGTERM)
        self.set_up(**{"durable handles": "close", "audit": "both"})
        self._wait_ids(set(), {login.id for login in self.logins},
                       "all sessions end")
        self.begin()

    def look_at_all(self):
        """Let everything continue, and reclaim all durable handles."""
        for smbd in self.smbds():
            if smbd.stopped:
                self.go_on(smbd)
        self.check()
        for held in list(self.helds):
            if held.kind == "durable" and held.state in (KEPT, ENDED):
                self.reclaim(held, self._login_for(held))

    def smbds(self):
        return sorted({link.smbd for link in self.links},
                      key=lambda smbd: smbd.pid)

    def has_stuck(self):
        """Are there sessions that cannot end at once?"""
        return any(login.pending or login.smbd.stopped
                   for login in self.logins)

    def logins_on(self, smbd):
        return [login for login in self.logins if login.smbd is smbd]

    def held_by(self, login, kind=None):
        return [held for held in self.helds
                if held.login is login and held.state == CONNECTED
                and kind in (None, held.kind)]

    # What clients do.

    def connect(self, client, server=None):
        server = server or self.servers[0]
        self.tell(f"{client} connects")
        with as_client(client.guid):
            real = Connection(server, client.dialect, source=client.address,
                              sign=client.is_smb3)
        link = Link(next(_numbers), client, real, None)
        link.smbd = self._smbd_of(link, server)
        self.links.append(link)
        return link

    def log_in(self, link, user):
        self.tell(f"{user} logs in on {link}")
        before = self.ids()
        real = link.real.login(user)
        session_id, = self.ids() - before
        login = Login(session_id, user, link, real)
        self.logins.append(login)
        return login

    def log_off(self, login):
        self.tell(f"{login} logs off")
        login.real.logoff()
        self.have_ended([login])

    def open(self, login):
        """Open a file that nobody else can open then."""
        path = f"{uuid.uuid4()}.txt"
        opened = login.real.open(path, sharing=0)
        opened.write(b"x")
        return self._hold(login, "file", path, opened)

    def lock(self, login):
        opened = login.real.open(RANGES)
        held = self._hold(login, "range", RANGES, opened)
        assert smb2.lock(opened, held.number, 1) == SUCCESS
        return held

    def open_durably(self, login, version=2, lease=False):
        handle = durable.Handle(version=version,
                                lease=os.urandom(16) if lease else None)
        path = f"{uuid.uuid4()}.txt"
        opened = handle.open(login.real, path)
        opened.write(b"x")
        return self._hold(login, "durable", path, opened, handle)

    def hang(self, login):
        """Leave half a call in a pipe, which keeps the session."""
        self.tell(f"{login} hangs")
        login.pending.append(smb2.never_answered(Pipe(login.real).opened()))
        login.pipes += 1

    def lose(self, link):
        """smbd notices the end of a connection, if it can."""
        self.tell(f"{link} is lost")
        link.real.close()
        link.lost = True
        if not link.smbd.stopped:
            self._notice(link.smbd)

    def lose_silently(self, link):
        """smbd cannot notice it."""
        self.tell(f"{link} is lost silently")
        # What is not acknowledged would be sent again, and refused.
        wait_until(lambda: sessions.server_end(link.real)[4].startswith(
            "00000000:"), "smbd has nothing to send")
        end = link.real.engine.get_socket()
        end.setsockopt(socket.IPPROTO_TCP, _TCP_REPAIR, 1)
        link.real.close()
        link.silent = True

    def reclaim(self, held, login):
        """Reclaim a durable handle, in a session that may."""
        reclaimed = []
        got = outcome(lambda: reclaimed.append(
            held.handle.reclaim(login.real, held.path)))
        self.tell(f"{login} reclaims {held}, which is {held.state}: {got}")
        if held.state == KEPT:
            assert got == durable.RECLAIMED, f"{held} is lost: {got}"
        elif held.state == ENDED:
            assert got == durable.GONE, f"{held} has not ended: {got}"
        self.helds.remove(held)
        if got == durable.RECLAIMED:
            held.login, held.state = login, CONNECTED
            held.real, = reclaimed
            self.helds.append(held)

    def _login_for(self, held):
        """A session that may reclaim a handle."""
        for login in self.logins:
            if login.is_usable and login.may_reclaim(held):
                return login
        return self.log_in(self.connect(held.client, held.server), held.user)

    # What happens to processes.

    def stop(self, smbd):
        self.tell(f"{smbd} stops")
        smbd.stopped = stopped_idle(smbd.pid)
        smbd.stopped.__enter__()

    def go_on(self, smbd):
        self.tell(f"{smbd} continues")
        smbd.go_on()
        if smbd.in_doubt:
            self._find_out(smbd)
        if smbd.is_to_end:
            self.smbd_has_ended(smbd)
            return
        self._notice(smbd)

    def kill(self, smbd):
        self.tell(f"{smbd} is killed")
        # It holds no lock that others need.
        if not smbd.stopped:
            self.stop(smbd)
        processes.send(smbd.pid, signal.SIGKILL)
        smbd.go_on()
        self.stale |= {login.id for login in self.logins_on(smbd)}
        self.smbd_has_ended(smbd, EITHER)

    def restart_dcerpcd(self):
        """Nobody answers what hangs, so smbd gives it up."""
        self.tell("samba-dcerpcd restarts")
        self.pipe.close()
        self.can_idle_out = not any(login.pipes for login in self.logins)
        for server in self.servers:
            server.restart_dcerpcd()
        self._open_pipe()
        self._workers_are_new()

    def idle_out(self):
        """The worker ends when it has no client."""
        self.tell("the worker idles out")
        self.pipe.close()
        self._open_pipe()
        self._workers_are_new()

    def _open_pipe(self):
        """Open the caller's pipe, but not while an idle worker ends."""
        try:
            if self.can_idle_out:
                wait_reaped(*self.servers[0].worker_pids())
        finally:
            self.pipe = Pipe(self.caller)

    def set_up(self, **parameters):
        """Change parameters of sessiondel in smb.conf; make Samba read it."""
        if self.is_set_up(**parameters):
            return
        self._setting.update(parameters)
        for server in self.servers:
            server.write_conf({f"sessiondel:{name}": value for name, value
                               in parameters.items()})
            for pid in server.worker_pids():
                os.kill(pid, signal.SIGHUP)

    def is_set_up(self, **parameters):
        return self._setting == {**self._setting, **parameters}

    def keeps_durable_handles(self):
        return self.is_set_up(**{"durable handles": "keep"})

    def change(self, **parameters):
        self.tell(f"smb.conf: {parameters}")
        self.set_up(**parameters)
        for server in self.servers:
            for pid in server.smbd_pids():
                processes.send(pid, signal.SIGHUP)

    # What callers ask.

    def close(self, address=None, user=None, by=None, forms=("{}", "{}"),
              held_up=None):
        """Call NetrSessionDel, and see that what must follow follows.

        by: a session that calls; by default one on a connection of its own.
        forms: how client and user are written. held_up: an smbd that is
        stopped at first.
        """
        call = _Call(self, address, user, by)
        names = [form.format(name) if name else name
                 for form, name in zip(forms, (address, user))]
        self.tell(f"{by or 'the caller'} closes {names}: {call.meant}")
        session = by.real if by else self.caller
        self.set_up(timeout=call.patience())
        self.late_answers += call.patience() != LONG
        pipe = Pipe(session) if by else self.pipe
        with contextlib.ExitStack() as stack:
            if held_up:
                stack.enter_context(stopped_idle(held_up.pid))
            pipe.send_session_del(*names)
        answer = pipe.receive_werror()
        self.tell(f"answer {answer}")
        assert answer in call.answers(), f"{answer} is not {call.answers()}"
        if answer != ERROR_ACCESS_DENIED:
            self._check_records(call, session.user, names, answer)
        call.take_effect(answer)
        if by:
            call.end_own(pipe)

    def close_as_listed(self, login, level):
        """Close a session by what the list says of it."""
        listing = enumerate_sessions(self.pipe, level)
        assert listing.result == NERR_SUCCESS
        listed, = {pair for pair in listing.pairs()
                   if pair[0].lstrip("\\") == login.link.client.address
                   and pair[1] in (None, login.user)}
        self.tell(f"listed: {listed}")
        address = login.link.client.address
        if listed[1] is None:
            self.close(address, forms=("\\\\{}", "{}"))
        else:
            self.close(address, login.user, forms=("\\\\{}", "{}"))

    def list(self, level, address=None, user=None):
        """Call NetrSessionEnum, and compare."""
        self.tell(f"list at level {level}, client {address}, user {user}")
        listing = enumerate_sessions(self.pipe, level, client=address,
                                     user=user)
        wanted = sorted(self._row(login, level) for login in self.logins
                        if login.is_meant(address, user))
        if not wanted and (address or user):
            there = any(login.is_meant(address, None)
                        for login in self.logins)
            assert listing.result == (NERR_USER_NOT_FOUND if there or
                                      not address
                                      else NERR_CLIENT_NAME_NOT_FOUND)
            return
        assert listing.result == NERR_SUCCESS
        found = sorted(_facts(row) for row in listing.rows
                       if row["cname"] != f"\\\\{CALLER}")
        assert found == wanted, f"listed {found}, there are {wanted}"

    # What must be so after each step.

    def check(self):
        """Nobody is missing, and nobody is there who must not be."""
        there = {login.id for login in self.logins
                 if login.state != LIMBO or len(self.servers) == 1}
        self._wait_ids(there, set(), "exactly these sessions are there")
        for login in self.logins:
            if not login.link.is_usable or login.state == LIMBO:
                continue
            got = login.real.alive()
            assert got == (ALIVE if login.state == THERE else DELETED), \
                f"{login} is {login.state}: {got}"
            if login.state == THERE:
                for held in self.held_by(login):
                    self._check_held(held)

    def tell(self, what):
        self.story.append(what)

    def _check_held(self, held):
        if held.kind == "range":
            assert self.lock_of(held) != SUCCESS, f"{held} is not locked"
        else:
            assert held.real.read(0, 1) == b"x", f"{held} is lost"

    def lock_of(self, held):
        """What another session gets that wants a held range."""
        opened = self.caller.open(RANGES)
        got = smb2.lock(opened, held.number, 1)
        opened.close()
        return got

    def _hold(self, login, kind, path, opened, handle=None):
        held = Held(next(_numbers), login, kind, path, opened, handle)
        self.helds.append(held)
        self.tell(f"{login} opens {held}")
        return held

    # How things end.

    def have_ended(self, logins, durable_state=None):
        """They end, or have ended. By themselves, unless they were asked."""
        gone = {login.id for login in logins} - self.stale
        if gone:
            self._wait_ids(set(), gone, f"{logins} end")
        for login in logins:
            self.logins.remove(login)
            for held in self.held_by(login):
                held.state = durable_state or (
                    EITHER if login.was_asked else KEPT)
        self.helds = [held for held in self.helds if held.kind == "durable"
                      or held.login in self.logins]

    def _notice(self, smbd):
        """smbd has noticed everything that has happened meanwhile."""
        links = [link for link in self.links if link.smbd is smbd]
        if all(link.lost for link in links):
            self.smbd_has_ended(smbd)
            return
        for login in self.logins_on(smbd):
            if login.was_asked and login.state == THERE:
                login.state = ASKED
            if login.link.lost:
                self._lose_channel(login)
        self.have_ended([login for login in self.logins_on(smbd)
                   if login.state != THERE and not login.pending])
        kept = {login.link for login in self.logins}
        self.links = [link for link in self.links
                      if link not in links or link in kept or not link.lost]

    def _lose_channel(self, login):
        """Its record goes, or stays without a channel."""
        channel = f":{login.link.port}".encode()
        wait_until(lambda: channel not in self._records().get(
            login.id, b"") if len(self.servers) == 1
            else login.id not in self.ids(), f"{login} has no channel")
        login.state = LIMBO

    def smbd_has_ended(self, smbd, durable_state=None):
        """It ends, or has ended. Its sessions may be gone before it is."""
        wait_reaped(smbd.pid)
        self.have_ended(self.logins_on(smbd), durable_state)
        self.links = [link for link in self.links if link.smbd is not smbd]

    def _workers_are_new(self):
        for login in self.logins:
            if login.is_usable:
                assert SUCCESS not in {request.status()
                                       for request in login.pending}
            login.pending = []
        for smbd in self.smbds():
            if not smbd.stopped:
                self._notice(smbd)
            elif any(login.was_asked for login in self.logins_on(smbd)):
                smbd.in_doubt = True

    def _find_out(self, smbd):
        """What a worker sent to an smbd may have been lost with it."""
        smbd.in_doubt = False
        smbd.is_to_end &= wait_until(lambda: self._fate(smbd),
                                     f"{smbd} answers or ends") == ENDED
        there = self.ids()
        for login in self.logins_on(smbd):
            login.was_asked &= login.id not in there

    # What can be seen of a server.

    def _fate(self, smbd):
        """THERE or ENDED, after everything that was sent to it; else None."""
        if programs.succeeds("smbcontrol", "-s", smbd.server.smb_conf,
                             smbd.pid, "ping"):
            return THERE
        return None if smbd.pid in smbd.server.smbd_pids() else ENDED

    def ids(self):
        return set(self._records())

    def _records(self):
        """The session table. smbstatus shows nothing in limbo."""
        if len(self.servers) == 1:
            return {int.from_bytes(key, "big"): record for key, record
                    in sessions.records(self.servers[0]).items()}
        return {row["session_id"]: b""
                for row in sessions.session_table(self.servers[0])}

    def _wait_ids(self, there, gone, what):
        """Wait until these sessions are there, and those are gone.

        Without any to be gone, no others may be there.
        """
        def fits():
            nonlocal found
            found = self.ids() - {self._callers_id}
            return (there <= found and not gone & found
                    and (gone or found - there <= self.stale))
        found = set()
        try:
            wait_until(fits, what, 10)
        except TimeoutError as error:
            raise AssertionError(
                f"{error}: missing {_hex(there - found)}, too many "
                f"{_hex(gone & found or found - there - self.stale)}"
            ) from error

    def _smbd_of(self, link, server):
        pid = sessions.smbd_at(server, link.real)
        for smbd in self.smbds():
            if (smbd.pid, smbd.server) == (pid, server):
                return smbd
        return Smbd(pid, server)

    def _row(self, login, level):
        address = f"\\\\{login.link.client.address}"
        if level == 0:
            return (address,)
        if level == 10:
            return address, login.user
        return address, login.user, self._opens(login), *(
            [CLIENT_TYPES[login.link.client.dialect]] if level != 1 else [])

    def _opens(self, login):
        """Up to 4.22, a record of an open names only the user."""
        counted = [login] if series.OPENS_NAME_SESSION else [
            one for one in self.logins_on(login.smbd)
            if one.user == login.user]
        return sum(one.pipes + len(self.held_by(one)) for one in counted)

    def _check_records(self, call, caller, names, answer):
        server = call.server
        where = self._setting["audit"]
        kept = []
        for reader in self.readers[server]:
            if where in ("both", reader.where):
                kept.append(reader.call(caller))
            else:
                assert not any(f'by "TESTBED\\\\{caller}"' in line
                               for line in reader.skip())
        for record in kept:
            call.check_record(record, names, answer)


class _Call:
    """What one call to close must do."""

    def __init__(self, world, address, user, by):
        self._world = world
        self._by = by
        self._asked = (address, user)
        self._address = by.link.client.address if by else CALLER
        self.server = by.smbd.server if by else world.servers[0]
        self.refused = by is not None and by.user not in OPERATORS
        self.meant = [] if self.refused or not (address or user) else [
            login for login in world.logins if login.is_meant(address, user)]
        self._stuck = [login for login in self._others()
                       if login.smbd.stopped or login.pending]
        self._ordered = [smbd for smbd in world.smbds()
                         if self._is_last_resort_for(smbd)]
        self._staying = [login for login in self._stuck
                         if login.smbd.stopped
                         or login.smbd not in self._ordered]
        self._in_doubt = self._has_unproven_handles()

    def _others(self):
        return [login for login in self.meant if login is not self._by]

    def _is_last_resort_for(self, smbd):
        """Nobody else is there, for certain."""
        here = self._world.logins_on(smbd)
        return (any(login in self._stuck for login in here)
                and all(login in self.meant for login in here)
                and not any(login.state == LIMBO
                            for login in self._world.logins)
                and not (self._by and self._by.smbd is smbd))

    def _has_unproven_handles(self):
        """Handles whose owner cannot be told, while a record is unreadable."""
        world = self._world
        return any(login.state == LIMBO for login in world.logins) and any(
            held.kind == "durable" for login in self._others()
            for held in world.held_by(login))

    def patience(self):
        if self._staying or self._in_doubt:
            return SHORT
        return LAST_RESORT if self._ordered else LONG

    def answers(self):
        if self.refused:
            return {ERROR_ACCESS_DENIED}
        if self._asked == (None, None):
            return {ERROR_INVALID_PARAMETER}
        if not self.meant:
            return {NERR_CLIENT_NAME_NOT_FOUND}
        if self._staying:
            return {ERROR_TIMEOUT}
        return {NERR_SUCCESS, ERROR_TIMEOUT} if self._in_doubt \
            else {NERR_SUCCESS}

    def check_record(self, record, names, answer):
        assert record.address == self._address
        asked = tuple((name or "").replace("\\", "\\\\") for name in names)
        assert (record.client, record.user) == asked
        assert record.answer == answer
        ids = {login.id: login for login in self.meant}
        assert record.announced == set(ids), "what was announced"
        assert set(record.sessions) == set(ids), "what was closed"
        for number, session in record.sessions.items():
            login = ids[number]
            assert session.user == login.user
            assert session.address == login.link.client.address
            assert session.fate in self._fates(login, answer)
        assert record.ended == sum(
            session.fate != NOT_CONFIRMED
            for session in record.sessions.values())

    def _fates(self, login, answer):
        if login is self._by:
            return {"the caller's own, to be closed after the answer"}
        ended = {"closed"}
        if login.smbd in self._ordered:
            ended.add("ended with its smbd")
        if login in self._staying:
            return {NOT_CONFIRMED}
        return ended | ({NOT_CONFIRMED}
                        if answer == ERROR_TIMEOUT else set())

    def take_effect(self, answer):
        """They are gone, or cannot go yet."""
        world = self._world
        if answer not in (NERR_SUCCESS, ERROR_TIMEOUT):
            return
        done = answer == NERR_SUCCESS
        if done:
            there = {login.id for login in self._others()} & world.ids()
            assert not there - world.stale, f"still there: {there}"
        ended = [login for login in self._others()
                 if login not in self._staying]
        if done:
            self._check_freed([held for login in ended
                               for held in world.held_by(login)])
        durable_state = (EITHER if not done
                         else KEPT if world.keeps_durable_handles() else ENDED)
        for smbd in self._ordered:
            if smbd.stopped:
                smbd.is_to_end = True
            else:
                world.smbd_has_ended(smbd, durable_state)
        world.have_ended([login for login in ended if login in world.logins],
                         durable_state)
        for login in self._staying:
            login.was_asked = True
            if not login.smbd.stopped:
                login.state = ASKED

    def _check_freed(self, held):
        """What the sessions had open can be had right after the answer."""
        for one in held:
            if one.kind == "file":
                got = outcome(lambda path=one.path: self._world.caller.open(
                    path, sharing=0).close())
                assert got == SUCCESS, f"{one} is still open: {got}"
            elif one.kind == "range":
                got = self._world.lock_of(one)
                assert got == SUCCESS, f"{one} is still locked: {got}"

    def end_own(self, pipe):
        """The caller's own session is closed last, and nobody waits for it."""
        own = self._by
        opened = pipe.opened()
        # The pipe stays open if its session is closed first.
        own.pipes += outcome(opened.close) != SUCCESS
        if own not in self.meant:
            return
        own.was_asked = True
        if not own.pending:
            self._world.have_ended([own])
            return
        # This opens nothing that would stay.
        wait_until(lambda: smb2.read(opened).status() == DELETED,
                   f"{own} is asked")
        own.state = ASKED


def _facts(row):
    """What the model knows of a listed session."""
    kind = row.get("cltype_name")
    return tuple(row[field] for field in ("cname", "username", "num_opens")
                 if field in row) + ((kind.partition(",")[0],) if kind else ())


def _hex(ids):
    return [f"{one:08x}" for one in sorted(ids)]
