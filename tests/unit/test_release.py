# SPDX-License-Identifier: GPL-3.0-or-later
"""packaging/release finds texts that do not belong to one release."""

import os
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


# Programs that only look like the real ones: a release is made in seconds.
WAF = f"""#!/bin/sh
mkdir -p bin/dist
cd bin/dist
echo >samba-sessiondel-{VERSION}.tar.xz
echo >"samba-sessiondel-{VERSION}-${{2##*/}}.tar.xz"
"""
PROGRAMS = {
    'waf': WAF,
    'packaging/debian-source':
        '#!/bin/sh\ntouch "$1/x.dsc" "$1/x.orig-samba-4-17.tar.xz"\n',
    'lintian': '#!/bin/sh\nexit 0\n',
}
TESTED = """
| Debian 12 | 4.17.12 | every test | at each change |
| Debian 13 | 4.22.11 | every test, all passed | 2026-12-01 |
| upstream's source | 4.18, 4.20 | the smoke tests | 2026-12-01 |
| Debian sid | 4.25.1 | not yet | |
"""
SOURCES = ('/samba-4.17', '/samba-4.22', '/samba-4.20')


class Maker:
    """A directory in which releases are made of a clone."""

    def __init__(self, clone, directory):
        self.clone = clone
        self.directory = directory
        for name, text in {**PROGRAMS, 'docs/testing.md': TESTED}.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.clone / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding='utf-8')
        path.chmod(0o755)

    def commit(self):
        for command in (('init', '-q'), ('add', '.'), (
                '-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-qm',
                'a')):
            subprocess.run(['git', '-C', self.clone, *command], check=True)

    def make(self, *arguments):
        return subprocess.run(
            [self.clone / 'packaging/release', *arguments], cwd=self.directory,
            capture_output=True, text=True, check=False,
            env={**os.environ,
                 'PATH': f'{self.clone}:{os.environ["PATH"]}'})

    def refuses(self, why, *arguments):
        """Whether it says why, and leaves nothing."""
        done = self.make(*arguments)
        return (done.returncode == 1 and why in done.stderr
                and not list(self.directory.iterdir()))


@pytest.fixture(name='maker')
def _maker(texts, tmp_path_factory):
    maker = Maker(texts, tmp_path_factory.mktemp('here'))
    maker.commit()
    return maker


def test_release_has_checksums_of_all_files(maker):
    done = maker.make('a/release/', *SOURCES)
    assert done.returncode == 0, done.stderr
    made = maker.directory / 'a/release'
    assert list((maker.directory / 'a').iterdir()) == [made]
    sums = (made / 'SHA256SUMS').read_text(encoding='utf-8').splitlines()
    assert len(sums) == 6
    assert {line.split()[1] for line in sums} | {'SHA256SUMS'} == {
        path.name for path in made.iterdir()}
    subprocess.run(['sha256sum', '--check', '--quiet', 'SHA256SUMS'], cwd=made,
                   check=True)
    again = maker.make('a/release', *SOURCES)
    assert again.returncode == 1
    assert f'{made} exists' in again.stderr
    assert len(list(made.iterdir())) == 7


@pytest.mark.parametrize('program, text, why', [
    ('waf', WAF + 'date +%N >other.tar.xz\n',
     'other.tar.xz is not the same in two runs'),
    ('waf', WAF + 'umask >other.tar.xz\n',
     'other.tar.xz is not the same in two runs'),
    ('waf', WAF + 'echo bad >&2; exit 1\n', 'bad'),
    ('packaging/debian-source', '#!/bin/sh\necho bad >&2; exit 1\n', 'bad'),
    ('lintian', '#!/bin/sh\nexit 2\n', 'lintian has complaints'),
], ids=['time', 'umask', 'waf', 'debian-source', 'lintian'])
def test_step_that_fails(maker, program, text, why):
    maker.write(program, text)
    maker.commit()
    assert maker.refuses(why, 'new', *SOURCES)


def test_release_of_what_it_should_not_have(maker):
    assert maker.refuses('which sources of Samba?', 'new')
    assert maker.refuses('does not say when 4.25 was tested', 'new',
                         '/samba-4.25')
    assert maker.refuses('does not say when 4.19 was tested', 'new',
                         '/samba-4.19')
    assert maker.refuses('two sources are of the same series', 'new',
                         '/samba-4.17', '/other/samba-4.17')
    (maker.clone / 'more').touch()
    assert maker.refuses('changes that are not committed', 'new', *SOURCES)


def test_sources_are_where_the_caller_is(maker):
    """The release is made in clones elsewhere."""
    maker.write('waf', '#!/bin/sh\necho "$@" >&2\nexit 1\n')
    maker.commit()
    for source, seen in (('samba.tar', f'{maker.directory}/samba.tar'),
                         ('/samba', '/samba'), ('', '')):
        assert maker.refuses(f'dist --samba-source={seen}\n', 'new', source)
