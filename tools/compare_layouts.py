#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows which members of Samba's structs are elsewhere in another Samba.

A point release can move a member without changing the size of its struct, and
then the module's own checks do not notice. Run this before you say that a
module for one release serves another one.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from elftools.elf.elffile import ELFFile

TOP = pathlib.Path(__file__).resolve().parent.parent

MEMBER = re.compile(r'(?:->|\.)\s*([A-Za-z_]\w*)')

STRUCTS = ('DW_TAG_structure_type', 'DW_TAG_union_type')


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('samba', nargs=2, metavar='SAMBA',
                        help="a tree of Samba's source, or a module that was "
                             "built with one")
    try:
        before, after = (layout_of(pathlib.Path(samba).resolve())
                         for samba in parser.parse_args().samba)
    except subprocess.CalledProcessError:
        parser.error('the module cannot be built')
    moved = differences(before, after, names_in_our_code())
    for line in moved:
        print(line)
    print(f'{len(moved)} of the members that we use differ')
    return 1 if moved else 0


def names_in_our_code():
    """What we may use: each name behind a dot or an arrow."""
    return {name for path in (TOP / 'source').rglob('*.[ch]')
            for name in MEMBER.findall(path.read_text(encoding='utf-8'))}


def differences(before, after, names):
    """Where a member of that name is in one place before, and in another after.

    before, after: see members().
    """
    return [f'{struct}.{member}: {place(before, key)} -> {place(after, key)}'
            for key in sorted(before.keys() | after.keys())
            for struct, member in [key]
            if member in names and before.get(key) != after.get(key)]


def place(members_there, key):
    if key not in members_there:
        return 'missing'
    return '%d, %s bytes' % members_there[key]


def layout_of(samba):
    return members(samba) if samba.is_file() else members_with(samba)


def members_with(tree):
    """Those of the module, built with this source of Samba."""
    with tempfile.TemporaryDirectory(prefix='layouts-') as place_to_build:
        source = pathlib.Path(place_to_build, 'source')
        shutil.copytree(TOP, source,
                        ignore=shutil.ignore_patterns('bin', '.git'))
        subprocess.run([source / 'waf', 'configure', 'build',
                        '--targets=sessiondel', f'--samba-source={tree}'],
                       cwd=source, check=True, stdout=sys.stderr)
        return members(source / 'bin/sessiondel.so')


def members(module):
    """{(struct, member): (offset, size)} of a file with debugging information.

    A struct without a name belongs to the one that it is in.
    """
    found = {}
    with open(module, 'rb') as file:
        for unit in ELFFile(file).get_dwarf_info().iter_CUs():
            for entry in unit.iter_DIEs():
                if entry.tag in STRUCTS and 'DW_AT_name' in entry.attributes:
                    add_members(found, name_of(entry), entry, 0)
    return found


def add_members(found, struct, entry, start):
    for member in entry.iter_children():
        if member.tag != 'DW_TAG_member':
            continue
        offset = start + value_of(member, 'DW_AT_data_member_location', 0)
        held = real_type(member)
        if held.tag in STRUCTS and 'DW_AT_name' not in held.attributes:
            add_members(found, struct, held, offset)
        if 'DW_AT_name' in member.attributes:
            found[struct, name_of(member)] = offset, size_of(held)


def name_of(entry):
    return entry.attributes['DW_AT_name'].value.decode()


def value_of(entry, attribute, otherwise):
    if attribute not in entry.attributes:
        return otherwise
    return entry.attributes[attribute].value


def real_type(entry):
    """The type of a member, behind typedef, const and the like."""
    while True:
        entry = entry.get_DIE_from_attribute('DW_AT_type')
        if ('DW_AT_byte_size' in entry.attributes
                or 'DW_AT_type' not in entry.attributes
                or entry.tag == 'DW_TAG_array_type'):
            return entry


def size_of(entry):
    """In bytes; '?' where that is not said."""
    if entry.tag != 'DW_TAG_array_type':
        return value_of(entry, 'DW_AT_byte_size', '?')
    size = size_of(real_type(entry))
    for part in entry.iter_children():
        count = value_of(part, 'DW_AT_count', None)
        if count is None:
            last = value_of(part, 'DW_AT_upper_bound', None)
            count = 0 if last is None else last + 1
        size *= count
    return size


if __name__ == '__main__':
    sys.exit(main())
