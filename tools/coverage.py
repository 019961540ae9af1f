#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Which lines the tests that need no emulated machine run, for each folder, beside the floor that each had before.

    tools/coverage.py BUILD [--floor FILE]

BUILD was configured with -Db_coverage=true, and its tests have been run. The floor, tests/coverage-floor, has a line for each folder: its
name and a percentage. A folder below its floor is an error; one that is a whole per cent above it raises the floor in the file."""
import argparse
import json
import math
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("base", "machine", "image", "plan", "arch", "dump", "kexec")


def measured(build):
    """{folder: (lines that were run, lines)}"""
    words = ["gcovr", "--root", ROOT, "--object-directory", build, "--json-summary", "-", "--gcov-ignore-parse-errors", "-j",
             str(os.cpu_count())]
    words += [word for folder in FOLDERS for word in ("--filter", f"{ROOT}/{folder}/")] + [build]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    found = defaultdict(lambda: [0, 0])
    for file in json.loads(done.stdout)["files"]:
        folder = found[file["filename"].split("/")[0]]
        folder[0] += file["line_covered"]
        folder[1] += file["line_total"]
    return found


def read_floor(path):
    return {name: int(percent) for name, percent in re.findall(r"^(\w+) +(\d+)$", path.read_text(encoding="utf-8"), re.MULTILINE)}


def write_floor(path, floor):
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    path.write_text("\n".join(kept + [f"{name:<8} {floor[name]}" for name in FOLDERS]) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--floor", type=Path, default=ROOT / "tests/coverage-floor")
    options = parser.parse_args()
    floor, found, failed = read_floor(options.floor), measured(options.build.resolve()), 0
    print(f"{'folder':<10} {'lines':>7} {'run':>7} {'per cent':>9} {'floor':>6}")
    for name in FOLDERS:
        run, lines = found[name]
        percent = 100 * run / lines if lines else 0
        below = percent < floor[name]
        failed += below
        print(f"{name:<10} {lines:>7} {run:>7} {percent:>9.1f} {floor[name]:>6}{'  below its floor' if below else ''}")
        floor[name] = max(floor[name], math.floor(percent))
    write_floor(options.floor, floor)
    print(f"{len(FOLDERS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
