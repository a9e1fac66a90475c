# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share: where things are, and the unit tests in C."""

import os

import pytest

from cmocka_items import pytest_collect_file  # noqa: F401 (a hook of pytest)
from testbed.observe import sanitizers
from testbed.places import BUILD, TOP


@pytest.fixture(scope='session')
def top_directory():
    """The top of the source tree."""
    return TOP


@pytest.fixture(scope='session')
def build_directory():
    """The build under test: bin/, or bin/sanitize."""
    return BUILD


@pytest.fixture(scope='session', autouse=True)
def _sanitizer_settings():
    """For everything that tests start; the C programs ran before any test."""
    os.environ.update(sanitizers.environment())


# Last, which is after the servers that end with a test.
@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown():
    """Fails the test during which a sanitizer has found something."""
    reports = sanitizers.take_reports()
    if reports:
        pytest.fail(reports, pytrace=False)


def pytest_terminal_summary(terminalreporter):
    """Prints the figures that tests have measured."""
    for report in terminalreporter.getreports('passed'):
        for name, value in report.user_properties:
            terminalreporter.write_line(f'{name}: {value}')
