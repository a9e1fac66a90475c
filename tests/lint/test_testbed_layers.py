# SPDX-License-Identifier: GPL-3.0-or-later
"""Each package of the test bed imports only what its docstring allows."""

import ast
import pathlib
import re

import pytest

TESTBED = pathlib.Path(__file__).resolve().parents[1] / 'testbed'
PACKAGES = sorted(path.parent for path in TESTBED.rglob('__init__.py'))
# They run the test bed, so they may use all of it.
MAIN = {'command.py', 'story.py'}


def allowed(package):
    """The packages that the docstring of a package names."""
    text = (package / '__init__.py').read_text(encoding='utf-8')
    names = re.search(r'^May use: (.*?)\.(?=\s|$)',
                      ast.get_docstring(ast.parse(text)), re.MULTILINE)[1]
    return set(re.findall(r'testbed[.\w]*', names)) | {name_of(package)}


def name_of(package):
    return '.'.join(package.relative_to(TESTBED.parent).parts)


def imported(module):
    """The packages of the test bed that a module imports from."""
    for node in ast.walk(ast.parse(module.read_text(encoding='utf-8'))):
        if isinstance(node, ast.ImportFrom) and node.module.startswith(
                'testbed'):
            for name in node.names:
                yield package_of(f'{node.module}.{name.name}')


def package_of(dotted):
    """The longest beginning of a dotted name that is a package."""
    parts = dotted.split('.')
    while not (TESTBED.parent.joinpath(*parts) / '__init__.py').exists():
        parts.pop()
    return '.'.join(parts)


@pytest.mark.parametrize('package', PACKAGES, ids=name_of)
def test_package_uses_only_what_it_may(package):
    strangers = [(module.name, name) for module in sorted(package.glob('*.py'))
                 if module.name not in MAIN
                 for name in imported(module) if name not in allowed(package)]
    assert not strangers
