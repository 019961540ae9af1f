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
    met: bool

    def row(self):
        return (self.number, self.what, self.theirs, self.ours, self.ratio, self.target, "met" if self.met else "MISSED")


def ratio(ours, theirs):
    return f"{ours / theirs:.3f}" if theirs else ""


def table(figures):
    """As lines of Markdown, the columns aligned."""
    rows = [COLUMNS, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["| " + " | ".join(text.ljust(width) for text, width in zip(row, widths)) + " |" for row in rows]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return lines
