# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin's audit lines in syslog and in Samba's log."""

import itertools
import re
import unicodedata

from testbed import processes

TAG = "sessiondel"

# samba-dcerpcd names the worker's log after the loader.
LOG = "log.rpcd_sessiondel"

_SYSLOG = re.compile(rb"<\d+>\w{3} [ \d]\d \d\d:\d\d:\d\d "
                     + TAG.encode() + rb"\[\d+\]: ")
_LOG = re.compile(rf"^  {TAG}: (.*)$", re.MULTILINE)
_CLOSING = re.compile(
    r'NetSessionDel by .* user "(?:[^"\\]|\\.)*": closing session 0x')
_marks = itertools.count(1)


def datagrams(server):
    """The audit lines as sent to syslog, raw, oldest first."""
    return [datagram for datagram in server.syslog_datagrams()
            if _SYSLOG.match(datagram)]


def syslog_lines(server):
    """The audit lines in syslog, without priority, time and tag."""
    return [_text(datagram) for datagram in datagrams(server)]


def log_lines(server):
    """The audit lines in Samba's log, without its headers."""
    return _LOG.findall(server.log())


def result_lines(server):
    """Those in syslog that are written after a call, with its result."""
    return [line for line in syslog_lines(server) if not is_closing(line)]


def is_clean(line):
    """Whether a line has no character that could act on a terminal."""
    return not any(unicodedata.category(character) in
                   ("Cc", "Cf", "Cs", "Zl", "Zp") for character in line)


def is_closing(line):
    """Whether a line says which sessions are about to be closed."""
    return bool(_CLOSING.match(line))


class Recording:
    """The audit lines of the calls made in a with block.

    A worker writes its lines in order, but after the answers. So two calls
    that match nothing mark where the block begins and where it ends.
    pipe: of a caller who may end sessions. where: where lines must arrive.

    After the block, datagrams, syslog and log have its lines and no others,
    but for what was recorded before sessions were closed: closing has that,
    from syslog or else from the log.
    """

    def __init__(self, server, pipe, where=("syslog", "log")):
        self._server = server
        self._pipe = pipe
        self._where = where
        self._begin = None
        self.datagrams = self.syslog = self.log = self.closing = None

    def __enter__(self):
        self._begin = self._mark()
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        end = self._mark()
        raw = datagrams(self._server)
        texts = [_text(datagram) for datagram in raw]
        self.syslog = self._between(texts, texts, end)
        self.datagrams = self._between(raw, texts, end)
        lines = log_lines(self._server)
        self.log = self._between(lines, lines, end)
        self.closing = [line for line in self.syslog or self.log
                        if is_closing(line)]
        for name in ("datagrams", "syslog", "log"):
            kept = getattr(self, name)
            setattr(self, name, [
                line for line in kept if not is_closing(
                    line if isinstance(line, str) else _text(line))])

    def _mark(self):
        name = f"mark-{next(_marks)}-"
        self._pipe.net_session_del("192.0.2.1", name)
        processes.wait_until(lambda: all(
            any(name in line for line in read(self._server))
            for what, read in _READERS.items() if what in self._where),
            "the marking call has its lines")
        return name

    def _between(self, lines, texts, end):
        marks = [number for mark in (self._begin, end)
                 for number, text in enumerate(texts) if mark in text]
        return lines[marks[0] + 1:marks[1]] if len(marks) == 2 else []


class Tail:
    """The audit lines that are written from now on.

    where: syslog or log.
    """

    def __init__(self, server, where):
        self._server = server
        self._in_syslog = where == "syslog"
        self._read = 0
        self.take()

    def take(self):
        """The lines that no earlier take() has returned."""
        if self._in_syslog:
            fresh = self._server.syslog_datagrams()[self._read:]
            self._read += len(fresh)
            return [_text(datagram) for datagram in fresh
                    if _SYSLOG.match(datagram)]
        path = self._server.log_dir / LOG
        if not path.exists():
            return []
        with open(path, "rb") as log:
            log.seek(self._read)
            whole_lines = log.read().rpartition(b"\n")[0]
        self._read += len(whole_lines)
        return _LOG.findall(whole_lines.decode(errors="replace"))


_READERS = {"syslog": syslog_lines, "log": log_lines}


def _text(datagram):
    return _SYSLOG.sub(b"", datagram, count=1).decode()
