# SPDX-License-Identifier: GPL-3.0-or-later
"""Run programs, and compile small ones."""

import os
import subprocess

from testbed import TestbedError


def run(*argv, stdin="", env=None):
    """Run a program; its output. TestbedError when it fails.

    env: added to the environment of this process.
    """
    done = _outcome(argv, stdin, env)
    if done.returncode:
        raise TestbedError(f"{' '.join(done.args)}: {done.stdout.strip()}")
    return done.stdout


def output_of(*argv):
    """The output of a program, however it ends."""
    return _outcome(argv).stdout


def _outcome(argv, stdin="", env=None):
    return subprocess.run(
        [str(argument) for argument in argv], input=stdin, text=True,
        errors="backslashreplace", check=False, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})


def succeeds(*argv):
    """Whether a program exits with 0. Its output is dropped."""
    return subprocess.run(
        [str(argument) for argument in argv], check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL).returncode == 0


def compile_c(target, source, *options):
    """Compile C from source, a text, into the file target; target."""
    subprocess.run([os.environ.get("CC", "cc"), "-x", "c", "-", "-o", target,
                    *options], input=source, text=True, check=True)
    return target
