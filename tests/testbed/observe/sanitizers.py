# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sanitizers found in the workers and loaders of a test."""

import functools
import os

from testbed import namespace

PLACE = namespace.ROOT / "sanitizers"

# For both sanitizers, which share a runtime.
_COMMON = {
    "log_path": PLACE / "report",
    "abort_on_error": 1,
    # Samba's own handlers would not say where it happened.
    "handle_segv": 2, "handle_sigbus": 2, "handle_sigfpe": 2,
}

_ADDRESS = {
    # Samba leaks some itself, and only valgrind says whose a leak is.
    "detect_leaks": 0,
    "detect_stack_use_after_return": 1,
}

_UNDEFINED = {"print_stacktrace": 1}


def active():
    """Whether the build under test is one of ./waf check --sanitize."""
    return "SESSIONDEL_SANITIZE" in os.environ


def environment():
    """The environment in which programs report what is found."""
    if not active():
        return {}
    _make_place()
    return {"ASAN_OPTIONS": _options(**_COMMON, **_ADDRESS),
            "UBSAN_OPTIONS": _options(**_COMMON, **_UNDEFINED),
            # The address sanitizer ends a process that uses it.
            "LDB_MODULES_DISABLE_DEEPBIND": "1"}


def take_reports():
    """The reports written since the last call, as one text."""
    texts = []
    for path in sorted(PLACE.glob("report.*")):
        texts.append(path.read_text(errors="replace"))
        path.rename(path.with_name(f"taken-{path.name}"))
    return "\n".join(texts)


@functools.lru_cache(maxsize=None)
def _make_place():
    """Writable for all: a worker reports as the user it is serving."""
    PLACE.mkdir(exist_ok=True)
    PLACE.chmod(0o1777)


def _options(**options):
    return ":".join(f"{name}={value}" for name, value in options.items())
