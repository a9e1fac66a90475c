# SPDX-License-Identifier: GPL-3.0-or-later
"""Links lead somewhere: between the documents, and from the code to them."""

import os
import pathlib
import re

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent

# A fenced block, or a span that ends in its own paragraph.
CODE = re.compile(
    r'^(?P<fence>```|~~~).*?^(?P=fence)|'
    r'(?P<tick>`+)(?:[^`\n]|\n(?!\n))+(?P=tick)',
    re.MULTILINE | re.DOTALL)
# [text](TARGET) and [name]: TARGET
LINK = re.compile(r'\]\(\s*<?([^)\s>]+)|^ {0,3}\[[^\]]+\]:\s+<?([^\s>]+)',
                  re.MULTILINE)
# [text][NAME] and [NAME]: target
USE = re.compile(r'\]\[([^\]]+)\]')
DEFINITION = re.compile(r'^ {0,3}\[([^\]]+)\]:\s', re.MULTILINE)
HEADING = re.compile(r'^#{1,6}\s+(.*?)[\s#]*$', re.MULTILINE)
ELSEWHERE = re.compile(r'[a-z][a-z0-9+.-]*:', re.IGNORECASE)

# Documents and manual pages, mentioned anywhere, such as in a comment.
MENTION = re.compile(
    r'(?<![\w/])docs/(?:[\w-]+/)*[\w-]+\.(?:md(?:#[\w-]*)?|[1-8]\b)')
# The number may be on the next line of a comment.
NUMBERED_RULE = re.compile(r'\bspec[\s*#]+\d')


def source_files():
    """All files except built ones. A copy of the source has no git to ask."""
    for directory, names, files in os.walk(TOP):
        names[:] = [name for name in names
                    if name not in ('bin', '__pycache__') and
                    (name == '.ci' or not name.startswith('.'))]
        yield from (pathlib.Path(directory, name) for name in files)


FILES = set(source_files())
DIRECTORIES = {directory for path in FILES for directory in path.parents
               if directory.is_relative_to(TOP)}


def read_texts():
    texts = {}
    for path in FILES:
        try:
            texts[path] = path.read_text(encoding='utf-8')
        except UnicodeDecodeError:
            pass
    return texts


TEXTS = read_texts()
DOCUMENTS = sorted(path for path in TEXTS if path.suffix == '.md')


def without_code(text):
    """The text with its code blanked, so that lines keep their numbers."""
    return CODE.sub(lambda code: re.sub(r'\S', ' ', code.group()), text)


def anchors(path):
    """The anchors of a document's headings, as GitHub makes them."""
    found = []
    # Only fences: a heading may have a code span.
    text = re.sub(r'^(```|~~~).*?^\1', '', TEXTS[path],
                  flags=re.MULTILINE | re.DOTALL)
    for heading in HEADING.findall(text):
        shown = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', heading)
        anchor = re.sub(r'[^\w\- ]', '', shown.lower()).replace(' ', '-')
        again = sum(1 for other in found
                    if re.fullmatch(re.escape(anchor) + r'(-\d+)?', other))
        found.append('%s-%d' % (anchor, again) if again else anchor)
    return found


def leads_somewhere(target, origin, base):
    name, has_anchor, anchor = target.partition('#')
    path = pathlib.Path(os.path.normpath(base / name)) if name else origin
    if has_anchor:
        return path in DOCUMENTS and anchor in anchors(path)
    return path in FILES | DIRECTORIES


def fail_if_any(places):
    """Each place is a file, its text, and a match in it."""
    lines = ['%s:%d: %s' % (path.relative_to(TOP),
                            text.count('\n', 0, match.start()) + 1,
                            ' '.join(match.group().split()))
             for path, text, match in places]
    if lines:
        pytest.fail('\n'.join(lines), pytrace=False)


def test_links_between_documents():
    broken = []
    for path in DOCUMENTS:
        text = without_code(TEXTS[path])
        for match in LINK.finditer(text):
            target = match.group(1) or match.group(2)
            if not ELSEWHERE.match(target) and \
                    not leads_somewhere(target, path, path.parent):
                broken.append((path, text, match))
    fail_if_any(broken)


def test_names_of_links_are_defined():
    broken = []
    for path in DOCUMENTS:
        text = without_code(TEXTS[path])
        defined = DEFINITION.findall(text)
        broken += [(path, text, match) for match in USE.finditer(text)
                   if match.group(1) not in defined]
    fail_if_any(broken)


def test_mentions_of_documents():
    fail_if_any((path, text, match) for path, text in TEXTS.items()
                for match in MENTION.finditer(text)
                if not leads_somewhere(match.group(), path, TOP))


def test_rules_are_cited_by_heading():
    """By docs/spec.md and a heading of it, not by a number."""
    fail_if_any((path, text, match) for path, text in TEXTS.items()
                for match in NUMBERED_RULE.finditer(text))
