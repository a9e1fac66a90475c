# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures look like: a table for people, and a chart."""

import shutil
import statistics
import subprocess

# admin: smbstatus, and smbcontrol with what it tells.
COLUMNS = ("ours", "stock", "floor", "admin")

_WALKS = (("walk_client", "ours", "ours, by client"),
          ("walk_user", "ours", "ours, by user"),
          ("walk_client", "stock", "stock Samba, by client"),
          ("walk_user", "floor", "bare dbwrap_traverse_read"))

_GNUPLOT = """\
set terminal svg size 640,400 dynamic font "sans-serif,13"
set output "{path}"
set title "One call that matches nothing"
set xlabel "sessions in the table"
set ylabel "milliseconds"
set logscale xy
set grid
set key left top
plot {plots}
{data}
"""


def median(values):
    """Rounded to what can be believed; None for no values."""
    return None if not values else _rounded(statistics.median(values))


def quartiles(values):
    """The first and the third one."""
    if len(values) < 2:
        return [_rounded(values[0])] * 2
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return [_rounded(low), _rounded(high)]


def _rounded(value):
    return round(value, 1) if value >= 10 else round(value, 2)


def as_text(figures):
    """The table as lines of Markdown, with the quartiles in brackets."""
    lines = [f"{figures['date']}, {figures['machine']}", "",
             "| | n | | ours | stock | bare walk | smbstatus + smbcontrol "
             "| ours / stock | ours / bare |",
             "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    return "\n".join(lines + [as_line(row) for row in figures["rows"]])


def as_line(row):
    """One line of it."""
    cells = [row["name"], f"{row['n']:,}", row["what"],
             *(_cell(row, column) for column in COLUMNS),
             _ratio(row, "stock"), _ratio(row, "floor")]
    return f"| {' | '.join(cells)} |"


def _cell(row, column):
    if row[column] is None:
        return "-"
    low, high = row["spread"][column]
    return f"{row[column]:g} {row['unit']} ({low:g} to {high:g})"


def _ratio(row, column):
    return f"{row['ours'] / row[column]:.2f}" if row[column] else "-"


def write_chart(figures, path):
    """Draw the walks as an SVG, where there is gnuplot."""
    if not shutil.which("gnuplot"):
        print("No chart: gnuplot is not installed (Debian's gnuplot-nox)")
        return
    plots = ", ".join(f"'-' with linespoints linewidth 2 title '{title}'"
                      for _, _, title in _WALKS)
    data = "\n".join(
        "".join(f"{row['n']} {row[column]}\n" for row in figures["rows"]
                if row["name"] == name) + "e"
        for name, column, _ in _WALKS)
    subprocess.run(["gnuplot"], check=True, encoding="utf-8",
                   input=_GNUPLOT.format(path=path, plots=plots, data=data))
