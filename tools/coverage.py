# SPDX-License-Identifier: GPL-3.0-or-later
"""The build of ./waf check --coverage, and what the tests have run of it."""

import json
import os
import shutil
import subprocess

from waflib import TaskGen
from waflib.Configure import conf

import samba_runtime

# Not optimised. Processes count at the same time, and a fork shares its parent's
# counters, so gcov must not set them to 0 there.
CODE = ['-O0', '-U_FORTIFY_SOURCE', '-fprofile-arcs', '-ftest-coverage',
        '-fprofile-update=atomic', '-fprofile-info-section',
        '-fdata-sections', '-fno-builtin-fork', '-fno-builtin-execv',
        '-fno-builtin-execve']

COUNTERS = '.counters'


@conf
def make_coverage_variant(conf):
    """Adds the variant of --coverage."""
    conf.setenv('coverage', env=conf.env.derive())
    # gcov looks for the sources by these names.
    conf.env.CFLAGS = [flag for flag in conf.env.CFLAGS
                       if not flag.startswith('-ffile-prefix-map')] + CODE
    conf.env.append_value('LINKFLAGS', [
        '-Wl,-T,%s/tests/coverage/counters.ld' % conf.path.abspath(),
        '-Wl,--exclude-libs,libgcov.a'])
    conf.env.append_value('STLIB', 'gcov')
    conf.setenv('')


@TaskGen.feature('cprogram', 'cshlib')
@TaskGen.before_method('process_source')
def add_counters(self):
    """Links the counters' file into what is built for --coverage."""
    if self.bld.variant == 'coverage':
        self.source = self.to_nodes(self.source) + [
            self.bld.srcnode.find_resource('tests/coverage/counters.c')]
        self.env.append_value('DEFINES', 'COUNTERS="%s"' % (
            self.path.get_bld().make_node(self.target + COUNTERS).abspath()))


class Coverage:
    """What has run of a build, counted since begin()."""

    def __init__(self, build):
        self.source = build.path.abspath()
        self.build = build.bldnode.abspath()
        self.worker = samba_runtime.own_worker(build.env)
        self.data = os.path.join(self.build, 'data')

    def counters(self):
        """The files of counters, but for what only smbtorture can load."""
        return [os.path.join(directory, name)
                for directory, _, names in os.walk(self.build)
                for name in names if name.endswith(COUNTERS)
                and 'torture' not in directory[len(self.build):]]

    def begin(self):
        for path in self.counters():
            os.unlink(path)

    def report(self):
        """Writes what was counted to files; the summary as text."""
        shutil.rmtree(self.data, ignore_errors=True)
        for path in self.counters():
            self.write_data(path[:-len(COUNTERS)])
        summary = self.path('summary.json')
        os.makedirs(self.path('html'), exist_ok=True)
        subprocess.run(
            ['gcovr', '--root', self.source, '--filter', 'source/',
             '--json-summary', summary, '--txt', self.path('lines.txt'),
             '--html-details', self.path('html/index.html'), self.data],
            check=True, cwd=self.source)
        with open(summary, encoding='utf-8') as file:
            text = table_of(json.load(file))
        with open(self.path('summary.txt'), 'w', encoding='utf-8') as file:
            file.write(text)
        return text

    def path(self, name):
        return os.path.join(self.build, name)

    def write_data(self, target):
        """Has a program or library write gcov's data for its sources."""
        name = os.path.relpath(target, self.build)
        place = os.path.join(self.data, name)
        os.makedirs(place)
        environment = {**os.environ, 'SESSIONDEL_COVERAGE_WRITE': 'yes'}
        program = target
        if not os.path.exists(target):
            environment['LD_PRELOAD'] = target + '.so'
            program = self.worker if name == 'sessiondel' else 'true'
        subprocess.run([program], check=True, cwd=place, env=environment)
        for data in os.listdir(place):
            stem = os.path.splitext(data)[0]
            os.symlink(stem.replace('#', '/') + '.gcno',
                       os.path.join(place, stem + '.gcno'))


def table_of(summary):
    """The summary of gcovr as a table: each file, each part, everything."""
    files = sorted(summary['files'], key=lambda file: file['filename'])
    parts = sorted({part_of(file) for file in files})
    rows = [(file['filename'], [file]) for file in files]
    rows += [(part + '/', [file for file in files if part_of(file) == part])
             for part in parts]
    rows.append(('all', files))
    return ''.join([LINE % ('', 'lines', '', 'branches', '')]
                   + [row_of(*row) for row in rows])


def part_of(file):
    """source/session for a file anywhere in it."""
    return '/'.join(file['filename'].split('/')[:2])


LINE = '%-50s %11s %7s %11s %7s\n'


def row_of(name, files):
    figures = []
    for what in ('line', 'branch'):
        covered = sum(file[what + '_covered'] for file in files)
        total = sum(file[what + '_total'] for file in files)
        figures += ['%d/%d' % (covered, total),
                    '%.1f %%' % (100 * covered / total) if total else '']
    return LINE % (name, *figures)
