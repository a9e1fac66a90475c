# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin and stock Samba, measured side by side in one run.

Two servers run at the same time and every measurement alternates between
them call by call, so other load on the machine affects both.
"""

import argparse
import contextlib
import itertools
import os
import platform
import socket
import sys
import threading
import time
from datetime import date
from functools import partial
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import report  # noqa: E402
import tables  # noqa: E402
from testbed import namespace, processes  # noqa: E402
from testbed.clients.connections import Connection, connect  # noqa: E402
from testbed.clients.durable import Handle  # noqa: E402
from testbed.clients.samba_pipe import LocalPipe, SambaPipe  # noqa: E402
from testbed.clients.srvsvc import Pipe  # noqa: E402
from testbed.observe import sessions  # noqa: E402
from testbed.servers.standalone import Server  # noqa: E402

# No session has these, and no record of tables.py either.
NOBODY = "person777777"
NOWHERE = "10.77.77.77"

# The first calls open files that stay open for later ones.
WARM_UP_CALLS = 50
WARM_UP_WALKS = 2

CALLER = "root"
BYSTANDER = "alice"
VICTIM = "bob"
# What a client on port 139 calls itself.
NAME = "PC7"
SESSIONS_A_CONNECTION = 100

_hosts = itertools.count(1)

# The cheapest dialect for impacket: no keys to derive, nothing to sign.
DIALECT = "2.1"


class Size(NamedTuple):
    """How much is measured."""

    calls: int
    sessions: tuple
    closed: tuple
    rounds: int
    turns: int
    # number of records to how often such a table is walked in a turn
    tables: dict


SIZES = {
    "full": Size(calls=5000, sessions=(1, 100, 1000), closed=(100, 500),
                 rounds=9, turns=11, tables={1000: 20, 10000: 5, 100000: 1}),
    "quick": Size(calls=1000, sessions=(1, 100), closed=(100,), rounds=3,
                  turns=9, tables={1000: 5, 10000: 1}),
    "tiny": Size(calls=5, sessions=(1, 11), closed=(10,), rounds=1, turns=1,
                 tables={50: 2, 500: 1}),
}


def main():
    options = parse_options()
    with contextlib.ExitStack() as stack:
        rows = []
        for figures in measure(stack, SIZES[options.size]):
            rows.append(figures)
            # Some figures take a minute.
            print(report.as_line(figures, report.with_quartiles),
                  file=sys.stderr, flush=True)
    figures = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
                   f"Linux {platform.release()}, {distribution()}",
        "date": date.today().isoformat(),
        "rows": rows,
    }
    print(report.as_text(figures, report.with_quartiles))
    if options.output:
        report.write(figures, options.output)
    if options.publish:
        report.write(figures, options.publish / "bench.json")
        report.write_document(figures, options.publish / report.DOCUMENT)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_const", dest="size",
                        const="quick", default="full",
                        help="a short run that is still meaningful")
    parser.add_argument("--tiny", action="store_const", dest="size",
                        const="tiny", help="only to see that everything runs")
    parser.add_argument("--output", type=Path, metavar="FILE",
                        help="the file for the figures, as JSON; the chart "
                        "goes next to it")
    parser.add_argument("--publish", type=Path, metavar="DOCS",
                        help=f"the directory of {report.DOCUMENT}, whose "
                        "figures and chart are replaced")
    return parser.parse_args()


def distribution():
    return platform.freedesktop_os_release()["PRETTY_NAME"]


def measure(stack, size):
    """Yield the rows of the report, in order."""
    servers = start_servers(stack)
    yield from measure_calls(servers, size)
    yield from measure_closing(servers, size)
    yield from measure_names(stack, size)
    yield from measure_walks(stack, servers, size)


def start_servers(stack):
    """One with the plugin and one without, at addresses of their own."""
    return {name: stack.enter_context(Server(address=new_host(),
                                             stock=name == "stock"))
            for name in ("ours", "stock")}


def new_host():
    return f"127.0.0.{next(_hosts)}"


def measure_calls(servers, size):
    for number in size.sessions:
        calls = size.calls if number == 1 else max(size.calls // 10, 1)
        # One of the sessions is the caller's.
        with others(servers, number - 1), callers(servers) as pipes, \
                on_one_core(servers):
            yield calls_without_match("nothing matches", number, pipes, calls)
            if number == 1:
                yield calls_without_match(
                    "nothing matches, over ncalrpc", number,
                    local_callers(servers), calls)
                yield row("untouched", number, "NetrServerGetInfo", "us",
                          alternating({name: pipe.server_info
                                       for name, pipe in pipes.items()},
                                      calls, WARM_UP_CALLS))
        for victims, what in ((1, "one matches"), (10, "ten match")):
            for durable in (False, True):
                if number > victims:
                    yield row("call", number, what + with_durable(durable),
                              "us", match_victims(
                                  servers, number, victims,
                                  max(size.calls // 100, 1), durable))


def with_durable(durable):
    return ", all with a durable handle" if durable else ""


@contextlib.contextmanager
def on_one_core(servers):
    """Run everything that takes part in a call on one core.

    Its steps come one after the other anyway. To wake another core may take
    longer than a step, or not, by chance.
    """
    cores = os.sched_getaffinity(0)
    pids = {0}.union(*(server.smbd_pids() + server.dcerpcd_pids()
                       for server in servers.values()))
    pin(pids, {min(cores)})
    try:
        yield
    finally:
        pin(pids, cores)


def pin(pids, cores):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.sched_setaffinity(pid, cores)


def calls_without_match(what, number, pipes, calls):
    """Calls that match nothing; the floor is a call that does nothing."""
    ways = {name: partial(match_nobody, pipe) for name, pipe in pipes.items()}
    ways["floor"] = pipes["stock"].unknown_call
    return row("call", number, what, "us",
               alternating(ways, calls, WARM_UP_CALLS))


def match_nobody(pipe):
    pipe.net_session_del("", NOBODY)


def alternating(ways, number, warm_up):
    """The times of each way in seconds, by its name.

    They take turns, and each comes before any other as often as after it.
    """
    times = {name: [] for name in ways}
    orders = itertools.cycle(itertools.permutations(ways))
    for i in range(warm_up + number):
        for name in next(orders):
            taken = seconds(ways[name])
            if i >= warm_up:
                times[name].append(taken)
    return times


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextlib.contextmanager
def callers(servers):
    r"""A caller's \PIPE\srvsvc on each server, by Samba's own client."""
    pipes = {name: SambaPipe(server, CALLER, "smb2")
             for name, server in servers.items()}
    for pipe in pipes.values():
        match_nobody(pipe)
    yield pipes


def local_callers(servers):
    """The same without smbd in between: root at the workers' own sockets."""
    return {name: LocalPipe(server) for name, server in servers.items()}


@contextlib.contextmanager
def logged_in(server, user, number, durable=False, stay=False):
    """This many sessions of a user; gives their keys in the session table.

    durable: each has a file open, with a handle that could be reclaimed.
    stay: nobody ends them.
    """
    before = session_keys(server)
    connections = []
    opened = []
    for i in range(number):
        if i % SESSIONS_A_CONNECTION == 0:
            connections.append(Connection(server, DIALECT))
        session = connections[-1].login(user)
        if durable:
            opened.append(Handle(version=1).open(session, f"{user}-{i}"))
    keys = session_keys(server) - before
    yield keys
    if stay:
        # Else they would stay behind, and slow down other measurements.
        for file in opened:
            file.close()
    for connection in connections:
        connection.close()
    wait_gone(server, keys)


@contextlib.contextmanager
def others(servers, number, durable=False):
    """This many sessions on each server that no call asks for."""
    with contextlib.ExitStack() as stack:
        for server in servers.values():
            stack.enter_context(logged_in(server, BYSTANDER, number,
                                          durable, stay=True))
        yield


def session_keys(server):
    return set(sessions.record_sizes(server))


def wait_gone(server, keys):
    table = sessions.session_tdb(server)
    deadline = time.monotonic() + 60
    while any(key in table for key in keys):
        if time.monotonic() > deadline:
            raise TimeoutError("some sessions have not ended")
        time.sleep(0.0005)


def match_victims(servers, number, victims, rounds, durable):
    """How long a call takes that ends the victims among this many sessions.

    Stock Samba answers before it ends anything, ours when they are gone.
    """
    with others(servers, number - victims - 1, durable), \
            callers(servers) as pipes:
        return closing(servers, victims, rounds, {
            name: lambda _server, _keys, pipe=pipe: close_victims(pipe)
            for name, pipe in pipes.items()}, durable)


def close_victims(pipe):
    pipe.net_session_del("", VICTIM)


def closing(servers, victims, rounds, ways, durable):
    """The times of each way to end a user's sessions, by its name.

    ways: functions of a server and the keys of the sessions.
    """
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, end in ways.items():
            server = servers[name if name in servers else "stock"]
            with logged_in(server, VICTIM, victims, durable) as keys:
                times[name].append(seconds(lambda: end(server, keys)))
    return times


def measure_closing(servers, size):
    """For all ways, the time until no record is left."""
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
        for number in size.closed:
            for durable in (False, True):
                yield row("close", number,
                          "until all are gone" + with_durable(durable), "ms",
                          closing(servers, number, size.rounds, ways,
                                  durable))


def measure_names(stack, size):
    """Who is closed by a recorded name does not wait for its addresses."""
    servers = {
        "hangs": Server(address=new_host(),
                        conf={"sessiondel:resolve timeout": "1"}),
        "none": Server(address=new_host(),
                       conf={"sessiondel:resolve names": "no"}),
        "stock": Server(address=new_host(), stock=True),
    }
    times = {name: [] for name in servers}
    with silent_dns():
        for server in servers.values():
            stack.enter_context(server)
        for _ in range(size.rounds):
            for name, server in servers.items():
                times[name].append(seconds_until_named_is_gone(server))
    for name, what in (("hangs", "DNS hangs"), ("none", "no name looked up")):
        yield row("close_name", 1, f"until it is gone, {what}", "ms",
                  {"ours": times[name], "stock": times["stock"]})


@contextlib.contextmanager
def silent_dns():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((namespace.NAME_SERVER, 53))
        yield


def seconds_until_named_is_gone(server):
    with connect(server, CALLER, dialect=DIALECT) as session:
        pipe = Pipe(session)
        before = session_keys(server)
        with connect(server, VICTIM, dialect=DIALECT, port=139, name=NAME):
            keys = session_keys(server) - before
            start = time.perf_counter()
            pipe.send_session_del(NAME)
            wait_gone(server, keys)
            taken = time.perf_counter() - start
        pipe.receive_werror()
    return taken


def measure_walks(stack, servers, size):
    """All sizes of table exist at the same time, so they can be compared.

    The largest tables are those of the servers.
    """
    callers_of = {}
    for number in size.tables:
        walked = servers if number == max(size.tables) \
            else start_servers(stack)
        callers_of[number] = stack.enter_context(table_callers(walked, number))
    for name, client, user in (("walk_client", NOWHERE, ""),
                               ("walk_user", "", NOBODY),
                               ("walk_both", NOWHERE, NOBODY)):
        times = walk_in_turn(callers_of, size, client, user)
        for number in size.tables:
            yield row(name, number, "nothing matches", "ms", times[number])
    yield row("memory", number, "peak of RssAnon, nothing matches", "KiB",
              {name: peaks(server, size.rounds)
               for name, server in servers.items()})
    yield row("bystander", number, "NetrServerGetInfo behind a walk", "ms",
              {name: behind_walk(server, size.rounds)
               for name, server in servers.items()})


@contextlib.contextmanager
def table_callers(servers, number):
    """Callers of servers with this many records, and a bare walk over ours."""
    with contextlib.ExitStack() as stack:
        for server in servers.values():
            stack.enter_context(connect(server, BYSTANDER, dialect=DIALECT))
            tables.fill(server, number)
        pipes = stack.enter_context(callers(servers))
        bare = stack.enter_context(tables.BareWalk(servers["ours"]))
        yield {**pipes, "floor": bare}


def walk_in_turn(callers_of, size, client, user):
    """The times of walks over each table, by number of records."""
    times = {number: {column: [] for column in ways}
             for number, ways in callers_of.items()}
    for turn in range(size.turns):
        for number, pipes in callers_of.items():
            ways = {column: partial(pipe.net_session_del, client, user)
                    for column, pipe in pipes.items()}
            taken = alternating(ways, size.tables[number],
                                WARM_UP_WALKS if turn == 0 else 0)
            for column, values in taken.items():
                times[number][column] += values
    return times


@contextlib.contextmanager
def walking(server):
    """In a with block, a call walks the table and matches nothing."""
    with connect(server, CALLER, dialect=DIALECT) as session:
        pipe = Pipe(session)
        pipe.send_session_del("", NOBODY)
        answered = threading.Thread(target=pipe.receive_werror)
        answered.start()
        yield answered
        answered.join()


def peaks(server, rounds):
    """How much the worker's memory grows during each walk, in KiB."""
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
    """How long another call on the same worker takes during a walk."""
    taken = []
    with connect(server, BYSTANDER, dialect=DIALECT) as session:
        pipe = Pipe(session)
        pipe.server_info()
        for _ in range(rounds):
            with walking(server):
                taken.append(seconds(pipe.server_info))
    return taken


def row(name, number, what, unit, samples):
    """One row: medians, their spread, and what was measured."""
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
