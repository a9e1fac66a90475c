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
import statistics
import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from samba import WERRORError, credentials, param  # noqa: E402
from samba.dcerpc import srvsvc  # noqa: E402

from testbed import clients, processes  # noqa: E402
from testbed.accounts import PASSWORD  # noqa: E402
from testbed.server import Server  # noqa: E402

NOBODY = "no-such-user"

# The first calls open what later ones find open.
WARM_UP = 10


def main():
    options = parse_options()
    with contextlib.ExitStack() as stack:
        servers = {
            "ours": stack.enter_context(Server(address="127.0.0.1")),
            "stock": stack.enter_context(
                Server(address="127.0.0.2", stock=True)),
        }
        rows = measure(servers, options.calls)
    report = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, "
                   f"Linux {platform.release()}",
        "date": date.today().isoformat(),
        "rows": rows,
    }
    print_table(report)
    if options.output:
        options.output.write_text(json.dumps(report, indent=1) + "\n")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="the smallest honest version")
    parser.add_argument("--output", type=Path, metavar="FILE",
                        help="where the figures go as JSON")
    options = parser.parse_args()
    options.calls = 300 if options.quick else 3000
    return options


def measure(servers, calls):
    """All rows, in the order of the report."""
    rows = []
    with callers(servers, "root") as pipes:
        rows.append(row("call", "nothing matches, 1 session", "us",
                        paired(pipes, match_nothing, calls)))
        rows.append(row("untouched", "NetrServerGetInfo", "us",
                        paired(pipes, server_info, calls)))
    with callers(servers, "bob") as pipes:
        rows.append(row("call", "refused", "us",
                        paired(pipes, match_nothing, calls)))
    for number in (100, 1000):
        with sessions(servers, number - 1), callers(servers, "root") as pipes:
            before = memory(servers)
            rows.append(row("call", f"nothing matches, {number} sessions",
                            "us", paired(pipes, match_nothing, calls // 10)))
            after = memory(servers)
            rows.append(row("memory", f"{calls // 10} calls, {number} "
                            "sessions", "KiB", {name: after[name] - before[name]
                                                for name in servers}))
    return rows


def match_nothing(pipe):
    with contextlib.suppress(WERRORError):
        pipe.NetSessDel(None, "", NOBODY)


def server_info(pipe):
    pipe.NetSrvGetInfo(None, 101)


def row(name, n, unit, figures):
    return {"name": name, "n": n, "unit": unit, "ours": figures["ours"],
            "stock": figures["stock"], "floor": None}


@contextlib.contextmanager
def callers(servers, user):
    r"""user's \PIPE\srvsvc on each server, through Samba's own client."""
    yield {name: open_pipe(server, user) for name, server in servers.items()}


def open_pipe(server, user):
    context = param.LoadParm()
    context.load(str(server.smb_conf))
    who = credentials.Credentials()
    who.guess(context)
    who.set_username(user)
    who.set_password(PASSWORD)
    return srvsvc.srvsvc(f"ncacn_np:{server.address}[smb2]", context, who)


@contextlib.contextmanager
def sessions(servers, number):
    """Sessions of alice on each server, 100 to a connection."""
    with contextlib.ExitStack() as stack:
        for server in servers.values():
            for i in range(number):
                if i % 100 == 0:
                    connection = stack.enter_context(
                        clients.Connection(server))
                connection.login("alice")
        yield


def paired(pipes, call, number):
    """The median of a call's time on each server, in microseconds."""
    times = {name: [] for name in pipes}
    order = list(pipes.items())
    for i in range(number + WARM_UP):
        # each is as often the one that follows the other
        order.reverse()
        for name, pipe in order:
            start = time.perf_counter()
            call(pipe)
            if i >= WARM_UP:
                times[name].append(time.perf_counter() - start)
    return {name: round(statistics.median(taken) * 1e6, 1)
            for name, taken in times.items()}


def memory(servers):
    """The workers' anonymous resident memory, in KiB."""
    return {name: sum(map(processes.resident_kib, server.worker_pids()))
            for name, server in servers.items()}


def print_table(report):
    print(f"{report['date']}, {report['machine']}\n")
    print(f"{'':10} {'':42} {'ours':>10} {'stock':>10} {'':4} {'ratio':>6}")
    for figures in report["rows"]:
        ratio = (f"{figures['ours'] / figures['stock']:.2f}"
                 if figures["stock"] else "-")
        print(f"{figures['name']:10} {figures['n']:42} {figures['ours']:>10} "
              f"{figures['stock']:>10} {figures['unit']:4} {ratio:>6}")


if __name__ == "__main__":
    main()
