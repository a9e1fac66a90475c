# SPDX-License-Identifier: GPL-3.0-or-later
"""A throwaway Debian system: a copy of a tree in memory, in namespaces."""

import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PACKAGING = TOP / "packaging"
RELEASES = ("bookworm", "trixie")

# The first process ignores SIGCHLD, so the kernel reaps all orphans.
_INIT = ["perl", "-e", "$SIG{CHLD} = 'IGNORE'; $| = 1; print qq(up\\n); "
         "sleep 1 while 1"]
# No service may start while apt uses the host's network.
_POLICY = "#!/bin/sh\nexit 101\n"
_ENVIRONMENT = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root",
                "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"]


def tree_of_builds(release):
    """The tree in which ./waf --release builds."""
    return Path(_output(PACKAGING / "debian-tree", release, "check"))


def prepared(release, name, *commands):
    """A copy of that tree, made with these commands and kept under a name."""
    tree = Path(_output(PACKAGING / "debian-tree", release, name))
    done = tree / f"{name}.done"
    if not done.exists():
        (tree / "usr/sbin/policy-rc.d").write_text(_POLICY)
        (tree / "usr/sbin/policy-rc.d").chmod(0o755)
        for command in commands:
            subprocess.run([PACKAGING / "in-tree", tree, *_ENVIRONMENT,
                            "sh", "-ec", command], check=True)
        done.touch()
    return tree


def _output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE,
                          text=True).stdout.strip()


class System:
    """A copy of a tree, with its own processes and network."""

    def __init__(self, tree):
        self._unshare, self._pid = started(
            [PACKAGING / "in-tree", "--throwaway", tree, *_INIT])
        self._net, self._net_pid = started(
            self._enter(None, "unshare", "--net", *_INIT))
        self.run("ip link set lo up")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in (self._unshare, self._net):
            process.kill()
            process.communicate()

    @property
    def root(self):
        """The root directory as a path on the host."""
        return Path(f"/proc/{self._pid}/root")

    def run(self, command, check=True):
        """Run a line of shell; the finished process, errors in its output."""
        return _finished(self._enter(self._own_network(), "sh", "-c", command),
                         check)

    def output(self, command):
        return self.run(command).stdout

    def start(self, *command):
        """Start a program with pipes for its input and output."""
        return subprocess.Popen(
            self._enter(self._own_network(), *command), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)

    def fetch(self, command, check=True):
        """Run a shell command with the host's network."""
        return _finished(self._enter(None, "sh", "-c", command), check)

    def apt(self, arguments, check=True):
        return self.fetch("apt-get -q --yes --no-install-recommends "
                          f"--allow-downgrades {arguments}", check)

    def put(self, path, place="/root"):
        """Copy a file of the host into the system; its path there."""
        shutil.copy(path, self.root / place.lstrip("/"))
        return f"{place}/{path.name}"

    def _own_network(self):
        return f"--net=/proc/{self._net_pid}/ns/net"

    def _enter(self, network, *command):
        namespaces = ["--mount", "--pid"] + ([network] if network else [])
        return ["nsenter", f"--target={self._pid}", *namespaces, *_ENVIRONMENT,
                *command]


def started(command):
    """Start a command that prints "up"; its process, and its child's pid."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "up\n"
    return process, child_of(process.pid)


def child_of(pid):
    """The only child of a process, by its pid on the host."""
    child, = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(child)


def _finished(command, check):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True)
    if check and done.returncode:
        raise AssertionError(f"{command[-1]}: exit status {done.returncode}\n"
                             f"{done.stdout}")
    return done
