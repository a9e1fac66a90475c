# SPDX-License-Identifier: GPL-3.0-or-later
"""packaging/release finds texts that do not belong to one release."""

import re
import shutil
import subprocess

import pytest

from testbed.places import TOP

CHANGELOG = 'packaging/debian/changelog'
SYMBOLS = 'packaging/debian/libsmbsession0.symbols'
READ = ['wscript', 'CHANGELOG.md', CHANGELOG, SYMBOLS, 'packaging/release']
VERSION = re.search("^VERSION = '(.*)'", (TOP / 'wscript').read_text(),
                    re.M)[1]


@pytest.fixture(name='texts')
def _texts(tmp_path):
    """A copy of what is checked, as it should be at the release."""
    for name in READ:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TOP / name, tmp_path / name)
    (tmp_path / 'source/client').mkdir(parents=True)
    (tmp_path / f'source/client/smbsession-{VERSION}.abi').touch()
    change(tmp_path / CHANGELOG, '>  .*',
           '>  Fri, 04 Dec 2026 23:30:00 -0100')
    change(tmp_path / 'CHANGELOG.md', r'## \[.*',
           f'## [{VERSION}] - 2026-12-05')
    return tmp_path


def change(path, pattern, text):
    new, changes = re.subn(pattern, text, path.read_text(encoding='utf-8'),
                           count=1)
    assert changes
    path.write_text(new, encoding='utf-8')


def check(texts):
    return subprocess.run([texts / 'packaging/release', '--check'],
                          capture_output=True, text=True, check=False)


def test_release_is_whole(texts):
    done = check(texts)
    assert (done.returncode, done.stderr) == (0, '')


@pytest.mark.parametrize('name, pattern, text, problem', [
    ('wscript', "(?m)^VERSION = '.*'", "VERSION = '9.9'",
     'the version is 9.9 in wscript'),
    ('CHANGELOG.md', r'\[.*\] - .*-05', '[Unreleased]',
     'CHANGELOG.md begins with "## [Unreleased]"'),
    ('CHANGELOG.md', '-12-05', '-12-04', 'the version and day of'),
    (CHANGELOG, r'\(.*-', '(0.0.1-', '0.0.1 in packaging/debian/changelog'),
    (SYMBOLS, r'(smbsession_new@.*) .*', r'\1 99.0', 'which is later than'),
])
def test_texts_that_differ(texts, name, pattern, text, problem):
    change(texts / name, pattern, text)
    done = check(texts)
    assert done.returncode == 1
    assert problem in done.stderr


def test_library_is_not_described(texts):
    (texts / f'source/client/smbsession-{VERSION}.abi').unlink()
    done = check(texts)
    assert done.returncode == 1
    assert f'source/client has no smbsession-{VERSION}.abi' in done.stderr


def test_sources_are_where_the_caller_is(texts, tmp_path_factory):
    """The release is made in clones elsewhere."""
    (texts / 'waf').write_text('#!/bin/sh\necho "$@"\nexit 1\n', encoding='utf-8')
    (texts / 'waf').chmod(0o755)
    here = tmp_path_factory.mktemp('here')
    for command in (('init', '-q'), ('add', '.'), (
            '-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-qm', 'a')):
        subprocess.run(['git', '-C', texts, *command], check=True)
    for source, seen in (('samba.tar', f'{here}/samba.tar'),
                         ('/samba', '/samba'), ('', '')):
        done = subprocess.run(
            [texts / 'packaging/release', 'new', source], cwd=here,
            capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert done.stdout == f'dist --samba-source={seen}\n', done.stderr
