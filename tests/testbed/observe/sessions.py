# SPDX-License-Identifier: GPL-3.0-or-later
"""The session table of a test server, as smbstatus shows it."""

import json
import os
import socket
import subprocess

import tdb

from testbed import TestbedError, processes

# From tdb.h; the bindings lack it.
_TDB_MUTEX_LOCKING = 4096


def session_table(server):
    """The authenticated sessions, a list of dicts sorted by session id.

    session_id: the global id. pid: of the smbd. user: the Unix name.
    client: the name or address that the server recorded. address: the
    client's address. dialect: such as "SMB3_11" or "NT1". encryption and
    signing: of how many requests, "none", "partial" or "full".
    """
    status = _smbstatus(server, "--processes")
    return sorted((_session(entry) for entry in
                   status.get("sessions", {}).values()),
                  key=lambda session: session["session_id"])


def sessions_of(server, *users):
    """The rows of the session table of these users."""
    return [row for row in session_table(server) if row["user"] in users]


def message_sockets(server):
    """The directory where each process has a socket for messages.

    Debian's is in the lock directory, upstream's in the private one.
    """
    place, = server.directory.glob("*/msg.sock")
    return place


def session_tdb(server):
    """The file of the session table, opened the way smbd opens it."""
    return tdb.open(
        str(server.directory / "lock" / "smbXsrv_session_global.tdb"), 0,
        tdb.CLEAR_IF_FIRST | _TDB_MUTEX_LOCKING, os.O_RDWR)


def record_sizes(server):
    """The size of each record in the session table's file, by its key."""
    return {key: len(value) for key, value in records(server).items()}


def records(server):
    """The session table's file, a dict. smbd may change it meanwhile."""
    table = session_tdb(server)
    found = {key: table.get(key) for key in table}
    table.close()
    return {key: value for key, value in found.items() if value is not None}


def open_files(server):
    """The files that clients have open, as paths within their shares."""
    status = _smbstatus(server, "--locks")
    return sorted(entry["filename"]
                  for entry in status.get("open_files", {}).values())


def cachings(server):
    """What clients may cache of each open file ("" to "RWH"), by file name."""
    status = _smbstatus(server, "--locks")
    return {entry["filename"]: sorted(one["caching"]["text"]
                                      for one in entry["opens"].values())
            for entry in status.get("open_files", {}).values()}


def tree_connects(server):
    """The tree connects, a sorted list of (session_id, share)."""
    status = _smbstatus(server, "--shares")
    return sorted((int(entry["session_id"]), entry["service"])
                  for entry in status.get("tcons", {}).values())


def wait_for_sessions(server, condition, what, seconds=30):
    """Wait until condition(session table) is true; the table."""
    def check():
        table = session_table(server)
        return (table,) if condition(table) else None
    return processes.wait_until(check, what, seconds)[0]


def wait_gone(server, *users):
    """Wait until these users have no sessions."""
    wait_for_sessions(
        server, lambda table: not {row["user"] for row in table} & set(users),
        f"{' and '.join(users)} have left the session table")


def wait_client_gone(server, address):
    """Wait until no client at that address has a session."""
    wait_for_sessions(
        server, lambda table: address not in {row["address"] for row in table},
        f"{address} has left the session table")


def wait_only_at(server, *addresses):
    """Wait until all clients but those at these addresses have left."""
    wait_for_sessions(
        server, lambda table: {row["address"] for row in table}
        <= set(addresses), "the others have left the session table")


def wait_alone(server, *those):
    """Wait until only these sessions are there: earlier clients have left."""
    ids = {session.id & 0xffffffff for session in those}
    wait_for_sessions(
        server, lambda table: {row["session_id"] for row in table} == ids,
        "the clients of earlier tests have left the session table")


def server_end(connection):
    """The fields of /proc/net/tcp for the server's end of a connection.

    Both ends must be right: after a connection to another server, its end may
    still be there with the same end of the client.
    """
    client = connection.engine.get_socket()
    ends = [_in_proc(*end) for end in (client.getpeername(),
                                       client.getsockname())]

    def found():
        with open("/proc/net/tcp", encoding="ascii") as table:
            return [row for row in map(str.split, table) if row[1:3] == ends]
    return processes.wait_until(found, "the kernel knows the connection")[0]


def smbd_at(server, connection):
    """The pid of the smbd that has a connection, perhaps without a session.

    The parent smbd has it for a moment too.
    """
    end = f"socket:[{server_end(connection)[9]}]"

    def owner():
        pids = [pid for pid in server.smbd_pids()[1:]
                if end in processes.descriptors(pid).values()]
        return pids if len(pids) == 1 else None
    return processes.wait_until(owner, "one smbd has the connection")[0]


def _in_proc(address, port):
    """An IPv4 address and a port, as in /proc/net/tcp."""
    return f"{socket.inet_aton(address)[::-1].hex().upper()}:{port:04X}"


def smbd_of(server, session):
    """The pid of the smbd that serves a session."""
    client, = (row for row in session_table(server)
               if row["session_id"] == session.id & 0xffffffff)
    return client["pid"]


def _session(entry):
    return {
        "session_id": int(entry["session_id"]),
        "pid": int(entry["server_id"]["pid"]),
        "user": entry["username"],
        "client": entry["remote_machine"],
        "address": _address(entry["hostname"]),
        "dialect": entry["session_dialect"],
        "encryption": entry["encryption"]["degree"],
        "signing": entry["signing"]["degree"],
    }


def _address(hostname):
    """The address in ipv4:10.0.0.7:4711."""
    return hostname.partition(":")[2].rpartition(":")[0]


def _smbstatus(server, option):
    done = subprocess.run(
        ["smbstatus", "-s", str(server.smb_conf), "--json", option],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TestbedError(f"smbstatus failed: {done.stderr.strip()}")
    return json.loads(done.stdout)
