# SPDX-License-Identifier: GPL-3.0-or-later
"""What is built where something is missing."""

import os
import re
import shutil
import subprocess

import pytest


@pytest.fixture(name='source')
def _source(top_directory, tmp_path):
    """A copy that nobody has configured yet."""
    return shutil.copytree(top_directory, tmp_path / 'source',
                           ignore=shutil.ignore_patterns('bin', '.git'))


@pytest.fixture(name='tree')
def _tree(top_directory):
    """The source of Samba that is built with."""
    return (top_directory / 'bin/samba-tree').read_text(
        encoding='utf-8').splitlines()[0]


@pytest.fixture(name='chosen')
def _chosen(top_directory):
    """What --samba-source= said, if it was given."""
    return (top_directory / 'bin/samba-source').read_text(encoding='utf-8')


@pytest.fixture(name='waf')
def _waf(source, tree, chosen):
    """Runs waf there with the same source of Samba; what it says."""

    def run(*arguments, program='./waf', directory=source, **environment):
        return subprocess.run(
            [program, *arguments], cwd=directory, check=True,
            env={**os.environ, 'SESSIONDEL_CACHE': os.path.dirname(tree),
                 'SAMBA_SOURCE': chosen, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding='utf-8').stdout
    return run


@pytest.mark.parametrize('missing, named', [
    ({}, None),
    # As with upstream's Samba from 4.21 on.
    ({'PKG_CONFIG_LIBDIR': '/nonexistent'},
     'dcerpc ndr samba-credentials samba-hostconfig'),
    ({'PKG_CONFIG': '/nonexistent'}, 'pkg-config'),
], ids=['nothing', 'headers', 'pkg-config'])
def test_client_is_built_where_it_can_be(waf, missing, named):
    said = waf('configure', **missing)
    answer = re.search(r'^Building libsmbsession and smbsession *: (.*?) *$',
                       said, re.M)[1]
    built = set(waf('list', **missing).split()) & {'sessiondel', 'rpcd_sessiondel',
                               'libsmbsession', 'smbsession'}
    if named is None:
        assert answer == 'yes' and len(built) == 4
    else:
        assert answer.startswith(f'no: without {named}')
        assert built == {'sessiondel', 'rpcd_sessiondel'}


def test_client_is_not_built_with_headers_of_another_series(waf, tmp_path):
    """As where the module is built for another Samba than the host's."""
    (tmp_path / 'samba').mkdir()
    (tmp_path / 'samba/version.h').write_text(
        '#define SAMBA_VERSION_MINOR 999\n', encoding='ascii')
    (tmp_path / 'dcerpc.pc').write_text(
        'Name: dcerpc\nDescription: of another series\nVersion: 999\n'
        f'Cflags: -I{tmp_path}\n', encoding='utf-8')
    said = waf('configure', PKG_CONFIG_PATH=str(tmp_path))
    assert 'no: without public headers of Samba 4.' in said


@pytest.fixture(name='of_next_series')
def _of_next_series(tree, tmp_path):
    """The same source of Samba with another series in its VERSION."""
    (tmp_path / 'cache').mkdir()
    copy = tmp_path / 'cache/next'
    subprocess.run(['cp', '-as', tree, copy], check=True)
    version = (copy / 'VERSION').read_text(encoding='utf-8')
    (copy / 'VERSION').unlink()
    (copy / 'VERSION').write_text(
        re.sub('_MINOR=.*', '_MINOR=99', version), encoding='utf-8')
    return copy


def test_a_module_for_each_series(waf, tree, chosen, of_next_series):
    cache = of_next_series.parent
    (cache / os.path.basename(tree)).symlink_to(tree)
    (cache / 'another').symlink_to(tree)
    sources = [f'--samba-source={source}' for source in (
        chosen.partition("\n")[0], of_next_series, cache / 'another')]
    said = waf('configure', *sources, SESSIONDEL_CACHE=str(cache))
    assert re.search(f'^Also a module for Samba 4.99 *: {of_next_series}',
                     said, re.M)
    assert re.search(r'^Another source of Samba \S+ *: left out: ', said, re.M)
    assert 'series/4.99/sessiondel' in waf(
        'list', SESSIONDEL_CACHE=str(cache)).split()


@pytest.mark.parametrize('kept', ['', '/a', '\n/a', '/a\n', '/a\n\n/b\n'])
def test_sources_of_an_earlier_command(source, kept):
    """An empty line is the installed Samba, also at the end."""
    (source / 'bin').mkdir()
    (source / 'bin/samba-source').write_text(kept, encoding='utf-8')
    (source / 'packaging/bootstrap').write_text(
        '#!/bin/sh\nprintf %s "$SAMBA_SOURCE" >&2\nexit 1\n', encoding='utf-8')
    done = subprocess.run([source / 'waf', 'build'], check=False,
                          env={'PATH': os.environ['PATH']},
                          stderr=subprocess.PIPE, encoding='utf-8')
    assert done.stderr == kept


def test_what_is_not_a_source_of_samba(source, waf):
    with pytest.raises(subprocess.CalledProcessError) as failed:
        waf('configure', '--samba-source=docs')
    assert f'{source}/docs is not a Samba source tree' in failed.value.stdout
    assert not (source / 'bin').exists()


def test_configured_by_an_earlier_version(waf, source):
    """It had fewer options, and waf configures again with what it saved."""
    waf('configure')
    for place in (source, source / 'bin'):
        lock, = place.glob('.lock-waf*')
        saved = lock.read_text(encoding='utf-8')
        lock.write_text(re.sub(", '[a-z_]+': None", '', saved)
                        .replace('hash = b', 'hash = b"older" + b'),
                        encoding='utf-8')
    assert "'build' finished successfully" in waf('build', '--targets=common')


@pytest.mark.parametrize('place', ['.', 'source'])
def test_in_a_directory_of_a_configured_tree(source, waf, place):
    """As where a release is unpacked in bin/ of a clone."""
    waf('configure')
    inner = shutil.copytree(source, source / 'bin/inner',
                            ignore=shutil.ignore_patterns('bin', '.lock-waf*'))
    with pytest.raises(subprocess.CalledProcessError) as error:
        waf('list', program=inner / 'waf', directory=inner / place)
    assert 'The project was not configured' in error.value.stdout
