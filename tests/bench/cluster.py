# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls to clusters of one, two and three nodes, with the same sessions.

The clusters run at the same time and every measurement alternates between
them, so other load on the machine affects all of them.
"""

import argparse
import contextlib
import json
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from testbed.clients.connections import Connection  # noqa: E402
from testbed.clients.samba_pipe import SambaPipe  # noqa: E402
from testbed.clients.srvsvc import NERR_SUCCESS  # noqa: E402
from testbed.servers.cluster import Cluster  # noqa: E402

SIZES = (1, 2, 3)

# The sessions and connections on all nodes together.
SESSIONS = 120
CONNECTIONS = 12


def main():
    options = parse_options()
    rounds = 5 if options.quick else 25
    with contextlib.ExitStack() as stack:
        clusters = {size: stack.enter_context(
            Cluster(size, first=10 * size + 1)) for size in SIZES}
        rows = measure(clusters, rounds)
    print_table(rows, rounds)
    if options.output:
        options.output.write_text(json.dumps(rows, indent=1) + "\n")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true",
                        help="five rounds instead of 25")
    parser.add_argument("--output", type=Path, metavar="FILE",
                        help="the file for the figures, as JSON")
    return parser.parse_args()


def measure(clusters, rounds):
    """The rows of the report, each with a figure for each size of cluster."""
    pipes = {size: SambaPipe(cluster[0], "root", "smb2")
             for size, cluster in clusters.items()}
    nothing, all_of_them, messages = ({size: [] for size in SIZES}
                                      for _ in range(3))
    for _ in range(rounds):
        for size, cluster in clusters.items():
            with sessions(cluster):
                nothing[size].append(timed(pipes[size], "no-such-user"))
                before = messages_sent(cluster)
                all_of_them[size].append(timed(pipes[size], "alice"))
                messages[size].append(messages_sent(cluster) - before)
    return [
        row("nothing matches", "ms", nothing, 1000),
        row(f"{SESSIONS} sessions end", "ms", all_of_them, 1000),
        row("CTDB messages per session", "", messages, 1 / SESSIONS),
    ]


@contextlib.contextmanager
def sessions(cluster):
    """Sessions of alice, spread evenly over the nodes."""
    nodes = cluster.nodes
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(
            Connection(nodes[n % len(nodes)], "2.1"))
            for n in range(CONNECTIONS)]
        for number in range(SESSIONS):
            connections[number % CONNECTIONS].login("alice")
        yield


def timed(pipe, user):
    """Close a user's sessions; how many seconds the call took."""
    start = time.perf_counter()
    werror = pipe.net_session_del(user=user)
    taken = time.perf_counter() - start
    if user == "alice" and werror != NERR_SUCCESS:
        raise SystemExit(f"a call failed with {werror}")
    return taken


def messages_sent(cluster):
    """How many messages Samba's processes have sent by CTDB, on all nodes."""
    return sum(node.messages_sent() for node in cluster.nodes)


def row(name, unit, figures, factor):
    return {"name": name, "unit": unit,
            **{str(size): round(statistics.median(values) * factor, 2)
               for size, values in figures.items()}}


def print_table(rows, rounds):
    print(f"{SESSIONS} sessions on {CONNECTIONS} connections, medians of "
          f"{rounds} calls\n")
    print(f"{'':28}{'1 node':>10}{'2 nodes':>10}{'3 nodes':>10}{'':4}"
          f"{'2 to 1':>8}{'3 to 1':>8}")
    for figures in rows:
        one, two, three = (figures[str(size)] for size in SIZES)
        ratios = [f"{more / one:8.2f}" if figures["unit"] else f"{'-':>8}"
                  for more in (two, three)]
        print(f"{figures['name']:28}{one:>10}{two:>10}{three:>10} "
              f"{figures['unit']:3}{''.join(ratios)}")


if __name__ == "__main__":
    main()
