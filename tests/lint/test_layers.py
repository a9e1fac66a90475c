# SPDX-License-Identifier: GPL-3.0-or-later
"""Each folder of source/ includes only what its README.md allows."""

import pathlib
import re

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
FOLDERS = sorted(path.relative_to(TOP)
                 for path in (TOP / 'source').rglob('*')
                 if path.is_dir() and any(path.iterdir()))

INCLUDE = re.compile(r'^#include ["<]([^">]+)[">]', re.MULTILINE)


def listed(folder, beginning):
    """The names in the paragraph of a README.md with this beginning."""
    readme = (TOP / folder / 'README.md').read_text(encoding='utf-8')
    paragraphs = [part for part in readme.split('\n\n')
                  if part.startswith(beginning)]
    return {name for part in paragraphs for name in re.findall('`([^`]+)`', part)}


def never_included(folder):
    """Beginnings of names that neither a folder nor those above it may have."""
    return {name for place in (folder, *folder.parents)
            if (TOP / place / 'README.md').exists() and place.parts
            for name in listed(place, 'Never includes')}


def included(folder):
    """(file, what it includes) for all files of a folder."""
    return [(path.name, name) for path in sorted((TOP / folder).glob('*.[ch]'))
            for name in INCLUDE.findall(path.read_text(encoding='utf-8'))]


def folder_of(folder, name):
    """Where an included file of ours is; None when it is not ours."""
    for place in (TOP / folder, TOP):
        if (place / name).is_file():
            return str((place / name).parent.relative_to(TOP))
    return None


@pytest.mark.parametrize('folder', FOLDERS, ids=str)
def test_folder_uses_only_what_it_may(folder):
    allowed = listed(folder, 'May use:') | {str(folder)}
    strangers = [(file, name) for file, name in included(folder)
                 if folder_of(folder, name) not in allowed | {None}]
    assert not strangers


@pytest.mark.parametrize('folder', FOLDERS, ids=str)
def test_folder_includes_nothing_that_it_must_not(folder):
    never = tuple(never_included(folder))
    assert not [(file, name) for file, name in included(folder)
                if never and name.startswith(never)]


def test_folders_use_each_other_in_one_direction_only():
    """No two folders may use each other, not even through other folders."""
    uses = {str(folder): listed(folder, 'May use:') for folder in FOLDERS}
    while uses:
        free = [folder for folder, used in uses.items()
                if not used & uses.keys()]
        assert free, f'these use each other: {uses}'
        for folder in free:
            del uses[folder]

def test_files_of_a_folder_include_each_other_in_one_direction_only():
    for folder in FOLDERS:
        uses = {}
        for file, name in included(folder):
            # a .c file and its header are one
            if folder_of(folder, name) == str(folder):
                uses.setdefault(file[:-2], set()).add(
                    pathlib.Path(name).stem)
        uses = {file: used - {file} for file, used in uses.items()}
        while uses:
            free = [file for file, used in uses.items()
                    if not used & uses.keys()]
            assert free, f'{folder}: these include each other: {uses}'
            for file in free:
                del uses[file]
