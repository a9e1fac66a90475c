# SPDX-License-Identifier: GPL-3.0-or-later
"""The command that changes the pure files and expects their tests to fail."""

import concurrent.futures
import filecmp
import os
import random
import re
import resource
import shutil
import subprocess
import tempfile

from waflib.Build import BuildContext
from waflib.Options import options as chosen

from compiler import SANITIZE, SANITIZE_LINK
from testing import RunAfterBuild

# Decisions on plain values, which unit tests cover (docs/architecture.md).
FILES = ['source/session/match/*.c', 'source/session/child/message*.c',
         'source/session/find/protocol_names.c',
         'source/common/client_address.c', 'source/module/rights.c',
         'source/module/settings.c', 'source/module/session_page.c']

TOKEN = re.compile(r'''
    (?P<skip>/\*.*?\*/|//[^\n]*|^\#(?:\\\n|[^\n])*
             |"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    |(?P<statement>(?<=\n)\t+(?:[a-z_][\w.>\[\]-]*\s(?:[-+|&]?=)\s[^;{}]*
                              |[a-z_]\w*\([^;{}]*\)|continue|break);)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<number>\d\w*)
    |(?P<operator>->|<<|>>|\+\+|--|[-+*/%&|^=!<>]=|&&|\|\||[-+*/%&|^=!<>])
    ''', re.VERBOSE | re.DOTALL | re.MULTILINE)

# clang-format puts blanks around an operator only if it has two operands.
BINARY = {' == ': [' != '], ' != ': [' == '], ' < ': [' <= ', ' >= '],
          ' <= ': [' < ', ' > '], ' > ': [' >= ', ' <= '],
          ' >= ': [' > ', ' < '], ' && ': [' || '], ' || ': [' && '],
          ' + ': [' - '], ' - ': [' + '], ' += ': [' -= '],
          ' -= ': [' += '], ' & ': [' | '], ' | ': [' & '], ' * ': [' + ']}
WORDS = {'true': ['false'], 'false': ['true']}

# What is added to compile and to link. The sanitizers also notice an access that
# is out of bounds, but take long, so they see only what the plain test passes.
PLAIN = [], []
SANITIZED = [*SANITIZE, '-U_FORTIFY_SOURCE'], SANITIZE_LINK

# A mutant may never end, or ask for all memory.
SECONDS = 30
ASAN_OPTIONS = 'hard_rss_limit_mb=2048'


def options(opt):
    group = opt.add_option_group('Mutation')
    group.add_option('--mutants', metavar='N', type=int, default=200,
                     help='mutate: make N changes (default: 200)')
    group.add_option('--seed', metavar='N', type=int, default=16,
                     help='mutate: N selects the changes (default: 16)')


class Mutant:
    """A source file with one change."""

    def __init__(self, path, text, start, end, new):
        self.path = path
        self.text = text[:start] + new + text[end:]
        line = text.count('\n', 0, start + 1) + 1
        old = ' '.join(text[start:end].split())
        self.name = '%s:%d: %s -> %s' % (path, line, old, new.strip() or '')


def mutants_of(path, text):
    """All mutants of a file, in the order of their places."""
    at = 0
    while True:
        token = TOKEN.search(text, at)
        if token is None:
            return
        for start, end, new in changes_of(text, token):
            yield Mutant(path, text, start, end, new)
        # The parts of a statement can also be changed.
        at = token.end() if token.lastgroup != 'statement' else (
            token.start() + len(token.group()) - len(token.group().lstrip()))


def changes_of(text, token):
    start, end, old = token.start(), token.end(), token.group()
    if token.lastgroup == 'statement':
        yield start, end, re.sub('[^\n]', '', old)
    elif token.lastgroup == 'word':
        yield from ((start, end, new) for new in WORDS.get(old, ()))
    elif token.lastgroup == 'number':
        yield start, end, '(%s + 1)' % old
    elif old == '!':
        yield start, end, ''
    elif token.lastgroup == 'operator':
        blanks = re.match(r'\s', text[end:end + 1]) and text[start - 1] == ' '
        for new in BINARY.get(' %s ' % old, ()) if blanks else ():
            yield start, end, new.strip()


class mutate(RunAfterBuild, BuildContext):
    """makes small changes to the code; the unit tests must notice"""
    cmd = 'mutate'

    def run(self):
        paths = sorted(node.path_from(self.path)
                       for node in self.path.ant_glob(FILES))
        mutants = [mutant for path in paths for mutant
                   in mutants_of(path, self.path.make_node(path).read())]
        random.Random(chosen.seed).shuffle(mutants)
        with tempfile.TemporaryDirectory() as place:
            trials = {path: [Trial(self, path, place, *kind)
                             for kind in (PLAIN, SANITIZED)]
                      for path in paths}
            survivors = self.survivors_of(mutants, trials)
        print('seed %d: %d mutants in %d files, %d survived' % (
            chosen.seed, chosen.mutants, len(paths), len(survivors)))
        if survivors:
            self.fatal('No unit test noticed:\n' + '\n'.join(survivors))

    def survivors_of(self, mutants, trials):
        """Tries mutants until there were enough that do change something."""
        survivors, tried = [], 0
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = pool.map(
                lambda mutant: noticed(mutant, trials[mutant.path]),
                mutants[:2 * chosen.mutants])
            for mutant, is_noticed in zip(mutants, results):
                tried += is_noticed is not None
                if is_noticed is False:
                    survivors.append(mutant.name)
                if tried == chosen.mutants:
                    break
            # what was not begun is dropped
            results.close()
        return survivors


def noticed(mutant, trials):
    """None if it does not compile, or compiles to the same."""
    for trial in trials:
        result = trial.notices(mutant)
        if result is not False:
            return result
    return False


class Trial:
    """Builds and runs the unit test of one file with another source of it."""

    def __init__(self, build, path, place, cflags, linkflags):
        self.env = build.env
        self.top = build.path.abspath()
        self.build = build.bldnode.abspath()
        self.folder, name = os.path.split(path)
        self.place = tempfile.mkdtemp(dir=place)
        self.cflags = cflags
        self.linkflags = linkflags
        self.original = self.compiled(self.read(path), 'original')
        self.test = self.compiled(self.read(os.path.join(
            self.folder.replace('source', 'tests/unit', 1), 'test_' + name)),
            'test')
        if self.fails(self.original):
            build.fatal('%s: the test of the original fails' % path)

    def read(self, path):
        with open(os.path.join(self.top, path), encoding='utf-8') as file:
            return file.read()

    def notices(self, mutant):
        place = tempfile.mkdtemp(dir=self.place)
        try:
            changed = self.compiled(mutant.text, os.path.join(place, 'mutant'))
            if changed is None or filecmp.cmp(changed, self.original, False):
                return None
            return self.fails(changed)
        finally:
            shutil.rmtree(place)

    def compiled(self, text, name):
        target = os.path.join(self.place, name + '.o')
        done = subprocess.run(
            [*self.env.CC, *self.env.CFLAGS, '-w', '-g0', *self.cflags,
             *('-D' + define for define in self.env.DEFINES),
             *('-I' + place for place in self.env.INCLUDES),
             # for the headers of the folder
             '-iquote', os.path.join(self.top, self.folder),
             '-x', 'c', '-', '-c', '-o', target],
            input=text, encoding='utf-8', stderr=subprocess.DEVNULL,
            cwd=self.top, check=False)
        return target if done.returncode == 0 else None

    def fails(self, compiled):
        """Whether the test fails with this object."""
        program = os.path.splitext(compiled)[0]
        subprocess.run(
            [*self.env.LINK_CC, *self.linkflags, self.test, compiled,
             '-L' + self.build, '-ltestees', '-lcommon',
             *self.env.SAMBA_LINK, '-lcmocka', '-o', program], check=True)
        return subprocess.run(
            [program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            check=False, env={**os.environ, 'ASAN_OPTIONS': ASAN_OPTIONS},
            preexec_fn=limit_time).returncode != 0


def limit_time():
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
