# SPDX-License-Identifier: GPL-3.0-or-later
"""./waf bench prints and writes what it promises, in its shortest run."""

import json
import os
import pathlib
import subprocess
import sys
import xml.etree.ElementTree

import pytest

import report

HERE = pathlib.Path(__file__).resolve().parent
DOCS = HERE.parents[1] / "docs"

# The rows that have a floor begin with this.
VAIN = "nothing matches"

NAMES = {"call", "walk_client", "walk_user", "walk_both", "close", "close_name",
         "memory", "bystander", "untouched"}
WALKS = {"walk_client", "walk_user", "walk_both"}


@pytest.fixture(name="bench", scope="module")
def _bench(tmp_path_factory, build_directory):
    """The JSON file of a run, and the run's output."""
    output = tmp_path_factory.mktemp("bench") / "bench.json"
    done = subprocess.run(
        [sys.executable, HERE / "bench.py", "--tiny", "--output", output],
        env={**os.environ, "SESSIONDEL_BUILD": str(build_directory)},
        stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return output, done.stdout


@pytest.fixture(name="figures")
def _figures(bench):
    return json.loads(bench[0].read_text())


def test_machine_and_date_are_recorded(figures):
    assert figures["machine"] and figures["date"]


def test_rows_are_those_promised(figures):
    assert {row["name"] for row in figures["rows"]} == NAMES


def test_each_row_has_its_size_unit_and_medians(figures):
    for row in figures["rows"]:
        assert row["n"] > 0 and row["unit"] in ("us", "ms", "KiB")
        assert row["ours"] >= 0 and row["stock"] >= 0


def test_only_what_matches_nothing_has_a_floor(figures):
    for row in figures["rows"]:
        assert (row["floor"] is not None) == row["what"].startswith(VAIN)


def test_medians_are_within_their_quartiles(figures):
    for row in figures["rows"]:
        for column, (low, high) in row["spread"].items():
            assert low <= row[column] <= high


def test_table_has_a_line_for_each_row(bench, figures):
    lines = bench[1].split("\n\n")[1].splitlines()
    assert len(lines) == len(figures["rows"]) + 2


def test_bounds_are_shown_with_the_figures(bench):
    bounds = bench[1].split("\n\n")[2]
    for about in ("call, 1,", "close, ", "close_name, ", "walk_client, ", "walk_user, ",
                  "memory, ", "bystander, "):
        assert f"| {about}" in bounds


def test_chart_is_drawn(bench):
    chart = xml.etree.ElementTree.parse(bench[0].with_suffix(".svg"))
    assert chart.getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_document_has_the_figures_that_were_published():
    figures = json.loads((DOCS / "bench.json").read_text())
    assert report.document_part(figures) in (DOCS / report.DOCUMENT).read_text()


def test_publishing_replaces_the_figures_and_nothing_else(figures, tmp_path):
    published = (DOCS / report.DOCUMENT).read_text()
    document = tmp_path / report.DOCUMENT
    document.write_text(published)
    report.write_document(figures, document)
    assert report.document_part(figures) in document.read_text()
    report.write_document(json.loads((DOCS / "bench.json").read_text()),
                          document)
    assert document.read_text() == published
