"""The table of a comparison, and where the README holds it."""
import statistics
from pathlib import Path

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"
HEAD = ("| workload | link | rsync: wall s | CPU s | wire MB | godwit: wall | CPU | wire |",
        "|---|---|---|---|---|---|---|---|")


def median(runs, what):
    values = [getattr(run, what) for run in runs]
    return None if None in values else statistics.median(values)


def ratio(one, other):
    return "" if one is None else f"{other / one:.2f}" if one > 0 else "-"


def line(case, runs):
    """One row: rsync's medians, and godwit's as multiples of them."""
    rsync = {what: median(runs["rsync"], what) for what in ("wall", "cpu", "wire")}
    godwit = {what: median(runs["godwit"], what) for what in ("wall", "cpu", "wire")}
    wire = "" if rsync["wire"] is None else f"{rsync['wire'] / 1e6:.2f}"
    link = case.link + (f", {case.note}" if case.note else "")
    cells = [case.name, link, f"{rsync['wall']:.2f}", f"{rsync['cpu']:.2f}", wire,
             *(ratio(rsync[what], godwit[what]) for what in ("wall", "cpu", "wire"))]
    return "| " + " | ".join(cells) + " |"


def explained(cases, size, runs):
    """What the rows mean, for a reader of the README alone."""
    lines = [f"Medians of {runs} runs at size `{size}`, taken in turns; godwit's columns are multiples of rsync's (0.50: half). "
             "CPU is that of both ends together, wire what crossed the link both ways, login included.", "", "What the workloads are:"]
    for name, text in dict.fromkeys((case.name, case.workload.__doc__.splitlines()[0]) for case in cases):
        lines.append(f"- {name}: {text}")
    return lines


def write_readme(path, rows, cases, size, runs):
    """Replaces what stands between the markers; they are appended where they are missing."""
    text = Path(path).read_text(encoding="utf-8")
    block = "\n".join([BEGIN, *HEAD, *rows, "", *explained(cases, size, runs), END])
    if BEGIN in text:
        before, rest = text.split(BEGIN, 1)
        text = before + block + rest.split(END, 1)[1]
    else:
        text = text.rstrip("\n") + "\n\n" + block + "\n"
    Path(path).write_text(text, encoding="utf-8")
