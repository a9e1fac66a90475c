# SPDX-License-Identifier: GPL-3.0-or-later
"""libFuzzer on the code that reads bytes from outside."""

import concurrent.futures
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PREFIX = 'fuzz_'
TARGETS = sorted(path.stem[len(PREFIX):] for path in HERE.rglob(PREFIX + '*.c'))
SECONDS = int(os.environ.get('SESSIONDEL_FUZZ_SECONDS', '5'))
# One input takes well under a millisecond.
HANG_SECONDS = 10
# The time that a target may need on top: start, seeds, the report of a crash.
GRACE_SECONDS = 120

each_target = pytest.mark.parametrize('target', TARGETS)


class Fuzzer:
    """A target: its program, its seeds, and where what it finds goes."""

    def __init__(self, name, build_directory):
        self.program = build_directory / 'targets' / (PREFIX + name)
        self.seeds = HERE / 'corpus' / name
        self.dictionary = HERE / (name + '.dict')
        self.found = build_directory / 'found' / name
        self.crashes = build_directory / 'crashes' / name

    def replay(self):
        """Run each seed once; what went wrong, or ''."""
        return self._run(0, *sorted(self.seeds.iterdir()))

    def fuzz(self, seconds):
        """Fuzz for so many seconds; what went wrong, or ''."""
        options = ['-max_total_time=%d' % seconds, '-print_final_stats=1']
        if self.dictionary.exists():
            options.append('-dict=%s' % self.dictionary)
        self.found.mkdir(parents=True, exist_ok=True)
        return self._run(seconds, *options, self.found, self.seeds)

    def _run(self, seconds, *arguments):
        self.crashes.mkdir(parents=True, exist_ok=True)
        try:
            done = subprocess.run(
                [self.program, '-artifact_prefix=%s/' % self.crashes,
                 '-timeout=%d' % HANG_SECONDS, *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, encoding='utf-8', errors='replace',
                env=environment(), timeout=seconds + GRACE_SECONDS,
                check=False)
        except FileNotFoundError:
            return '%s is missing: build it with ./waf fuzz' % self.program
        if done.returncode == 0:
            return ''
        return ('%s\nexit status %d; inputs that fail are in %s: once fixed, '
                'keep them in %s' % (told_by(done.stdout), done.returncode,
                                     self.crashes, self.seeds))


def environment():
    return {**os.environ, 'UBSAN_OPTIONS': 'print_stacktrace=1',
            'ASAN_OPTIONS': 'quarantine_size_mb=32'}


def told_by(output):
    """The end of a target's output, without its progress lines."""
    lines = [line for line in output.splitlines() if line[:1] != '#'
             or ' in ' in line]
    return '\n'.join(lines[-80:])


@pytest.fixture(name='fuzzer')
def _fuzzer(build_directory, target):
    return Fuzzer(target, build_directory / 'fuzz')


@pytest.fixture(name='runs', scope='module')
def _runs(request, build_directory):
    """Runs the chosen targets side by side, one on each processor."""
    chosen = [item.callspec.params['target'] for item in request.session.items
              if getattr(item, 'originalname', '') == test_fuzz.__name__]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {target: pool.submit(
            Fuzzer(target, build_directory / 'fuzz').fuzz, SECONDS)
               for target in chosen}
        pool.shutdown(cancel_futures=True)


def fail_with(trouble):
    if trouble:
        pytest.fail(trouble, pytrace=False)


@each_target
def test_known_inputs(fuzzer):
    fail_with(fuzzer.replay())


@each_target
def test_fuzz(runs, target):
    fail_with(runs[target].result())
