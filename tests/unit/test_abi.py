# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that were linked to the last release of the library still work.

source/client/smbsession-VERSION.abi is what abidw says of that release. It
describes the header and the exported functions, and nothing of Samba: it is
made of a small library that has a pointer to each of them.
"""

import platform
import re
import shutil
import subprocess

import pytest

from testbed.places import TOP

CLIENT = TOP / 'source' / 'client'
HEADER = (CLIENT / 'smbsession.h').read_text()
MAP = (CLIENT / 'smbsession.map').read_text()

# The exit status of abidiff.
CHANGED, INCOMPATIBLE = 4, 8

# Other compilers and versions of abidw describe the same in other words.
pytestmark = pytest.mark.skipif(
    shutil.which('abidiff') is None or platform.machine() != 'x86_64'
    or platform.freedesktop_os_release().get('VERSION_CODENAME') != 'bookworm',
    reason='needs abigail-tools, and Debian 12 on amd64')


def last_release():
    """The version that CHANGELOG.md has last; at first, the one to come."""
    released = re.search(r'^## \[([0-9.]+)\]',
                         (TOP / 'CHANGELOG.md').read_text(), re.M)
    return released.group(1) if released else re.search(
        "^VERSION = '(.*)'", (TOP / 'wscript').read_text(), re.M).group(1)


def pointers(header, exported):
    """A pointer to each struct of the header and each exported function."""
    functions = re.findall(r'^\t\t(\w+);', exported, re.M)
    structs = re.findall(r'^struct (\w+) \{', header, re.M)
    assert functions and structs
    return '\n'.join(
        ['#include "smbsession.h"']
        + [f'struct {name} *abi_{name};' for name in structs]
        + [f'__typeof__(&{name}) abi_{name};' for name in functions])


def describe(directory, header=HEADER, exported=MAP):
    """What abidw says of a library with these; a file."""
    (directory / 'smbsession.h').write_text(header)
    (directory / 'abi.c').write_text(pointers(header, exported))
    subprocess.run(['cc', '-g', '-shared', '-fPIC', 'abi.c', '-o', 'abi.so'],
                   cwd=directory, check=True)
    subprocess.run(['abidw', '--no-comp-dir-path', '--no-corpus-path',
                    '--no-show-locs', '--no-elf-needed', '--out-file',
                    'smbsession.abi', 'abi.so'], cwd=directory, check=True)
    return directory / 'smbsession.abi'


def difference(now):
    """What abidiff finds that is more than an addition; a text or None."""
    released = CLIENT / f'smbsession-{last_release()}.abi'
    assert released.exists(), f'copy {now} to {released}'
    done = subprocess.run(
        ['abidiff', '--no-added-syms', '--suppressions',
         CLIENT / 'smbsession.abignore', released, now],
        capture_output=True, text=True, check=False)
    assert done.returncode in (0, CHANGED, CHANGED | INCOMPATIBLE), done
    return done.stdout if done.returncode else None


def test_library_keeps_the_abi_of_the_last_release(build_directory):
    directory = build_directory / 'abi'
    directory.mkdir(exist_ok=True)
    changes = difference(describe(directory))
    if changes:
        pytest.fail(changes, pytrace=False)


def changed(old, new):
    assert HEADER.count(old) == 1
    return HEADER.replace(old, new)


@pytest.mark.parametrize('header', [
    changed('uint32_t user_flags;\n', 'uint32_t user_flags;\n\tint more;\n'),
    changed('SMBSESSION_TIMEOUT = 7,', 'SMBSESSION_TIMEOUT = 7, MORE = 8,'),
], ids=['entry', 'setting'])
def test_library_can_grow(tmp_path, header):
    assert difference(describe(tmp_path, header)) is None


def test_library_can_have_more_functions(tmp_path):
    assert difference(describe(
        tmp_path, changed('NET_API_STATUS NetSessionDel(',
                          'void more(void);\nNET_API_STATUS NetSessionDel('),
        MAP.replace('\t\tNetSessionDel;', '\t\tNetSessionDel;\n\t\tmore;')
        )) is None


@pytest.mark.parametrize('header', [
    changed('\tconst char *client_type;\n', ''),
    changed('\tuint32_t sesi10_idle_time;\n',
            '\tuint32_t sesi10_idle_time;\n\tint more;\n'),
    changed('\tuint32_t sesi1_time;\n', '\tuint64_t sesi1_time;\n'),
    changed('SMBSESSION_TIMEOUT = 7,', 'SMBSESSION_TIMEOUT = 8,'),
    changed('uint32_t prefmaxlen,', 'uint64_t prefmaxlen,'),
], ids=['entry', 'windows', 'type', 'setting', 'argument'])
def test_other_changes_are_noticed(tmp_path, header):
    assert difference(describe(tmp_path, header))


def test_function_that_is_gone_is_noticed(tmp_path):
    assert difference(describe(
        tmp_path, exported=MAP.replace('\t\tNetSessionDel;', '')))
