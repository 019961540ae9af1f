#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the instructions of plans for a machine with many ranges of memory, and for one with twice as many, and of all that is told of
such plans: what they cost may double.

Usage: giants_test.py EXTRAS_TESTS. The count is exact, whatever else the host does. Ends with 77 (skipped) without valgrind."""
import re
import shutil
import subprocess
import sys

PROGRAM = sys.argv[1]
EMULATED = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
# A square would give 4. What is searched for in a tree grows a little faster than its number.
LARGEST_GROWTH = 2.2
# For each range: three small files of the firmware's map, two lines of /proc/iomem, two entries of the plan.
MOST_PER_RANGE = 43_000


def instructions(what, machine):
    done = subprocess.run([*EMULATED, PROGRAM, f"[.{what}-{machine}]"], capture_output=True, text=True, timeout=600, check=True)
    return int(re.search(r"I +refs: +([0-9,]+)", done.stderr)[1].replace(",", ""))


def main():
    if not shutil.which("valgrind"):
        print("valgrind is not installed")
        return 77
    made = [instructions("made", machine) for machine in (1, 2)]
    for what in ("counted", "told"):
        one, two = (instructions(what, machine) - made[machine - 1] for machine in (1, 2))
        print(f"{what}: {one / 2000:.0f} instructions for each of 2000 ranges, {two / 4000:.0f} for each of 4000")
        assert two / one < LARGEST_GROWTH, f"{what}: twice the ranges take {two / one:.2f} times the instructions"
        assert what == "told" or two / 4000 < MOST_PER_RANGE, "more than before for each range"
    return 0


sys.exit(main())
