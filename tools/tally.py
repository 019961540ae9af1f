#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Adds up what the tiers of tests found.

    tools/tally.py meson TESTLOG STATUS TALLY   reads meson's testlog.json, adds a line per suite to the file TALLY
    tools/tally.py log NAME LOG STATUS TALLY    reads a log that ends in `N passed, N failed, N skipped`, adds a line
    tools/tally.py sum TALLY                    prints the lines and, last, the sum in that form; exit 1 on a failure

STATUS is what the program that wrote the log exited with: a program that failed without saying what counts as one
failure.

A Catch2 or unittest program counts its test cases, any other test counts as one. Failures and skips are named as
they are read, the skips with the last line the test wrote.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

SKIPPED = "77"  # meson's exit status of a test that could not run
SUMMARY = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", re.MULTILINE)
CATCH_ALL_PASSED = re.compile(r"^All tests passed \(.* in (\d+) test cases?\)", re.MULTILINE)
CATCH_MIXED = re.compile(r"^test cases:\s*(.*)$", re.MULTILINE)
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)


def catch_cases(output):
    """(passed, failed, skipped) as Catch2 2 or 3 reports it; None when the output is not Catch2's."""
    if found := CATCH_ALL_PASSED.search(output):
        return int(found[1]), 0, 0
    if found := CATCH_MIXED.search(output):
        words = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|skipped)", found[1])}
        return words.get("passed", 0), words.get("failed", 0), words.get("skipped", 0)
    return None


def unittest_cases(output):
    """(passed, failed, skipped) as Python's unittest reports it; None when the output is not its."""
    ran = UNITTEST_RAN.search(output)
    if not ran:
        return None
    words = {word: int(number) for word, number in re.findall(r"(failures|errors|skipped)=(\d+)", output)}
    failed = words.get("failures", 0) + words.get("errors", 0)
    skipped = words.get("skipped", 0)
    return max(int(ran[1]) - failed - skipped, 0), failed, skipped


def count_test(test):
    """(passed, failed, skipped) of one entry of meson's log; meson's verdict on the whole program is never lost."""
    output = (test.get("stdout") or "") + "\n" + (test.get("stderr") or "")
    if test["result"] == "SKIP":
        return 0, 0, 1
    good = test["result"] in ("OK", "EXPECTEDFAIL")
    passed, failed, skipped = catch_cases(output) or unittest_cases(output) or (int(good), int(not good), 0)
    if good and passed + failed + skipped == 0:
        return 0, 1, 0  # a program that ran no test at all has proven nothing
    return passed, max(failed, int(not good)), skipped


def suite_of(test):
    """The first suite in meson's `project:suite+suite / name`; `tests` for a test that is in none."""
    suites, slash, _ = test["name"].partition(" / ")
    return suites.rpartition(":")[2].partition("+")[0] if slash else "tests"


def last_line(test):
    """The last line a test wrote: for a skipped one, why."""
    lines = ((test.get("stdout") or "") + "\n" + (test.get("stderr") or "")).strip().splitlines()
    return lines[-1] if lines else "no reason given"


def add_line(tally, name, counts):
    with open(tally, "a", encoding="utf-8") as file:
        file.write(f"{name}\t{counts[0]}\t{counts[1]}\t{counts[2]}\n")


def read_meson(log, status, tally):
    """Add a line for each suite of meson's log; a log without a test is a failure."""
    suites = defaultdict(lambda: [0, 0, 0])
    text = Path(log).read_text(encoding="utf-8") if Path(log).exists() else ""
    for line in text.splitlines():
        test = json.loads(line)
        counts = count_test(test)
        suite = suite_of(test)
        suites[suite] = [total + new for total, new in zip(suites[suite], counts)]
        if test["result"] == "SKIP":
            print(f"skipped: {test['name']}: {last_line(test)}")
        elif counts[1]:
            print(f"failed: {test['name']} ({test['result']})")
    if not suites:
        print(f"failed: {log} names no test")
        suites["tests"] = [0, 1, 0]
    if status != "0" and not any(counts[1] for counts in suites.values()):
        print(f"failed: meson test ended with exit status {status}")
        suites["tests"][1] += 1
    for suite, counts in suites.items():
        add_line(tally, suite, counts)


def read_log(name, log, status, tally):
    """Add the counts of the log's last summary line; a log that has none is a failure."""
    found = SUMMARY.findall(Path(log).read_text(encoding="utf-8", errors="replace"))
    counts = [int(number) for number in found[-1]] if found else [0, 0, 0]
    is_well = status == "0" or (status == SKIPPED and counts[2] > 0)
    if not found or (not is_well and counts[1] == 0):
        lack = "naming no failure" if found else "without a summary"
        print(f"failed: {name} ended with exit status {status}, {lack}")
        counts[1] += 1
    add_line(tally, name, counts)


def print_sum(tally):
    """Print every tier and the sum; returns whether all is well."""
    total = [0, 0, 0]
    for line in Path(tally).read_text(encoding="utf-8").splitlines():
        name, *numbers = line.split("\t")
        counts = [int(number) for number in numbers]
        total = [old + new for old, new in zip(total, counts)]
        print(f"  {name:<16} {counts[0]:>6} passed {counts[1]:>5} failed {counts[2]:>5} skipped")
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return total[1] == 0 and total[0] > 0


def main(arguments):
    if arguments[:1] == ["meson"] and len(arguments) == 4:
        read_meson(*arguments[1:])
    elif arguments[:1] == ["log"] and len(arguments) == 5:
        read_log(*arguments[1:])
    elif arguments[:1] == ["sum"] and len(arguments) == 2:
        return 0 if print_sum(arguments[1]) else 1
    else:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
