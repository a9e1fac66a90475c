# SPDX-License-Identifier: GPL-3.0-or-later
"""What all tests share: where things are, and the tests written in C."""

import os
import pathlib

import pytest

from cmocka_items import pytest_collect_file  # noqa: F401 (a hook of pytest)


@pytest.fixture(scope='session')
def top_directory():
    """The top of the source tree."""
    return pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope='session')
def build_directory(top_directory):
    """Where the build under test is: bin/, or bin/sanitize."""
    return pathlib.Path(os.environ.get('SESSIONDEL_BUILD',
                                       top_directory / 'bin'))
