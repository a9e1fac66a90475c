# SPDX-License-Identifier: GPL-3.0-or-later
"""What ./waf bench promises of its figures, with the smallest ones."""

import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import pytest

HERE = pathlib.Path(__file__).resolve().parent

NAMES = {"call", "walk_client", "walk_user", "walk_both", "close", "memory",
         "bystander", "untouched"}
WALKS = {"walk_client", "walk_user", "walk_both"}


@pytest.fixture(name="bench", scope="module")
def _bench(tmp_path_factory, build_directory):
    """Where the files of a run are, and what it has printed."""
    output = tmp_path_factory.mktemp("bench") / "bench.json"
    done = subprocess.run(
        [sys.executable, HERE / "bench.py", "--tiny", "--output", output],
        env={**os.environ, "SESSIONDEL_BUILD": str(build_directory)},
        stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return output, done.stdout


@pytest.fixture(name="figures")
def _figures(bench):
    return json.loads(bench[0].read_text())


def test_machine_and_date_are_told(figures):
    assert figures["machine"] and figures["date"]


def test_rows_are_those_promised(figures):
    assert {row["name"] for row in figures["rows"]} == NAMES


def test_each_row_tells_its_size_unit_and_medians(figures):
    for row in figures["rows"]:
        assert row["n"] > 0 and row["unit"] in ("us", "ms", "KiB")
        assert row["ours"] >= 0 and row["stock"] >= 0


def test_walks_alone_have_a_floor(figures):
    assert {row["name"] for row in figures["rows"]
            if row["floor"] is not None} == WALKS


def test_table_has_a_line_for_each_row(bench, figures):
    lines = [line for line in bench[1].splitlines() if line.startswith("| ")]
    assert len(lines) == len(figures["rows"]) + 2


def test_chart_is_drawn(bench):
    chart = xml.etree.ElementTree.parse(bench[0].with_suffix(".svg"))
    assert chart.getroot().tag == "{http://www.w3.org/2000/svg}svg"
