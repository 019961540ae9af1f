# SPDX-License-Identifier: GPL-2.0-or-later
"""A measured figure, and the table of them."""
import dataclasses

COLUMNS = ("#", "figure", "kexec-tools", "toolkit", "ratio", "target", "verdict")


@dataclasses.dataclass(frozen=True)
class Figure:
    number: str
    what: str
    theirs: str
    ours: str
    ratio: str
    target: str
    met: bool | None    # nothing: there is no target

    def verdict(self):
        return {True: "met", False: "MISSED", None: "reported"}[self.met]

    def row(self):
        return (self.number, self.what, self.theirs, self.ours, self.ratio, self.target, self.verdict())


class NotMeasured(Exception):
    """A figure that cannot be taken here: why."""


@dataclasses.dataclass(frozen=True)
class Missing:
    """What stands in the place of figures that were not taken."""
    number: str
    what: str
    why: str

    def row(self):
        return (self.number, f"{self.what}: {self.why}", "", "", "", "", "not measured")

    def verdict(self):
        return "not measured"


def count(figures):
    """The last line of a run."""
    verdicts = [figure.verdict() for figure in figures]
    return ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in ("met", "MISSED", "reported", "not measured"))


def ratio(ours, theirs):
    return f"{ours / theirs:.3f}" if theirs else ""


def table(figures):
    """As lines of Markdown, the columns aligned."""
    rows = [COLUMNS, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return lines
