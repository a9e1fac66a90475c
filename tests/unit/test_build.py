# SPDX-License-Identifier: GPL-3.0-or-later
"""What the built files must and must not hold."""

import pathlib
import re
import subprocess

import pytest


def output_of(*command):
    return subprocess.run(command, check=True, encoding='utf-8',
                          stdout=subprocess.PIPE).stdout


@pytest.fixture(name='module')
def fixture_module(build_directory):
    return build_directory / 'sessiondel.so'


@pytest.fixture(name='torture')
def fixture_torture(build_directory):
    return build_directory / 'torture/smbtorture/netsessiondel.so'


def needed_libraries(path):
    return re.findall(r'\(NEEDED\).*\[(.*)\]',
                      output_of('readelf', '-d', '-W', path))


def version_needs(path):
    return re.findall(r'Version: \d+  File: (\S+)',
                      output_of('readelf', '-V', '-W', path))


@pytest.fixture(name='plain_build')
def fixture_plain_build(build_directory):
    if build_directory.name == 'sanitize':
        pytest.skip('sanitizers bring libraries of their own')


@pytest.mark.usefixtures('plain_build')
def test_module_needs_only_symbol_versions_of_libc(module):
    assert version_needs(module) == ['libc.so.6']


@pytest.mark.usefixtures('plain_build')
def test_module_is_linked_only_to_libc(module):
    assert needed_libraries(module) == ['libc.so.6']


@pytest.mark.usefixtures('plain_build')
def test_loader_is_linked_only_to_libc(build_directory):
    assert needed_libraries(build_directory / 'rpcd_sessiondel') == [
        'libc.so.6']


def exported_symbols(path):
    return [line.split()[-1] for line in
            output_of('nm', '-D', '--defined-only', path).splitlines()]


@pytest.mark.usefixtures('plain_build')
def test_module_exports_only_the_hooks(module):
    assert exported_symbols(module) == ['dcesrv_interface_register',
                                        'g_lock_lock']


@pytest.mark.usefixtures('plain_build')
def test_torture_suite_is_bound_to_no_samba(torture):
    assert version_needs(torture) == ['libc.so.6']
    assert needed_libraries(torture) == ['libc.so.6']
    assert exported_symbols(torture) == ['samba_init_module']


def test_module_binds_samba_symbols_at_their_first_use(module):
    assert not re.search(r'\bBIND_NOW\b|Flags:.*\bNOW\b',
                         output_of('readelf', '-d', '-W', module))


def undefined_symbols(path):
    """What a file takes from others: (kind, name), without libc's."""
    lines = output_of('nm', '-D', '--undefined-only', path).splitlines()
    return {tuple(line.split()) for line in lines if '@GLIBC' not in line}


def symbols_that_stay():
    lines = pathlib.Path(__file__).with_name(
        'samba_symbols.txt').read_text(encoding='utf-8').splitlines()
    return {line for line in lines if line and not line.startswith('#')}


@pytest.mark.usefixtures('plain_build')
def test_module_takes_only_symbols_that_stay(module):
    taken = {name for kind, name in undefined_symbols(module) if kind == 'U'}
    assert not taken - symbols_that_stay()


def test_module_loads_without_cluster_support(module):
    """Samba has this function only if it was built with clusters."""
    assert ('w', 'ctdbd_control_local') in undefined_symbols(module)
