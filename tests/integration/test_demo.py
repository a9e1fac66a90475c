# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo runs as one command, and fails when anything goes wrong."""

import re
import subprocess

import pytest

from testbed import story
from testbed.servers.standalone import Server

COLUMNS = 80


@pytest.fixture(name="demo", scope="module")
def _demo(top_directory):
    return subprocess.run([top_directory / "tests" / "testbed" / "demo"],
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)


def test_demo_succeeds(demo):
    assert (demo.returncode, demo.stderr) == (0, "")
    assert demo.stdout.endswith(
        "\nAll as it should be. "
        "By hand: tests/testbed/testbed, see README.md.\n")


def test_demo_shows_the_difference(demo):
    plugin, _, stock = demo.stdout.partition("The same on stock Samba")
    for line in ("sop is a Server Operator: 0 NERR_Success",
                 "bob still reads his file: what bob wrote",
                 "alice's next request: STATUS_USER_SESSION_DELETED",
                 "nobody is left to match: 2312 NERR_ClientNameNotFound"):
        assert line in " ".join(plugin.split())
    for line in ("a Server Operator may not: 5 ERROR_ACCESS_DENIED",
                 "root may: 0 NERR_Success",
                 "not asked for: STATUS_CONNECTION_DISCONNECTED",
                 "nobody is left to match: 5 ERROR_ACCESS_DENIED"):
        assert line in " ".join(stock.split())


def test_readme_shows_what_the_demo_prints(demo, top_directory):
    """Except for the ids of sessions and smbds."""
    shown = re.search(r"^```\n(alice and bob share .*?)^```$",
                      (top_directory / "README.md").read_text(), re.M | re.S)[1]
    printed = without_ids(demo.stdout).splitlines()
    for line in without_ids(shown).splitlines():
        assert line in printed


def without_ids(text):
    return re.sub(r"0x[0-9a-f]{8}|[0-9]+$", "#", text, flags=re.M)


def test_demo_fits_a_terminal(demo):
    assert max(map(len, demo.stdout.splitlines())) <= COLUMNS


def test_demo_says_what_is_not_as_it_should_be():
    with Server(stock=True) as server:
        scene = story.Scene(server)
        story.with_plugin(scene)
    assert ("sop is a Server Operator: 5 ERROR_ACCESS_DENIED, "
            "not 0 NERR_Success") in scene.unexpected
    assert ("alice's next request: STATUS_SUCCESS, "
            "not STATUS_USER_SESSION_DELETED") in scene.unexpected


def test_demo_fails_when_anything_is_not_as_it_should_be(monkeypatch, capsys):
    def spoilt(scene):
        scene.line("this line", "was wrong", "was right")

    monkeypatch.setattr(story, "with_plugin", spoilt)
    monkeypatch.setattr(story, "on_stock", lambda scene: None)
    assert story.tell() == 1
    captured = capsys.readouterr()
    assert "not as it should be: this line: was wrong" in captured.err
    assert "All as it should be" not in captured.out
