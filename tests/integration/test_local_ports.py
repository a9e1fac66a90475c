# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of the clients in tests do not come in the way of other things."""

import contextlib
import re
import socket
from pathlib import Path

from testbed import programs
from testbed.clients.connections import CLIENT, Connection
from testbed.observe.sessions import smbd_at, smbd_of

LOCAL_SERVERS = [f"127.0.77.{n}" for n in range(1, 9)]


def test_ports_of_clients_come_before_samba_s():
    """Else a new server could not start for a minute after the connection."""
    first, = re.findall(r"^(\d+)-\d+$", programs.run(
        "testparm", "-s", "--parameter-name=rpc server dynamic port range",
        "/dev/null"), re.M)
    _, last = Path(
        "/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    assert int(last) < int(first)


def test_server_has_its_end_of_a_connection(samba):
    """The client has connections to others from the same port."""
    with Connection(samba, source=CLIENT) as connection, \
            contextlib.ExitStack() as stack:
        ours = connection.engine.get_socket()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for address in LOCAL_SERVERS:
            stack.enter_context(connected(ours.getsockname(), address))
        session = connection.login("alice")
        assert smbd_at(samba, connection) == smbd_of(samba, session)


@contextlib.contextmanager
def connected(source, address):
    """In a with block, there is a connection from source to address."""
    with socket.socket() as listener, socket.socket() as client:
        listener.bind((address, 0))
        listener.listen()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        client.bind(source)
        client.connect(listener.getsockname())
        with listener.accept()[0]:
            yield
