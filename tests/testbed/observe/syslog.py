# SPDX-License-Identifier: GPL-3.0-or-later
"""The test bed's syslog daemon, which collects what is sent to /dev/log."""

import functools
import os
import select
import socket
import threading

from testbed import namespace

PATH = "/dev/log"
FILE = namespace.ROOT / "syslog"


class Listener:
    """Reads /dev/log in a thread; can hang as a broken syslogd does.

    It also writes what it reads to a file, for people to read.
    """

    def __init__(self, path=PATH):
        if os.path.lexists(path):
            os.unlink(path)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        self._socket.setblocking(False)
        self._path = path
        self._file = open(FILE, "ab", buffering=0)
        self._lock = threading.Lock()
        self._lines = []
        self._reading = threading.Event()
        self._reading.set()
        threading.Thread(target=self._run, daemon=True).start()

    def datagrams(self):
        """Everything sent so far, as raw bytes, oldest first."""
        if self._reading.is_set():
            self._drain()
        with self._lock:
            return list(self._lines)

    def lines(self):
        """Everything sent so far, as text, oldest first."""
        return [line.decode(errors="backslashreplace")
                for line in self.datagrams()]

    def hang(self):
        """Stop reading, and fill the socket so that a sender would block."""
        self._reading.clear()
        while self._fill():
            pass

    def resume(self):
        """Read again, first what has filled the socket."""
        self._reading.set()
        self._drain()

    def _fill(self):
        """Send as much as one sender can; whether it could send anything."""
        sent = 0
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.setblocking(False)
            sender.connect(self._path)
            try:
                while True:
                    sender.send(b"<15>testbed: filling the socket")
                    sent += 1
            except BlockingIOError:
                return sent > 0

    def _run(self):
        while True:
            self._reading.wait()
            select.select([self._socket], [], [])
            if self._reading.is_set():
                self._drain()

    def _drain(self):
        with self._lock:
            try:
                while True:
                    line = self._socket.recv(65536)
                    self._lines.append(line)
                    self._file.write(line.rstrip(b"\n") + b"\n")
            except BlockingIOError:
                pass


@functools.lru_cache(maxsize=None)
def listener():
    """This process's only listener. The newest process has /dev/log."""
    return Listener()
