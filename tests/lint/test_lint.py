# SPDX-License-Identifier: GPL-3.0-or-later
"""The C, shell and manual page sources pass the usual tools."""

import concurrent.futures
import os
import pathlib
import platform
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent

# Another release's tools want other blanks and have other warnings.
pytestmark = pytest.mark.skipif(
    platform.freedesktop_os_release().get('VERSION_CODENAME') != 'bookworm',
    reason="the sources are kept to the tools of Debian 12")


def files(*patterns, holding=b''):
    return sorted(path for pattern in patterns for path in TOP.glob(pattern)
                  if path.is_file() and holding in path.read_bytes())


def each(*patterns, **choice):
    """One test for each file, named for it."""
    return pytest.mark.parametrize(
        'path', files(*patterns, **choice),
        ids=lambda path: str(path.relative_to(TOP)))


def assert_clean(*command, **environment):
    """Runs a tool, from the top, that must exit with 0."""
    if shutil.which(command[0]) is None:
        pytest.skip('%s is not installed' % command[0])
    done = subprocess.run(command, cwd=TOP, encoding='utf-8', check=False,
                          env={**os.environ, **environment},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        pytest.fail(done.stdout, pytrace=False)


def test_clang_format():
    assert_clean('clang-format', '--dry-run', '-Werror',
                 *files('source/**/*.[ch]', 'tests/**/*.[ch]',
                        'docs/examples/*.c'))


# clang-tidy's analyzer uses so much memory that large pages make it faster.
LARGE_PAGES = {'GLIBC_TUNABLES': 'glibc.malloc.hugetlb=1'}


@pytest.fixture(name='tidied', scope='module')
def _tidied(request, build_directory):
    """Runs clang-tidy on the chosen files, on one for each processor."""
    chosen = [item.callspec.params['path'] for item in request.session.items
              if getattr(item, 'originalname', '') == test_clang_tidy.__name__]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield {path: pool.submit(assert_clean, 'clang-tidy', '--quiet', '-p',
                                 build_directory, path, **LARGE_PAGES)
               for path in chosen}
        pool.shutdown(cancel_futures=True)


@each('source/**/*.c', 'tests/torture/*.c')
def test_clang_tidy(tidied, path):
    tidied[path].result()


def test_cppcheck(build_directory):
    flags = (build_directory / 'compile_flags.txt').read_text().splitlines()
    assert_clean(
        'cppcheck', '--quiet', '--error-exitcode=1', '--std=c99',
        '--enable=warning,performance,portability', '--inline-suppr',
        '--suppress=missingInclude', '-I', TOP,
        *[flag for flag in flags if flag.startswith('-DSESSIONDEL_')],
        TOP / 'source', TOP / 'tests' / 'torture')


@each('docs/man/*')
def test_manual_page(path):
    assert_clean('mandoc', '-T', 'lint', '-W', 'warning', path)


@each('waf', 'packaging/*', 'packaging/debian/**/*', 'tests/testbed/smbtorture',
      '.ci/run', holding=b'#!/bin/')
def test_shellcheck(path):
    assert_clean('shellcheck', path)


@each('source/**/*.[ch]', 'tests/**/*.[ch]', 'tests/**/*.py',
      'tests/testbed/smbtorture', 'tools/*.py', 'packaging/*',
      'docs/man/*', 'docs/examples/*', 'idl/*', 'waf', 'wscript')
def test_license_is_named(path):
    head = path.read_text(encoding='utf-8').splitlines()[:3]
    assert any('SPDX-License-Identifier: GPL-3.0-or-later' in line
               for line in head)
