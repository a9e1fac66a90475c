# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds of the module on a server, with a waf that only seems to build."""

import subprocess
import time

import pytest

SERIES = '4.25'
PROGRAMS = {
    'packaging/installed-samba': 'echo "$VERSION"',
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
        self.place = top / 'lib' / SERIES
        self.place.mkdir(parents=True)
        self.script = top / 'source/packaging/build-module'
        for path, text in PROGRAMS.items():
            self._write(top / 'source' / path, '#!/bin/sh\nset -eu\n' + text)
        self._write(self.script, script.replace(
            'private=/var/cache/samba-sessiondel', f'private={self.private}'))

    @staticmethod
    def _write(path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding='utf-8')
        path.chmod(0o755)

    def start(self, *arguments, umask='022', version=SERIES + '.3'):
        return subprocess.Popen(
            ['sh', '-c', f'umask {umask}; exec "$0" "$@"', self.script,
             *arguments], env={'PATH': '/usr/bin:/bin', 'GO': str(self.go),
                               'VERSION': version},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding='utf-8')

    def build(self, *source, **how):
        return self.start(self.place.parent, '/worker', *source, **how)

    def remove(self):
        return self.start('--remove', self.place.parent)


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
    while not list(builder.private.glob('build.*/source/bin')):
        time.sleep(0.01)
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
