# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes every test of a cmocka program a test of pytest."""

import html
import os
import pathlib
import re
import subprocess
import tempfile
import xml.etree.ElementTree

import pytest

from testbed.places import BUILD

# Far more than any of them takes, so that one that hangs also ends.
DEADLINE_SECONDS = 120


def pytest_collect_file(file_path, parent):
    if file_path.suffix == '.c' and file_path.name.startswith('test_'):
        return Program.from_parent(parent, path=file_path)
    return None


class Program(pytest.File):
    """A test program; its source file is what pytest finds."""

    def collect(self):
        run = Run(BUILD / 'unit' / self.path.stem)
        for name, failure, skipped in run.cases:
            yield Case.from_parent(self, name=name, failure=failure,
                                   skipped=skipped)
        if run.trouble:
            yield Case.from_parent(self, name=self.path.stem,
                                   failure=run.trouble, skipped=False)


class Run:
    """One run of a program: its cases, and what went wrong outside of them."""

    def __init__(self, program):
        with tempfile.TemporaryDirectory() as directory:
            status, output = run_program(program, directory)
            self.cases = [case for report
                          in sorted(pathlib.Path(directory).iterdir())
                          for case in cases_of(report)]
        self.trouble = ''
        failures = sum(1 for _, failure, _ in self.cases if failure)
        # cmocka exits with the number of failed tests. Any other status is a
        # crash or a sanitizer's report.
        if not self.cases or status != failures:
            self.trouble = '%s ended with status %s after %d tests\n%s' % (
                program, status, len(self.cases), output)


def run_program(program, directory):
    environment = {**os.environ, 'CMOCKA_MESSAGE_OUTPUT': 'XML',
                   'CMOCKA_XML_FILE': directory + '/%g.xml'}
    try:
        done = subprocess.run([program], env=environment, encoding='utf-8',
                              errors='replace', stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False,
                              timeout=DEADLINE_SECONDS)
    except OSError as error:
        return error.strerror, ''
    except subprocess.TimeoutExpired as error:
        return 'none in %d s' % DEADLINE_SECONDS, str(error.output or '')
    return done.returncode, done.stdout


def cases_of(report):
    """Yields (name, failure message or '', skipped) from a cmocka report."""
    # cmocka does not escape the values of a failed assertion. They may have
    # characters that XML forbids, or the end of the message's CDATA section.
    text = re.sub('[\0-\x08\x0b\x0c\x0e-\x1f]|]]>(?!</)', '?',
                  report.read_text(encoding='utf-8', errors='replace'))
    # cmocka 2 writes character names that HTML has but XML does not.
    text = re.sub('&(?!(?:amp|lt|gt|quot|apos);)[a-z]+;',
                  lambda name: html.unescape(name[0]), text)
    for case in xml.etree.ElementTree.fromstring(text).iter('testcase'):
        troubles = case.findall('failure') + case.findall('error')
        failure = '\n'.join(trouble.text or 'failed' for trouble in troubles)
        yield case.get('name'), failure, case.find('skipped') is not None


class CaseFailed(Exception):
    """A cmocka test failed; the argument is its message."""


class Case(pytest.Item):
    """One test of a program that has already run."""

    def __init__(self, *, failure, skipped, **arguments):
        super().__init__(**arguments)
        self.failure = failure
        self.skipped = skipped

    def runtest(self):
        if self.skipped:
            pytest.skip('skipped by the test program')
        if self.failure:
            raise CaseFailed(self.failure)

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, CaseFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, self.name
