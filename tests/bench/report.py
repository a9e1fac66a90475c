# SPDX-License-Identifier: GPL-3.0-or-later
"""How the figures are shown: as tables, and as a chart."""

import json
import shutil
import statistics
import subprocess

# admin: smbstatus, and smbcontrol with the pids that it shows.
COLUMNS = ("ours", "stock", "floor", "admin")

# The document in docs/ with the tables, and the lines around them there.
DOCUMENT = "benchmarks.md"
_BEGIN = "<!-- from here on by ./waf bench --publish -->"
_END = "<!-- to here by ./waf bench --publish -->"

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
    """Rounded to the digits that mean something; None for no values."""
    return None if not values else _rounded(statistics.median(values))


def quartiles(values):
    """The first and the third quartile."""
    if len(values) < 2:
        return [_rounded(values[0])] * 2
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return [_rounded(low), _rounded(high)]


def _rounded(value):
    return round(value, 1) if value >= 10 else round(value, 2)


def plain(row, column):
    """A figure."""
    return f"{row[column]:g} {row['unit']}"


def with_quartiles(row, column):
    """A figure, with its quartiles in brackets."""
    low, high = row["spread"][column]
    return f"{plain(row, column)} ({low:g} to {high:g})"


def as_text(figures, cell=plain):
    """The tables as lines of Markdown."""
    lines = [f"{figures['date']}, {figures['machine']}.", "",
             "| | n | | ours | stock | floor | smbstatus + smbcontrol "
             "| ours / stock | ours / floor |",
             "| --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |"]
    lines += [as_line(row, cell) for row in figures["rows"]]
    lines += ["", "| figure | must | is | at the floor |",
              "| --- | --- | ---: | ---: |"]
    lines += [f"| {' | '.join(must)} |" for must in musts(figures["rows"])]
    return "\n".join(lines)


def as_line(row, cell=plain):
    """One line of the first table."""
    cells = [row["name"], f"{row['n']:,}", row["what"],
             *("-" if row[column] is None else cell(row, column)
               for column in COLUMNS),
             _ratio(row["ours"], row["stock"]),
             _ratio(row["ours"], row["floor"])]
    return f"| {' | '.join(cells)} |"


def _ratio(value, other):
    return f"{value / other:.2f}" if value is not None and other else "-"


def _bound_of_stock(row):
    """What ours / stock may be at most, with durable handles and without."""
    if row["name"] == "close":
        return 0.8 if row["n"] >= 500 else 1.05
    if row["name"] == "call" and row["n"] >= 100 \
            and row["what"].startswith(("one matches", "ten match")):
        return 0.85
    return None


def musts(rows):
    """Figure, bound, value, and the value that the floor would have."""
    for row in rows:
        about = f"{row['name']}, {row['n']:,}"
        if row["name"] == "call" and row["n"] == 1:
            yield (f"{about}, {row['what']}: ours / stock", "<= 0.5",
                   _ratio(row["ours"], row["stock"]),
                   _ratio(row["floor"], row["stock"]))
        bound = _bound_of_stock(row)
        if bound:
            yield (f"{about}, {row['what']}: ours / stock", f"<= {bound:g}",
                   _ratio(row["ours"], row["stock"]), "-")
        if row["name"] in ("walk_client", "walk_user") \
                and row["n"] == max(other["n"] for other in rows):
            yield from _walk_musts(row, rows, about)
        if row["name"] == "close_name" and row["what"].endswith("DNS hangs"):
            other, = (other for other in rows if other is not row
                      and other["name"] == row["name"])
            yield (f"{about}, {row['what']}: ours / {other['what']}",
                   "<= 1.2", _ratio(row["ours"], other["ours"]), "-")
        if row["name"] == "memory":
            yield f"{about}: KiB", "< 1024", f"{row['ours']:g}", "-"
        if row["name"] == "bystander":
            walk = _find(rows, "walk_client", row["n"])
            yield (f"{about}: ms", f"<= 100, or the walk's {walk['ours']:g}",
                   f"{row['ours']:g}", "-")


def _walk_musts(row, rows, about):
    tenth = _find(rows, row["name"], row["n"] // 10)
    if tenth:
        yield (f"{about}: ours / ours of {tenth['n']:,}", "<= 11",
               _ratio(row["ours"], tenth["ours"]),
               _ratio(row["floor"], tenth["floor"]))
    yield (f"{about}: ours / floor", "<= 1.3",
           _ratio(row["ours"], row["floor"]), "1.00")
    yield (f"{about}: stock / ours", ">= 2",
           _ratio(row["stock"], row["ours"]),
           _ratio(row["stock"], row["floor"]))


def _find(rows, name, number):
    found = (row for row in rows if row["name"] == name
             and row["n"] == number)
    return next(found, None)


def write(figures, path):
    """Write the figures as JSON, and the chart next to it."""
    path.write_text(json.dumps(figures, indent=1) + "\n")
    write_chart(figures, path.with_suffix(".svg"))


def write_document(figures, path):
    """Replace the tables of a document that was published before."""
    before, rest = path.read_text().split(_BEGIN)
    _, after = rest.split(_END)
    path.write_text(before + document_part(figures) + after)


def document_part(figures):
    """The tables, between the lines that mark them in the document."""
    return f"{_BEGIN}\n{as_text(figures)}\n\n{_END}"


def write_chart(figures, path):
    """Draw the walks as an SVG, if gnuplot is installed."""
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
