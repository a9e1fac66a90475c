# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds of the module on a server, with a waf that only seems to build."""

import subprocess
import time

import pytest

SERIES = '4.25'
PROGRAMS = {
    'packaging/installed-samba': 'cat "$VERSION"',
    'waf': '''
cd "$(dirname "$0")"
mkdir bin
until [ -e "$GO" ]; do sleep 0.01; done
echo built >bin/sessiondel.so
printf '#!/bin/sh\\nexit 0\\n' >bin/rpcd_sessiondel
chmod 755 bin/rpcd_sessiondel'''}


class Builder:
    """The script in a source of its own, and where it installs."""

    def __init__(self, top, script):
        self.private = top / 'private'
        self.go = top / 'go'
        self.version = top / 'version'
        self.place = top / 'lib' / SERIES
        self.place.mkdir(parents=True)
        self.script = top / 'source/packaging/build-module'
        self.programs = top / 'programs'
        for name, text in PROGRAMS.items():
            self.write(top / 'source' / name, text)
        self.write(self.script, script.replace(
            'private=/var/cache/samba-sessiondel', f'private={self.private}'))

    @staticmethod
    def write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('#!/bin/sh\nset -eu\n' + text, encoding='utf-8')
        path.chmod(0o755)

    def start(self, *arguments, umask='022', version=SERIES + '.3'):
        self.version.write_text(version + '\n')
        return subprocess.Popen(
            ['sh', '-c', f'umask {umask}; exec "$0" "$@"', self.script,
             *arguments], env={'PATH': f'{self.programs}:/usr/bin:/bin',
                               'GO': str(self.go),
                               'VERSION': str(self.version)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding='utf-8')

    def build(self, *source, **how):
        return self.start(self.place.parent, '/worker', *source, **how)

    def remove(self):
        return self.start('--remove', self.place.parent)

    def wait_until_it_builds(self):
        while not list(self.private.glob('build.*/source/bin')):
            time.sleep(0.01)


def ends_well(process):
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    return said


@pytest.fixture(name='builder')
def _builder(top_directory, tmp_path):
    return Builder(tmp_path, (top_directory / 'packaging/build-module')
                   .read_text(encoding='utf-8'))


def test_removal_during_a_build(builder):
    """It waits, so that it neither fails nor leaves a module behind."""
    build = builder.build()
    builder.wait_until_it_builds()
    removal = builder.remove()
    assert removal.stdout.readline().startswith('Waiting until ')
    builder.go.touch()
    assert ends_well(build).endswith(f' for Samba {SERIES}.3\n')
    ends_well(removal)
    assert not builder.place.exists()
    assert not builder.private.exists()


def test_removal_after_a_build_that_was_killed(builder):
    for name in ('sessiondel.so', 'packaged', 'new', 'built.new'):
        (builder.place / name).write_text('of the package')
    ends_well(builder.remove())
    assert [path.name for path in builder.place.iterdir()] == ['sessiondel.so']


def test_module_is_trusted_with_any_umask(builder):
    builder.place.rmdir()
    builder.go.touch()
    ends_well(builder.build(umask='000'))
    for path in (builder.place, *builder.place.iterdir()):
        assert not path.stat().st_mode & 0o022, path


@pytest.mark.parametrize('waf', [
    PROGRAMS['waf'], PROGRAMS['waf'].replace('exit 0', 'exit 1'),
    PROGRAMS['waf'] + '\nexit 1'], ids=['fits', 'does not fit', 'is not built'])
def test_samba_is_upgraded_during_a_build(builder, waf):
    """If it fits, then the new Samba, whose modules have another place."""
    builder.write(builder.script.parents[1] / 'waf', waf)
    build = builder.build()
    builder.wait_until_it_builds()
    builder.version.write_text('4.26.0\n')
    builder.go.touch()
    said, _ = build.communicate(timeout=60)
    assert build.returncode == 1
    assert said.endswith(
        'sessiondel-ctl: Samba was replaced during the build; nothing was '
        'changed\nsessiondel-ctl: Run it again\n')
    assert not list(builder.place.iterdir())
    assert [path.name for path in builder.private.iterdir()] == ['lock']


def test_module_that_cannot_be_synced(builder):
    builder.write(builder.programs / 'sync', 'exit 1')
    builder.go.touch()
    build = builder.build()
    said, _ = build.communicate(timeout=60)
    assert build.returncode == 1
    assert said.endswith(f'cannot write to {builder.place}; nothing was '
                         'changed\n')
    assert not builder.place.exists()


def test_directory_that_cannot_be_synced(builder):
    """Then the module is there already."""
    builder.write(builder.programs / 'sync', '[ ! -d "$1" ]')
    builder.go.touch()
    said = ends_well(builder.build())
    assert f'Built {builder.place}/sessiondel.so for Samba ' in said
    assert f'cannot sync {builder.place}; a power failure can undo' in said


@pytest.mark.parametrize('version', ['4.26.0rc1', '5.0.1-Debian'])
def test_series_that_was_not_tried(builder, top_directory, version):
    """Stock Samba serves, unless somebody names a source."""
    assert f'Tested: Samba 4.17 to {SERIES},' in (
        top_directory / 'README.md').read_text(encoding='utf-8')
    builder.go.touch()
    build = builder.build(version=version)
    said, _ = build.communicate(timeout=60)
    assert (build.returncode, said) == (1, (
        f'sessiondel-ctl: nothing was built, because Samba {version} is newer '
        f'than {SERIES}\nsessiondel-ctl: If you want to try it, use '
        '--samba-source\n'))
    assert not list(builder.place.iterdir())
    ends_well(builder.build('/source', version=version))
