#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a load and a hand-over cost, beside the distribution's kexec-tools in the same run.

    tests/bench/main.py --programs DIR [--only NUMBER,...] [--plot FILE]
    tests/bench/main.py --builds [--only NUMBER,...]        what such a run needs: machines, and "sizes" and "tests" as ./run knows them

DIR has MACHINE/kexec, as ./run build leaves them. Where time is measured the two take turns, and of each the least is taken: a busy
machine adds time and never takes any away. A table goes to standard output, with the ratio, the target and whether it was met, then a line
that counts; a figure that cannot be taken says why and is counted too. The exit status is 0 whatever the table says.
"""
import argparse
import dataclasses
import pathlib
import subprocess
import sys
from typing import Callable

sys.dont_write_bytecode = True

import contenders  # noqa: E402
import emulated  # noqa: E402
import host  # noqa: E402
import plot  # noqa: E402
import proved  # noqa: E402
import reservations  # noqa: E402
import sizes  # noqa: E402
from archive import ArchiveError  # noqa: E402
from figure import Missing, NotMeasured, count, table  # noqa: E402
from machine import TimeLimit  # noqa: E402

PLOT_SIZES = (4, 16, 64, 128, 256)  # MiB
PLOT_ROUNDS = 3
VERIFIED = "kexec -e to the first instruction of the next kernel, 128 MiB verified"
# What keeps a figure from being taken, and no others from it.
OBSTACLES = (NotMeasured, TimeLimit, ArchiveError, OSError, subprocess.CalledProcessError)


@dataclasses.dataclass(frozen=True)
class Group:
    """Figures that are taken together."""
    numbers: tuple
    what: str
    builds: tuple       # machines, and what else ./run has to build
    take: Callable      # (host.Host, emulated.Emulated) -> figures


GROUPS = (
    Group(("1",), "CPU time of a large load", ("x86_64",), lambda bench, _: [bench.cpu_figure("1", 256, 0.18)]),
    Group(("2",), "CPU time of a small load", ("x86_64",), lambda bench, _: [bench.cpu_figure("2", 16, 0.10)]),
    Group(("3",), "bytes hashed", ("x86_64",), lambda bench, _: [bench.hash_figure()]),
    Group(("4",), "memory of a load", ("x86_64",), lambda bench, _: bench.data_figures()),
    Group(("5", "14"), "loads on arm64", ("arm64",), lambda _, machines: machines.arm64_load_figures()),
    Group(("6",), "hand-over on arm64", ("arm64",), lambda _, machines: [machines.hand_over_figure("6", VERIFIED, "arm64", 128, 0.1)]),
    Group(("7",), "caches of arm64's purgatory", ("tests",), lambda *_: [proved.caches_figure()]),
    Group(("8",), "x86_64's purgatory in a process", ("x86_64",), lambda bench, _: [bench.purgatory_figure()]),
    Group(("8",), "hand-over on x86_64", ("x86_64",), lambda _, machines: [machines.hand_over_without_sha()]),
    Group(("9",), "hand-over on ppc64", ("ppc64",), lambda _, machines: [machines.hand_over_figure("9", VERIFIED, "ppc64", 128, 0.52)]),
    Group(("10",), "verification on s390x", ("s390x",), lambda _, machines: [machines.s390x_hash_figure()]),
    Group(("11",), "system calls", ("x86_64",), lambda bench, _: bench.call_figures()),
    Group(("12",), "crash load on arm64", ("arm64",), lambda _, machines: [machines.arm64_crash_figure()]),
    *(Group(("13",), f"placement on {name}", (name,), lambda _, machines, name=name: machines.placement_figures(name))
      for name in emulated.PLACEMENTS),
    Group(("15",), "start of the program", ("x86_64",), lambda bench, _: [bench.start_figure()]),
    *(Group(("15",), f"size of {size.name}", ("x86_64", "sizes"), lambda bench, _, size=size: [size.figure(bench.ours.program)])
      for size in sizes.SIZES),
    Group(("16",), "plans for giants", ("tests",), lambda *_: proved.giant_figures()),
    Group(("17",), "growth", ("x86_64",), lambda bench, _: bench.growth_figures()),
    *(Group(("18",), f"downtime{cpu.lacking}", ("x86_64",), lambda _, machines, cpu=cpu: [machines.first_line_figure(cpu)])
      for cpu in emulated.CPUS),
    Group(("19",), "downtime to /init", ("x86_64",), lambda _, machines: [machines.first_process_figure()]),
    *(Group(("20",), f"reservation on {name}", (name, "tests"),
            lambda _, machines, name=name: [reservations.figure(machines.laboratory, name)]) for name in reservations.SCENES),
)


def chosen(only):
    numbers = only.split(",") if only else []
    return [group for group in GROUPS if not numbers or set(numbers) & set(group.numbers)]


def taken(group, bench, machines):
    try:
        yield from group.take(bench, machines)
    except OBSTACLES as error:
        yield Missing("/".join(group.numbers), group.what, " ".join(str(error).split())[:200])


def measured(options):
    theirs, ours = contenders.both(options.programs / "x86_64" / "kexec")
    bench = host.Host(theirs, ours)
    machines = emulated.Emulated(options.programs, contenders.WORK / "machines")
    kernel = contenders.kernel()
    print(f"{theirs.version()}\n{ours.version()}\nkernel {kernel.name}, {kernel.stat().st_size} bytes\n", flush=True)
    for group in chosen(options.only):
        yield from taken(group, bench, machines)
    if options.plot:
        points = [(size, bench.cpu_time(size, PLOT_ROUNDS)) for size in PLOT_SIZES]
        options.plot.write_text(plot.drawing([(each.name, [(size, times[each]) for size, times in points]) for each in (theirs, ours)]))


def main():
    parser = argparse.ArgumentParser(usage="%(prog)s --programs DIR [--only NUMBER,...] [--plot FILE]")
    parser.add_argument("--programs", type=pathlib.Path)
    parser.add_argument("--builds", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--plot", type=pathlib.Path)
    options = parser.parse_args()
    if options.builds:
        print(" ".join(sorted({build for group in chosen(options.only) for build in group.builds} | {"x86_64"})))
        return
    figures = []
    for figure in measured(options):
        print(" | ".join(filter(None, figure.row())), file=sys.stderr, flush=True)
        figures.append(figure)
    print("\n".join([*table(figures), "", count(figures)]))


if __name__ == "__main__":
    main()
