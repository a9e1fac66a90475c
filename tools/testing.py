# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that run what was built: check, demo, bench and fuzz."""

import atexit
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

from waflib import Options
from waflib.Build import BuildContext
from waflib.Options import options as chosen

from coverage import Coverage

PYTHON = '/usr/bin/python3'


def of_integration(*names):
    return ['tests/integration/test_%s.py' % name for name in names]


# These show in two minutes that the module works with a Samba.
SMOKE = ['tests/unit', *of_integration('close', 'durable', 'matching',
                                       'loader')]

# These need packages that emulated programs build.
EMULATED = ['tests/packages/test_arm64.py']

# These need no server.
OF_THE_SOURCE = ['tests/lint', 'tests/fuzz']

# These mostly wait.
OF_CLUSTERS = of_integration('cluster', 'cluster_faults', 'model')

# These run the programs that people run.
OF_PROGRAMS = of_integration(
    'client_library', 'demo', 'sessiondel_ctl', 'smbsession',
    'smbsession_failing_calls', 'smbsession_faults', 'smbsession_lies',
    'smbsession_manual', 'smbsession_out_of_memory', 'torture')

# These start many servers, set up in many ways.
OF_SETUPS = [*of_integration(
    'configurations', 'forced_caller', 'forced_caller_races', 'forced_user',
    'loader', 'names', 'netbios_names', 'other_layout', 'recorded_names',
    'smb_conf'), 'tests/integration/domain']

# pytest's exit status when it has run no test.
NO_TEST = 5


def ignored(paths):
    return ['--ignore=' + path for path in paths]


def options(opt):
    group = opt.add_option_group('Testing')
    group.add_option('--filter', metavar='EXPR', default='',
                     help="check, fuzz: run only the tests whose names match "
                          "EXPR: part of a name, or several with and, or, not "
                          "(as with pytest's -k)")
    group.add_option('--smoke', action='store_true',
                     help='check: run only the main tests, to see whether the '
                          'module works with this Samba (two minutes)')
    group.add_option('--long', action='store_true',
                     help='check: also run the long tests')
    group.add_option('--sanitize', action='store_true',
                     help='check: use a build with the address and undefined '
                          'behaviour sanitizers, in bin/sanitize')
    group.add_option('--coverage', action='store_true',
                     help='check: use a build that counts which lines run, in '
                          'bin/coverage, and print a table of all files')
    group.add_option('--packages', action='store_true',
                     help='check: test the Debian packages instead, in '
                          'throwaway Debian systems (1 hour)')
    group.add_option('--release', metavar='NAME',
                     help='run the command in a tree of this Debian release '
                          '(bookworm or trixie, with -backports for Samba '
                          'from its backports), which is kept in the cache')
    group.add_option('--arch', metavar='NAME',
                     help='check --smoke: test the Debian packages of this '
                          'architecture (arm64) instead, by emulation (half an '
                          'hour); deb --release=NAME: build them')
    group.add_option('--quick', action='store_true',
                     help='bench: make fewer calls, with smaller tables')
    group.add_option('--cluster', action='store_true',
                     help='bench: measure CTDB clusters of one to three nodes '
                          'instead')
    group.add_option('--perf', action='store_true',
                     help='bench: show instead where a call spends its time, '
                          'with perf')
    group.add_option('--publish', action='store_true',
                     help='bench: also write the figures and the chart into '
                          'docs/benchmarks.md')
    group.add_option('--seconds', metavar='N', type=int, default=60,
                     help='fuzz: run each target for N seconds (default: 60)')


def init(_ctx):
    """Builds the fuzz targets before check runs them."""
    if 'check' in Options.commands and not (
            chosen.sanitize or chosen.coverage or chosen.smoke
            or chosen.packages):
        Options.commands.insert(Options.commands.index('check'),
                                build_fuzz_targets.cmd)


class BuildEverything:
    """Makes a build command refuse what --module-only has configured."""

    def execute_build(self):
        if self.env.MODULE_ONLY:
            self.fatal('This needs more than the module: run ./waf configure '
                       'without --module-only')
        super().execute_build()


class RunAfterBuild(BuildEverything):
    """Makes a build command run something when everything is built."""

    def execute_build(self):
        super().execute_build()
        self.run()

    def environment(self):
        return {**os.environ, 'PYTHONDONTWRITEBYTECODE': '1',
                'SESSIONDEL_BUILD': self.bldnode.abspath()}

    def in_testbed(self, *command):
        """The command line for a Python command in the test bed."""
        return [self.path.abspath() + '/tests/testbed/testbed',
                '--no-server', '--', PYTHON, *command]


class demo(RunAfterBuild, BuildContext):
    """shows what the plugin does, on a throwaway server"""
    cmd = 'demo'

    def run(self):
        status = subprocess.call([self.path.abspath() + '/tests/testbed/demo'],
                                 env=self.environment())
        if status != 0:
            self.fatal('The demo failed (exit status %d)' % status)


class bench(RunAfterBuild, BuildContext):
    """compares the speed of the plugin and of stock Samba"""
    cmd = 'bench'

    def run(self):
        if chosen.perf:
            self.measure('profile')
            return
        what = 'cluster' if chosen.cluster else 'bench'
        figures = self.bldnode.make_node(what + '.json')
        options = ['--output', figures.abspath()]
        if chosen.quick:
            options.append('--quick')
        if chosen.publish:
            options += ['--publish', self.path.abspath() + '/docs']
        self.measure(what, *options)

    def measure(self, what, *options):
        status = subprocess.call(
            self.in_testbed('%s/tests/bench/%s.py'
                            % (self.path.abspath(), what), *options),
            env=self.environment())
        if status != 0:
            self.fatal('The measurement failed (exit status %d)' % status)


class check(RunAfterBuild, BuildContext):
    """runs the tests (--filter=EXPR: some of them)"""
    cmd = 'check'

    def execute(self):
        if chosen.sanitize and chosen.coverage:
            self.fatal('Use either --sanitize or --coverage')
        if chosen.sanitize:
            self.variant = 'sanitize'
        elif chosen.coverage:
            self.variant = 'coverage'
        super().execute()

    def run(self):
        coverage = Coverage(self) if chosen.coverage else None
        if coverage:
            coverage.begin()
        runs = [self.start(name, tests) for name, tests in self.parts()]
        for run in runs:
            run.end()
        if coverage:
            print(coverage.report())
        totals = totals_of([run.report for run in runs])
        # This makes it the last line, after waf's own.
        atexit.register(print, summary_of(totals))
        status = max(run.status for run in runs)
        if not any(totals.values()):
            self.fatal('No tests ran')
        if totals['failed'] or status != 0:
            self.fatal('The check failed (exit status %d)' % status)

    def parts(self):
        """What runs at the same time, with the name of its report."""
        if chosen.arch:
            return [('check', EMULATED)]
        if chosen.packages:
            return [('check', ['tests/packages', *ignored(EMULATED)])]
        if chosen.smoke:
            return [('check', SMOKE)]
        beside = OF_PROGRAMS + OF_CLUSTERS
        left_out = ['tests/packages', *OF_THE_SOURCE, *beside, *OF_SETUPS]
        if not chosen.sanitize:
            left_out.append('tests/integration/test_sanitizers.py')
        if not (chosen.sanitize or chosen.coverage):
            # Else the sources are the same, and fuzzing has its own build.
            beside = OF_THE_SOURCE + beside
        return [('check', ['tests', *ignored(left_out)]),
                ('check-beside', beside), ('check-setups', OF_SETUPS)]

    def start(self, name, tests):
        pytest = ['-m', 'pytest', '-k', chosen.filter, *tests]
        if chosen.long:
            # This also runs the tests that tests/pytest.ini leaves out.
            pytest += ['-m', '']
        report = self.bldnode.make_node(name + '.xml')
        report.delete()
        pytest += ['--junitxml', report.abspath()]
        return Run(self.command(pytest), report, cwd=self.path.abspath(),
                   env=self.environment())

    def command(self, pytest):
        if chosen.arch:
            return [self.path.abspath() + '/packaging/emulated', chosen.arch,
                    PYTHON, *pytest]
        # apt needs a network, and the test bed has none.
        if chosen.packages:
            return [PYTHON, *pytest]
        return self.in_testbed(*pytest)

    def environment(self):
        environment = super().environment()
        if chosen.sanitize:
            environment['SESSIONDEL_SANITIZE'] = '1'
        return environment


class Run:
    """A run of pytest; only check.xml's does not wait with its output."""

    def __init__(self, command, report, **options):
        self.report = report
        self._output = None
        if report.name != 'check.xml':
            # pylint: disable-next=consider-using-with
            self._output = tempfile.TemporaryFile('w+')
        # pylint: disable-next=consider-using-with
        self._process = subprocess.Popen(command, stdout=self._output,
                                         stderr=self._output, **options)
        self.status = None

    def end(self):
        self.status = self._process.wait()
        if self.status == NO_TEST:
            self.status = 0
        if self._output:
            self._output.seek(0)
            sys.stdout.write(self._output.read())
            self._output.close()


class build_fuzz_targets(BuildEverything, BuildContext):
    """builds what fuzz runs"""
    # The underscore keeps it out of the list of commands.
    cmd = '_build_fuzz_targets'
    variant = 'fuzz'


class fuzz(RunAfterBuild, BuildContext):
    """fuzzes the code that reads bytes from outside"""
    cmd = 'fuzz'
    variant = 'fuzz'

    def run(self):
        status = subprocess.call(
            [PYTHON, '-m', 'pytest', '-k', chosen.filter, 'tests/fuzz'],
            cwd=self.path.abspath(), env=self.environment())
        if status != 0:
            self.fatal('Fuzzing failed (exit status %d)' % status)

    def environment(self):
        return {**super().environment(), 'SESSIONDEL_BUILD': self.out_dir,
                'SESSIONDEL_FUZZ_SECONDS': str(chosen.seconds)}


def totals_of(reports):
    """Counts tests by outcome; a run without a report has failed."""
    outcomes = {}
    for report in reports:
        if not report.exists():
            outcomes[report.name] = 'failed'
            continue
        cases = xml.etree.ElementTree.parse(report.abspath())
        for case in cases.iter('testcase'):
            # A test that also fails in its tear-down is listed twice.
            name = (case.get('classname'), case.get('name'))
            outcomes[name] = worse(outcomes.get(name), outcome_of(case))
    counted = list(outcomes.values())
    return {outcome: counted.count(outcome)
            for outcome in ('passed', 'failed', 'skipped')}


def outcome_of(case):
    if case.find('failure') is not None or case.find('error') is not None:
        return 'failed'
    return 'passed' if case.find('skipped') is None else 'skipped'


def worse(one, other):
    return 'failed' if 'failed' in (one, other) else other


def summary_of(totals):
    line = '%d passed, %d failed' % (totals['passed'], totals['failed'])
    if totals['skipped']:
        line += ', %d skipped' % totals['skipped']
    return line
