# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of tools/compare_layouts.py."""

import subprocess
import sys

import pytest

BEFORE = """
struct part { int number; };
struct whole {
	long first;
	long second;
	struct { short inner; };
	union { long one; long two; } either;
	char text[3][4];
	struct part part;
	const struct part *link;
};
struct whole whole;
"""

# What a line of BEFORE becomes, and which members then differ.
CHANGES = {
    "nothing": ("", "", []),
    "members that change places": (
        "	long first;\n	long second;", "	long second;\n	long first;",
        ["whole.first: 0, 8 bytes -> 8, 8 bytes",
         "whole.second: 8, 8 bytes -> 0, 8 bytes"]),
    "a member that is gone": (
        "{ short inner; };", "{ short other; };",
        ["whole.inner: 16, 2 bytes -> missing"]),
    "another size in the same place": (
        "long two", "int two", ["whole.two: 24, 8 bytes -> 24, 4 bytes"]),
    "a longer array": (
        "text[3][4]", "text[4][3]", []),
    "a larger part": (
        "{ int number; }", "{ long number; }",
        ["part.number: 0, 4 bytes -> 0, 8 bytes",
         "whole.part: 44, 4 bytes -> 48, 8 bytes"]),
}

NAMES = {"first", "second", "inner", "two", "text", "part", "number"}


@pytest.fixture(name="tool")
def _tool(top_directory, monkeypatch):
    monkeypatch.syspath_prepend(str(top_directory / "tools"))
    import compare_layouts  # pylint: disable=import-outside-toplevel
    return compare_layouts


def compiled(source, path):
    subprocess.run(["cc", "-g", "-shared", "-x", "c", "-", "-o", path],
                   input=source, encoding="utf-8", check=True)
    return path


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_elsewhere_is_shown(tool, tmp_path, change):
    old, new, differ = CHANGES[change]
    before, after = (tool.members(compiled(source, tmp_path / name))
                     for name, source in {
                         "before.so": BEFORE,
                         "after.so": BEFORE.replace(old, new)}.items())
    assert tool.differences(before, after, NAMES) == differ


def test_module_is_as_itself(top_directory, build_directory):
    module = build_directory / "sessiondel.so"
    done = subprocess.run(
        [sys.executable, top_directory / "tools/compare_layouts.py", module,
         module], check=False, stdout=subprocess.PIPE, encoding="utf-8")
    assert (done.returncode, done.stdout) == (
        0, "0 of the members that we use differ\n")


def test_what_is_no_tree_of_samba_is_reported(top_directory, tmp_path):
    done = subprocess.run(
        [sys.executable, top_directory / "tools/compare_layouts.py", "nowhere",
         "nowhere"], cwd=tmp_path, check=False, stderr=subprocess.PIPE,
        encoding="utf-8")
    assert done.returncode == 2
    assert f"{tmp_path}/nowhere does not exist" in done.stderr
    assert "the module cannot be built" in done.stderr


def test_members_that_the_module_uses_are_found(tool, build_directory):
    found = {key for key in tool.members(build_directory / "sessiondel.so")
             if key[1] in tool.names_in_our_code()}
    assert found >= {("dcesrv_connection", "default_auth_state"),
                     ("dcesrv_call_state", "conn"),
                     ("auth_session_info", "security_token")}
