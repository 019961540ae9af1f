#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Boots emulated machines and proves that kexec works in them.

    tests/boot/main.py [--programs DIR] [--full|--soak] [--only PATTERN] [--list] [--jobs 2] [--logs DIR]

DIR holds the programs to test, as ./run build leaves them: MACHINE/kexec and the others, linked statically. The last line is
`N passed, N failed, N skipped`; the exit status is 1 when something failed. Cells of the matrix that this run leaves out are printed
and counted as skipped.
"""
import argparse
import pathlib
import re
import signal
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import catalogue  # noqa: E402
from runner import Runner  # noqa: E402

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--programs", metavar="DIR", type=pathlib.Path, default=BUILD / "static",
                        help="where the programs to test are (default build/static)")
    parser.add_argument("--full", action="store_true", help="run every cell of the matrix")
    parser.add_argument("--soak", action="store_true", help="run the cases of endurance, which are in no other run, and no others")
    parser.add_argument("--quick", action="store_true", help="boot nothing, and count every cell as skipped")
    parser.add_argument("--only", metavar="PATTERN", help="run the cases, of all there are, whose name matches")
    parser.add_argument("--list", action="store_true", help="print what would run, and what would not")
    parser.add_argument("--jobs", type=int, default=2, help="boots at a time (default 2)")
    parser.add_argument("--logs", metavar="DIR", type=pathlib.Path, default=BUILD / "boot-logs",
                        help="where consoles are kept (default build/boot-logs)")
    return parser.parse_args()


def choose(options):
    """(cases to run, [(name, why not)])."""
    default, further, never = catalogue.tables()
    skipped = [(name, f"excluded: {reason}") for name, reason in never]
    if options.quick:
        return [], [(case.name, "--quick boots nothing") for case in default + further] + skipped
    if options.only or options.soak:
        known = catalogue.endurance_scenarios() if options.soak else default + further
        skipped = [] if options.soak else skipped
        wanted = [case for case in known if re.search(options.only or "", case.name)]
        others = [(case.name, "not asked for") for case in known if case not in wanted]
        return wanted, others + skipped
    if options.full:
        return default + further, skipped
    return default, [(case.name, "not in the pairwise cover; --full runs it") for case in further] + skipped


def print_skipped(skipped):
    for reason in sorted({reason for _, reason in skipped}):
        names = [name for name, why in skipped if why == reason]
        print(f"skipped, {reason} ({len(names)}):")
        for name in names:
            print(f"    {name}")


def boot(options, wanted):
    """(passed, failed, [(name, reason)] of what could not be had)."""
    logs = options.logs.resolve()
    logs.mkdir(parents=True, exist_ok=True)
    is_default = not (options.only or options.full or options.soak)
    runner = Runner(options.programs.resolve(), logs, options.jobs, is_default)
    runner.run(wanted)
    return runner.passed, runner.failed, runner.skipped


def main():
    # At once, and with all machines: the pool of threads would wait for its cases first.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    options = parse()
    wanted, skipped = choose(options)
    if options.list:
        print("\n".join(case.name for case in wanted))
        print_skipped(skipped)
        print(f"{len(wanted)} to run, {len(skipped)} skipped")
        return 0
    passed, failed, missing = boot(options, wanted) if wanted else (0, 0, [])
    skipped += missing
    print_skipped(skipped)
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
