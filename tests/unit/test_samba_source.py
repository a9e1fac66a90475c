# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the source of Samba comes from, and what cannot be one."""

import email.utils
import hashlib
import os
import platform
import re
import shutil
import subprocess

import pytest

from testbed.places import TOP

RELEASE = platform.freedesktop_os_release().get('VERSION_CODENAME', 'sid')
BACKPORTS = RELEASE + '-backports'

# The real one takes a long time and needs most of a real source.
CONFIGURE = """#!/bin/sh
mkdir -p bin/default
echo configured >bin/default/config.h
"""


def make_source(directory, release):
    """What is looked at of a source, with that release in its VERSION."""
    for path, text in {
            'VERSION': ''.join(
                f'SAMBA_VERSION_{name}={number}\n' for name, number in
                zip(('MAJOR', 'MINOR', 'RELEASE'), release.split('.')))
                + 'SAMBA_VERSION_IS_GIT_SNAPSHOT=no\n',
            'third_party/waf/waflib/Scripting.py': '',
            'lib/replace/configure': CONFIGURE}.items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, encoding='utf-8')
    (directory / 'lib/replace/configure').chmod(0o755)
    return directory


def make_tarball(path, release):
    directory = make_source(path.parent / 'unpacked/samba', release)
    subprocess.run(['tar', '-C', directory.parent, '-cJf', path, 'samba'],
                   check=True)
    shutil.rmtree(directory.parent)
    return path


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


@pytest.fixture(name='samba_source')
def _samba_source(top_directory, tmp_path):
    """Runs the script with a cache of its own; the process that has ended."""
    def run(*arguments, **environment):
        return subprocess.run(
            [top_directory / 'packaging/samba-source', *arguments],
            env={**os.environ, 'SAMBA_SOURCE': '',
                 'SESSIONDEL_CACHE': str(tmp_path / 'cache'), **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8')
    run.cache = tmp_path / 'cache'
    return run


def names_in(cache):
    return {path.name for path in cache.iterdir()} - {'lock'}


def tree_of(done):
    assert done.returncode == 0, done.stderr
    tree = done.stdout.rstrip('\n')
    with open(tree + '/lib/replace/bin/default/config.h',
              encoding='utf-8') as file:
        assert file.read() == 'configured\n'
    return tree


def is_refused(done, samba_source, message):
    """It said that, and changed nothing."""
    assert (done.returncode, done.stdout) == (1, '')
    assert re.search(message, done.stderr), done.stderr
    assert not names_in(samba_source.cache)
    return True


class Archive:
    """An archive with the upstream tarball of a Samba, but without the rest."""

    def __init__(self, top, monkeypatch):
        self.top = top
        (top / 'sources').mkdir(parents=True)
        for name in ('state', 'cache'):
            (top / name / 'partial').mkdir(parents=True)
        (top / 'apt.conf').write_text(
            'Dir::Etc::sourcelist "/dev/null";\n'
            f'Dir::Etc::sourceparts "{top}/sources";\n'
            f'Dir::State::lists "{top}/state";\n'
            f'Dir::Cache "{top}/cache";\n', encoding='utf-8')
        monkeypatch.setenv('APT_CONFIG', str(top / 'apt.conf'))
        self.list_as('samba.list', f'deb [trusted=yes] file:{top} {RELEASE} main')

    def list_as(self, name, text):
        for path in (self.top / 'sources').iterdir():
            path.unlink()
        (self.top / 'sources' / name).write_text(text + '\n', encoding='utf-8')

    def add(self, suite, version, release=None, digest=None, damage=None,
            missing=False):
        """List a version in a suite.

        release: what the tarball has, instead of what its name says; digest:
        what the index says instead; damage: called with the tarball.
        """
        upstream = version.split('-')[0].partition(':')[2]
        tarball = make_tarball(self.top / f'samba_{upstream}.orig.tar.xz',
                               release or re.match('[0-9.]*', upstream)[0])
        if damage:
            damage(tarball)
        name = 'samba_' + version.partition(':')[2]
        files = [(digest or digest_of(tarball), tarball.stat().st_size,
                  tarball.name),
                 ('0' * 64, 1, f'{name}.dsc'),
                 ('0' * 64, 1, f'{name}.debian.tar.xz')]
        self.publish(suite, '\n'.join(
            ['Package: samba', 'Binary: samba', f'Version: {version}',
             'Architecture: any', 'Format: 3.0 (quilt)', 'Directory: .',
             'Checksums-Sha256:', *(' %s %d %s' % file for file in files)])
            + '\n')
        if missing:
            tarball.unlink()

    def publish(self, suite, text):
        index = self.top / 'dists' / suite / 'main/source/Sources'
        index.parent.mkdir(parents=True)
        index.write_text(text, encoding='utf-8')
        (self.top / 'dists' / suite / 'Release').write_text(
            f'Suite: {suite}\nCodename: {suite}\nComponents: main\n'
            f'Date: {email.utils.formatdate(usegmt=True)}\n'
            f'Architectures: all\nSHA256:\n {digest_of(index)} '
            f'{index.stat().st_size} main/source/Sources\n', encoding='utf-8')


def digest_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(name='archive')
def _archive(tmp_path, monkeypatch):
    return Archive(tmp_path / 'archive', monkeypatch)


def test_upstream_tarball_where_the_archive_has_no_more(samba_source, archive):
    installed = subprocess.run(
        ['dpkg-query', '-W', '-f', '${source:Version}', 'samba'], check=True,
        stdout=subprocess.PIPE, encoding='utf-8').stdout
    archive.add(RELEASE, installed)
    done = samba_source()
    assert tree_of(done) == f"{samba_source.cache}/{installed.partition(':')[2]}"
    assert re.search(r'^The archive has only samba_\S+\.orig\.tar\.xz of it,',
                     done.stderr, re.M)
    # The tree is used again, also when it is named.
    shutil.rmtree(archive.top)
    assert samba_source().stdout == done.stdout
    assert samba_source(tree_of(done)).stdout == done.stdout


ONE_LINE = 'deb [trusted=yes arch=amd64] file:{top} {release} main contrib'
DEB822 = """# of this machine
Types: deb
URIs: file:{top}
Suites: {release}-updates {release}
Components: main
Trusted: yes"""
SUITES_FIRST = """Suites:
 {release}
 {release}-updates
Types: deb
URIs: file:{top}
Components: main
Trusted: yes"""


@pytest.mark.parametrize('name, text', [
    ('debian.list', ONE_LINE), ('debian.sources', DEB822),
    ('debian.sources', SUITES_FIRST)],
    ids=['one line', 'deb822', 'deb822, suites first'])
def test_suite_beside_the_release(samba_source, archive, name, text):
    archive.list_as(name, text.format(top=archive.top, release=RELEASE))
    archive.add(BACKPORTS, '2:4.99.3+dfsg-1~bpo1+1')
    assert tree_of(samba_source('--suite', BACKPORTS)) == (
        f'{samba_source.cache}/4.99.3+dfsg-1~bpo1+1')


def test_suite_without_samba(samba_source, archive):
    archive.publish(BACKPORTS, '')
    done = samba_source('--suite', BACKPORTS)
    assert (done.returncode, done.stdout) == (0, '')
    assert done.stderr == f'apt finds no Samba in {BACKPORTS}\n'
    assert not names_in(samba_source.cache)


def test_suite_that_is_unreachable(samba_source, archive):
    """It is not one without Samba."""
    archive.list_as('samba.list', f'deb [trusted=yes] http://127.0.0.1:9/debian '
                                  f'{RELEASE} main')
    samba_source.cache.mkdir()
    assert is_refused(
        samba_source('--suite', BACKPORTS, http_proxy=''), samba_source,
        f'Cannot fetch the source of Samba {BACKPORTS}: ')


@pytest.mark.parametrize('fault, message', [
    ({'digest': 64 * '1'}, r'Hash Sum mismatch(.*\n)*Cannot fetch the source '
                           r'of Samba 2:4\.99\.3\+dfsg-1:'),
    ({'damage': cut}, r'Cannot unpack \S*orig\.tar\.xz\. Is it cut'),
    ({'missing': True}, r'Cannot fetch the source of Samba 2:4\.99\.3'),
    ({'release': '4.98.3'}, r'should be of Samba 4\.99\.3, but is of 4\.98\.3'),
], ids=['hash', 'cut', 'missing', 'series'])
def test_bad_tarball_in_the_archive(samba_source, archive, fault, message):
    archive.add(BACKPORTS, '2:4.99.3+dfsg-1', **fault)
    assert is_refused(samba_source('--suite', BACKPORTS), samba_source, message)


def test_tarball(samba_source, tmp_path):
    tarball = make_tarball(tmp_path / 'samba-4.99.3.tar.xz', '4.99.3')
    done = samba_source(tarball)
    tree = tree_of(done)
    assert 'Warning' not in done.stderr
    assert samba_source(tarball).stdout == done.stdout
    make_tarball(tarball, '4.99.3')
    other = tree_of(samba_source(tarball))
    assert other != tree
    assert names_in(samba_source.cache) == {os.path.basename(other)}


def test_link_to_a_tarball(samba_source, tmp_path):
    tarball = make_tarball(tmp_path / 'newest.tar.xz', '4.99.3')
    (tmp_path / 'link').symlink_to(tarball)
    tree = tree_of(samba_source(tmp_path / 'link'))
    make_tarball(tarball, '4.99.4')
    assert tree_of(samba_source(tmp_path / 'link')) != tree


def test_link_to_a_directory(samba_source, tmp_path):
    directory = make_source(tmp_path / 'samba', '4.99.3')
    (tmp_path / 'link').symlink_to(directory)
    tree = tree_of(samba_source(tmp_path / 'link'))
    assert tree_of(samba_source(directory)) == tree


@pytest.mark.parametrize('name, release, damage, message', [
    ('samba-4.99.3.tar.xz', '4.99.3', cut, 'Is it cut, damaged or not a tarball'),
    ('samba-4.99.3.tar.xz', '4.99.3',
     lambda path: path.write_text('It was moved.'), 'or not a tarball'),
    ('samba-4.99.tar.xz', '4.9.9', None, 'should be of Samba 4.99, but is of'),
    ('samba-4.99.3.tar.xz', '4.99.4', None, 'should be of Samba 4.99.3'),
], ids=['cut', 'text', 'series', 'release'])
def test_bad_tarball(samba_source, tmp_path, name, release, damage, message):
    tarball = make_tarball(tmp_path / name, release)
    if damage:
        damage(tarball)
    assert is_refused(samba_source(tarball), samba_source, message)


def test_directory_of_another_series(samba_source, tmp_path):
    directory = make_source(tmp_path / 'samba-4.98', '4.99.0')
    assert is_refused(samba_source(directory), samba_source,
                      'samba-4.98 should be of Samba 4.98, but is of 4.99.0')


def test_what_is_not_a_source(samba_source, tmp_path):
    (tmp_path / 'empty').mkdir()
    samba_source.cache.mkdir()
    assert is_refused(samba_source(tmp_path / 'empty'), samba_source,
                      'empty is not a Samba source tree')
    assert is_refused(samba_source(tmp_path / 'none'), samba_source,
                      'none does not exist')


def test_samba_that_dpkg_only_knows_by_name(samba_source, tmp_path):
    """Another package mentions it: dpkg-query succeeds and prints nothing."""
    program = tmp_path / 'programs/dpkg-query'
    program.parent.mkdir()
    program.write_text('#!/bin/sh\n', encoding='utf-8')
    program.chmod(0o755)
    (samba_source.cache / 'trees').mkdir(parents=True)
    done = samba_source(PATH=f'{program.parent}:{os.environ["PATH"]}')
    assert (done.returncode, done.stdout) == (1, '')
    assert done.stderr.startswith('Samba is not installed as a package\n')
    assert names_in(samba_source.cache) == {'trees'}


def test_a_fault_leaves_the_copy_of_before(samba_source, tmp_path):
    directory = make_source(tmp_path / 'mine', '4.99.3')
    tree = tree_of(samba_source(directory))
    (directory / 'lib/replace/configure').write_text(
        '#!/bin/sh\necho too bad; exit 1\n', encoding='utf-8')
    done = samba_source(directory)
    assert (done.returncode, done.stdout) == (1, '')
    assert 'too bad' in done.stderr
    assert names_in(samba_source.cache) == {os.path.basename(tree)}


@pytest.fixture(name='checkout')
def _checkout(tmp_path):
    directory = make_source(tmp_path / 'samba', '4.99.3')
    for command in (('init', '-q'), ('add', '.'), (
            '-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-qm', 'a')):
        subprocess.run(['git', '-C', directory, *command], check=True)
    return directory


def test_local_changes(samba_source, checkout):
    """They are built, because Samba may have them too, and are mentioned."""
    done = samba_source(checkout)
    tree = tree_of(done)
    assert 'Warning' not in done.stderr
    with open(checkout / 'VERSION', 'a', encoding='utf-8') as file:
        file.write('# mine\n')
    done = samba_source(checkout)
    assert tree_of(done) != tree
    assert f'Warning: {checkout} has local changes. The module fits only' in (
        done.stderr)


def test_snapshot(samba_source, tmp_path):
    directory = make_source(tmp_path / 'samba', '4.99.3')
    version = directory / 'VERSION'
    version.write_text(version.read_text(encoding='utf-8').replace(
        'SNAPSHOT=no', 'SNAPSHOT=yes'), encoding='utf-8')
    done = samba_source(directory)
    assert tree_of(done)
    assert f'Warning: {directory} is not a release. The module' in done.stderr


class Release:
    """An unpacked release, and components beside its source."""

    def __init__(self, top):
        self.top = top
        shutil.copytree(TOP / 'packaging', top / 'packaging')

    def add(self, name, release):
        source = make_source(self.top / name, release)
        files = [path.relative_to(source) for path in source.rglob('*')
                 if path.is_file()]
        (source / 'SHA256SUMS').write_text(''.join(
            f'{digest_of(source / file)}  {file}\n' for file in files))
        return source

    def run(self, program, *arguments, **environment):
        return subprocess.run(
            [self.top / 'packaging' / program, *arguments],
            env={**os.environ, 'SAMBA_SOURCE': '',
                 'SESSIONDEL_CACHE': str(self.top / 'cache'), **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding='utf-8')


@pytest.fixture(name='release')
def _release(tmp_path):
    return Release(tmp_path / 'release')


def series_installed():
    version = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', 'samba'],
                             check=True, stdout=subprocess.PIPE,
                             encoding='utf-8').stdout
    return re.search(r'(\d+\.\d+)\.', version)[1]


@pytest.mark.parametrize('name', ['samba-{}', 'samba-of-the-release'])
def test_component(release, name):
    release.add('samba-9.9', '9.9.1')
    series = series_installed()
    component = release.add(name.format(series), series + '.77')
    tree = tree_of(release.run('samba-source'))
    assert os.path.dirname(tree) == str(release.top / 'cache')
    with open(tree + '/VERSION', encoding='utf-8') as file:
        assert file.read() == (component / 'VERSION').read_text()


def test_component_of_each_series(release, tmp_path):
    """The installed one is first, and the chosen ones are the only ones."""
    series = series_installed()
    for name in ('3.1', series, '9.9'):
        release.add('samba-' + name, name + '.1')
    found = versions(release.run('bootstrap', 'configured', SAMBA_SOURCE=''))
    assert found == [series, '3.1', '9.9']
    chosen = make_source(tmp_path / 'mine', '8.8.8')
    assert versions(release.run('bootstrap', 'configured',
                                SAMBA_SOURCE=str(chosen))) == ['8.8']


def test_two_components_of_the_same_series(release):
    series = series_installed()
    names = ['samba-one', 'samba-two']
    for name in names:
        release.add(name, series + '.1')
    done = release.run('samba-source')
    assert (done.returncode, done.stdout) == (1, '')
    assert re.match('Remove one of these,\n', done.stderr)
    assert re.findall(r'(samba-\w+)/$', done.stderr, re.M) == names


def versions(done):
    assert done.returncode == 0, done.stderr
    return ['.'.join(re.findall(r'(?:MAJOR|MINOR)=(\d+)',
                                open(tree + '/VERSION').read()))
            for tree in done.stdout.splitlines()]


@pytest.mark.parametrize('damage', [
    lambda file: file.unlink(),
    lambda file: file.write_text('cut'),
])
def test_component_that_is_not_complete(release, damage):
    component = release.add('samba-component', series_installed() + '.1')
    damage(component / 'lib/replace/configure')
    for program in ('samba-source', 'bootstrap'):
        done = release.run(program, *['configured'] * (program == 'bootstrap'))
        assert (done.returncode, done.stdout) == (1, '')
        assert 'lib/replace/configure: FAILED' in done.stderr
        assert 'is not complete: unpack its tarball again' in done.stderr
    assert not names_in(release.top / 'cache')
