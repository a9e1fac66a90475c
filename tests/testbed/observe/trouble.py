# SPDX-License-Identifier: GPL-3.0-or-later
"""Why a server does not answer: what its processes do and last logged.

The logs go with the test bed, so what is said of a failure must be enough.
"""

from pathlib import Path

from testbed import processes


def report(pids, log_dir):
    """A text of some lines about these processes and the logs in log_dir."""
    return "\n".join([*map(_process, sorted(pids)), *_ends(log_dir)])


def _process(pid):
    arguments = " ".join(processes.arguments(pid)[:2])
    return (f"{pid} {processes.title(pid)} ({arguments}): "
            f"{_state(pid)}, in {_wait_channel(pid)}")


def _state(pid):
    try:
        return processes.stat(pid)[0]
    except OSError:
        return "gone"


def _wait_channel(pid):
    try:
        with open(f"/proc/{pid}/wchan", encoding="ascii") as channel:
            return channel.read()
    except OSError:
        return "?"


def _ends(log_dir, count=5):
    """The last lines of each log that has any."""
    for log in sorted(filter(Path.is_file, log_dir.iterdir())):
        lines = log.read_text(errors="replace").splitlines()[-count:]
        if lines:
            yield f"{log}:"
            yield from (f"  {line}" for line in lines)
