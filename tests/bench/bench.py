# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin against stock Samba, side by side in one run.

Two servers run at the same time and every measurement alternates between
them call by call, so that whatever else the machine does falls on both.
"""

import argparse
import contextlib
import json
import os
import platform
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import report  # noqa: E402
import tables  # noqa: E402
from testbed import clients, processes, sessions  # noqa: E402
from testbed.server import Server  # noqa: E402
from testbed.srvsvc import Pipe, SambaPipe  # noqa: E402

# Nobody has it, and no record of tables.py either.
NOBODY = "person777777"
NOWHERE = "10.77.77.77"

# The first calls open what later ones find open.
WARM_UP = 3

CALLER = "root"
BYSTANDER = "alice"
VICTIM = "bob"
SESSIONS_A_CONNECTION = 100

# The cheapest for impacket: no key derived, nothing signed.
DIALECT = "2.1"


class Size(NamedTuple):
    """How much is measured."""

    calls: int
    sessions: tuple
    closed: int
    rounds: int
    walks: int
    records: tuple


SIZES = {
    "full": Size(calls=1000, sessions=(1, 100, 1000), closed=500, rounds=5,
                 walks=9, records=(1000, 10000, 100000)),
    "quick": Size(calls=300, sessions=(1, 100), closed=100, rounds=3,
                  walks=9, records=(1000, 10000)),
    "tiny": Size(calls=5, sessions=(1, 11), closed=10, rounds=1, walks=1,
                 records=(50, 100)),
}


def main():
    options = parse_options()
    with contextlib.ExitStack() as stack:
        servers = {
            "ours": stack.enter_context(Server(address="127.0.0.1")),
            "stock": stack.enter_context(
                Server(address="127.0.0.2", stock=True)),
        }
        rows = []
        for figures in measure(servers, SIZES[options.size]):
            rows.append(figures)
            # Some take a minute.
            print(report.as_line(figures), file=sys.stderr, flush=True)
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
                   f"Linux {platform.release()}, {distribution()}",
        "date": date.today().isoformat(),
        "rows": rows,
    }
    print(report.as_text(figures))
    if options.output:
        options.output.write_text(json.dumps(figures, indent=1) + "\n")
        report.write_chart(figures, options.output.with_suffix(".svg"))


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_const", dest="size",
                        const="quick", default="full",
                        help="the smallest honest version")
    parser.add_argument("--tiny", action="store_const", dest="size",
                        const="tiny", help="to see that all of it runs")
    parser.add_argument("--output", type=Path, metavar="FILE",
                        help="where the figures go as JSON, and beside it "
                        "the chart")
    return parser.parse_args()


def distribution():
    return platform.freedesktop_os_release()["PRETTY_NAME"]


def measure(servers, size):
    """Yield all rows, in the order of the report."""
    yield from measure_calls(servers, size)
    yield from measure_closing(servers, size)
    yield from measure_walks(servers, size)


def measure_calls(servers, size):
    for number in size.sessions:
        calls = size.calls if number == 1 else max(size.calls // 10, 1)
        # The caller's session is one of them.
        with others(servers, number - 1):
            with callers(servers) as pipes:
                yield row("call", number, "nothing matches", "us",
                          paired(pipes, match_nobody, calls))
                if number == 1:
                    yield row("untouched", number, "NetrServerGetInfo", "us",
                              paired(pipes, server_info, calls))
        for victims, what in ((1, "one matches"), (10, "ten match")):
            if number > victims:
                yield row("call", number, what, "us",
                          match_victims(servers, number, victims,
                                        max(size.calls // 100, 1)))


def match_nobody(pipe):
    pipe.net_session_del("", NOBODY)


def server_info(pipe):
    pipe.server_info()


def paired(pipes, call, number):
    """The times of a call on each server, in seconds."""
    times = {name: [] for name in pipes}
    order = list(pipes.items())
    for i in range(number + WARM_UP):
        # Each is as often the one that follows the other.
        order.reverse()
        for name, pipe in order:
            taken = seconds(lambda: call(pipe))
            if i >= WARM_UP:
                times[name].append(taken)
    return times


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextlib.contextmanager
def callers(servers):
    r"""The caller's \PIPE\srvsvc on each, through Samba's own client."""
    pipes = {name: SambaPipe(server, CALLER, "smb2")
             for name, server in servers.items()}
    for pipe in pipes.values():
        match_nobody(pipe)
    yield pipes


@contextlib.contextmanager
def logged_in(server, user, number):
    """So many sessions of a user; gives their keys in the session table."""
    before = session_keys(server)
    connections = []
    for i in range(number):
        if i % SESSIONS_A_CONNECTION == 0:
            connections.append(clients.Connection(server, DIALECT))
        connections[-1].login(user)
    keys = session_keys(server) - before
    yield keys
    for connection in connections:
        connection.close()
    wait_gone(server, keys)


@contextlib.contextmanager
def others(servers, number):
    """So many sessions on each server that nobody asks for."""
    with contextlib.ExitStack() as stack:
        for server in servers.values():
            stack.enter_context(logged_in(server, BYSTANDER, number))
        yield


def session_keys(server):
    return set(sessions.session_tdb(server).keys())


def wait_gone(server, keys):
    table = sessions.session_tdb(server)
    deadline = time.monotonic() + 60
    while any(key in table for key in keys):
        if time.monotonic() > deadline:
            raise TimeoutError("sessions are left")
        time.sleep(0.0005)


def match_victims(servers, number, victims, rounds):
    """How long a call takes that ends some of so many sessions.

    Stock Samba answers before anything has happened, ours when they are gone.
    """
    with others(servers, number - victims - 1), callers(servers) as pipes:
        return closing(servers, victims, rounds, {
            name: lambda _server, _keys, pipe=pipe: close_victims(pipe)
            for name, pipe in pipes.items()})


def close_victims(pipe):
    pipe.net_session_del("", VICTIM)


def closing(servers, victims, rounds, ways):
    """The times of each way to end a user's sessions, by its name.

    ways: each gets a server and the sessions' keys.
    """
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, end in ways.items():
            server = servers.get(name, servers["stock"])
            with logged_in(server, VICTIM, victims) as keys:
                times[name].append(seconds(lambda: end(server, keys)))
    return times


def measure_closing(servers, size):
    """To the same moment for all: no record is left."""
    def until_gone(ask):
        def end(server, keys):
            ask(server)
            wait_gone(server, keys)
        return end

    with callers(servers) as pipes:
        ways = {name: until_gone(lambda _, pipe=pipe: close_victims(pipe))
                for name, pipe in pipes.items()}
        ways["admin"] = until_gone(
            lambda server: tables.shut_down(server, VICTIM))
        yield row("close", size.closed, "until all are gone", "ms",
                  closing(servers, size.closed, size.rounds, ways))


def measure_walks(servers, size):
    with contextlib.ExitStack() as stack:
        for server in servers.values():
            stack.enter_context(clients.connect(server, BYSTANDER,
                                                dialect=DIALECT))
        pipes = stack.enter_context(callers(servers))
        for number in size.records:
            for server in servers.values():
                tables.fill(server, number)
            yield from measure_walk(servers, pipes, number, size.walks)
        yield row("memory", number, "peak of RssAnon, nothing matches", "KiB",
                  {name: peaks(server, size.rounds)
                   for name, server in servers.items()})
        yield row("bystander", number, "NetrServerGetInfo behind a walk",
                  "ms", {name: behind_walk(server, size.rounds)
                         for name, server in servers.items()})


def measure_walk(servers, pipes, number, walks):
    with contextlib.ExitStack() as stack:
        bare = stack.enter_context(tables.BareWalk(servers["ours"]))
        for name, client, user in (("walk_client", NOWHERE, ""),
                                   ("walk_user", "", NOBODY),
                                   ("walk_both", NOWHERE, NOBODY)):
            yield row(name, number, "nothing matches", "ms", paired(
                {**pipes, "floor": bare},
                lambda pipe, client=client, user=user:
                pipe.net_session_del(client, user), walks))


@contextlib.contextmanager
def walking(server):
    """A call that walks the table in vain, meanwhile."""
    with clients.connect(server, CALLER, dialect=DIALECT) as session:
        pipe = Pipe(session)
        pipe.send_session_del("", NOBODY)
        answered = threading.Thread(target=pipe.receive_werror)
        answered.start()
        yield answered
        answered.join()


def peaks(server, rounds):
    """By how much the worker's memory grows during a walk, in KiB."""
    worker, = server.worker_pids()
    grown = []
    for _ in range(rounds):
        before = peak = processes.resident_kib(worker)
        with walking(server) as answered:
            while answered.is_alive():
                peak = max(peak, processes.resident_kib(worker))
        grown.append(peak - before)
    return grown


def behind_walk(server, rounds):
    """How long another call on the same worker takes meanwhile."""
    taken = []
    with clients.connect(server, BYSTANDER, dialect=DIALECT) as session:
        pipe = Pipe(session)
        pipe.server_info()
        for _ in range(rounds):
            with walking(server):
                taken.append(seconds(pipe.server_info))
    return taken


def row(name, number, what, unit, samples):
    """One row: medians, and what they are the medians of."""
    scale = {"us": 1e6, "ms": 1e3, "KiB": 1}[unit]
    scaled = {column: [value * scale for value in values]
              for column, values in samples.items()}
    return {"name": name, "n": number, "unit": unit, "what": what,
            **{column: report.median(scaled.get(column))
               for column in report.COLUMNS},
            "spread": {column: report.quartiles(values)
                       for column, values in scaled.items()}}


if __name__ == "__main__":
    main()
