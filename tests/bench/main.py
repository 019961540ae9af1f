#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a load and a hand-over cost, beside the distribution's kexec-tools in the same run.

    tests/bench/main.py --programs DIR [--only NUMBER,...] [--plot FILE]
    tests/bench/main.py --machines [--only NUMBER,...]      the machines whose programs such a run needs

DIR has MACHINE/kexec, as ./run build leaves them. Where time is measured the two take turns, and of each the least is taken: a busy
machine adds time and never takes any away. A table goes to standard output, with the ratio, the target and whether it was met; the exit
status is 0 whatever the table says.
"""
import argparse
import dataclasses
import pathlib
import sys
from typing import Callable

sys.dont_write_bytecode = True

import contenders  # noqa: E402
import emulated  # noqa: E402
import host  # noqa: E402
import plot  # noqa: E402
from figure import table  # noqa: E402

PLOT_SIZES = (4, 16, 64, 128, 256)  # MiB
PLOT_ROUNDS = 3
VERIFIED = "kexec -e to the first instruction of the next kernel, 128 MiB verified"


@dataclasses.dataclass(frozen=True)
class Group:
    """Figures that are taken together."""
    numbers: tuple
    machines: tuple     # that have to be built for
    take: Callable      # (host.Host, emulated.Emulated) -> figures


GROUPS = (
    Group(("1",), ("x86_64",), lambda bench, _: [bench.cpu_figure("1", 256, 0.18)]),
    Group(("2",), ("x86_64",), lambda bench, _: [bench.cpu_figure("2", 16, 0.10)]),
    Group(("3",), ("x86_64",), lambda bench, _: [bench.hash_figure()]),
    Group(("4",), ("x86_64",), lambda bench, _: bench.data_figures()),
    Group(("5", "14"), ("arm64",), lambda _, machines: machines.arm64_load_figures()),
    Group(("6",), ("arm64",), lambda _, machines: [machines.hand_over_figure("6", VERIFIED, "arm64", 128, 0.1)]),
    Group(("8",), ("x86_64",), lambda bench, machines: [bench.purgatory_figure(), machines.hand_over_without_sha()]),
    Group(("9",), ("ppc64",), lambda _, machines: [machines.hand_over_figure("9", VERIFIED, "ppc64", 128, 0.52)]),
    Group(("11",), ("x86_64",), lambda bench, _: bench.call_figures()),
    Group(("12",), ("arm64",), lambda _, machines: [machines.arm64_crash_figure()]),
    Group(("13",), ("arm64", "ppc64", "s390x", "x86_64"), lambda _, machines: machines.all_placement_figures()),
    Group(("15",), ("x86_64",), lambda bench, _: [bench.start_figure()]),
    Group(("17",), ("x86_64",), lambda bench, _: bench.growth_figures()),
)


def chosen(only):
    numbers = only.split(",") if only else []
    return [group for group in GROUPS if not numbers or set(numbers) & set(group.numbers)]


def measured(options):
    theirs, ours = contenders.both(options.programs / "x86_64" / "kexec")
    bench = host.Host(theirs, ours)
    machines = emulated.Emulated(options.programs, contenders.WORK / "machines")
    kernel = contenders.kernel()
    print(f"{theirs.version()}\n{ours.version()}\nkernel {kernel.name}, {kernel.stat().st_size} bytes\n", flush=True)
    for group in chosen(options.only):
        yield from group.take(bench, machines)
    if options.plot:
        points = [(size, bench.cpu_time(size, PLOT_ROUNDS)) for size in PLOT_SIZES]
        options.plot.write_text(plot.drawing([(each.name, [(size, times[each]) for size, times in points]) for each in (theirs, ours)]))


def main():
    parser = argparse.ArgumentParser(usage="%(prog)s --programs DIR [--only NUMBER,...] [--plot FILE]")
    parser.add_argument("--programs", type=pathlib.Path)
    parser.add_argument("--machines", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    if options.machines:
        print(" ".join(sorted({machine for group in chosen(options.only) for machine in group.machines} | {"x86_64"})))
        return
    figures = []
    for figure in measured(options):
        print(f"figure {figure.number}: {figure.what}: {figure.ours} ({'met' if figure.met else 'MISSED'})", file=sys.stderr, flush=True)
        figures.append(figure)
    print("\n".join(table(figures)))


if __name__ == "__main__":
    main()
