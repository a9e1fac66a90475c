# SPDX-License-Identifier: GPL-3.0-or-later
"""The commands that README.md and sessiondel-ctl(8) show, word for word."""

import re

from tree import TOP

BLOCK = re.compile(r"^```\n(.*?)^```$", re.M | re.S)
IN_A_SENTENCE = re.compile("`([^`]+)`")
EXAMPLE = re.compile(r"^\.Bd -literal.*?\n(.*?)^\.Ed$", re.M | re.S)


def block(words):
    """The one block of README.md with these words."""
    return _only(BLOCK.findall(_read("README.md")), words)


def command(words):
    """The one command in a sentence of README.md with these words."""
    sentences = BLOCK.sub("", _read("README.md"))
    return _only(set(IN_A_SENTENCE.findall(sentences)), words)


def manual_block(words):
    """The one example of sessiondel-ctl(8) with these words."""
    page = _read("docs/man/sessiondel-ctl.8").replace("\\&", "")
    page = page.replace("\\e", "\\")
    return _only(EXAMPLE.findall(page), words)


def _read(name):
    return (TOP / name).read_text(encoding="utf-8")


def _only(texts, words):
    found, = [text for text in texts if words in text]
    return found
