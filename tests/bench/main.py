#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What a load costs, beside the distribution's kexec-tools in the same run.

    tests/bench/main.py --kexec PROGRAM [--only NUMBER,...] [--plot FILE]

The two take turns, and of each the least is taken: a busy machine adds time and never takes any away. A table goes to standard output,
with the ratio, the target and whether it was met; the exit status is 0 whatever the table says.
"""
import argparse
import pathlib

import contenders
import host
import plot
from figure import table

PLOT_SIZES = (4, 16, 64, 128, 256)  # MiB
PLOT_ROUNDS = 3


def measured(options):
    theirs, ours = contenders.both(options.kexec)
    bench = host.Host(theirs, ours)
    groups = {
        "1": lambda: [bench.cpu_figure("1", 256, 0.18)],
        "2": lambda: [bench.cpu_figure("2", 16, 0.10)],
        "4": bench.data_figures,
        "11": bench.call_figures,
        "15": lambda: [host.start_figure(theirs, ours)],
        "17": bench.growth_figures,
    }
    kernel = contenders.kernel()
    print(f"{theirs.version()}\n{ours.version()}\nkernel {kernel.name}, {kernel.stat().st_size} bytes\n", flush=True)
    for number, figures in groups.items():
        if not options.only or number in options.only.split(","):
            yield from figures()
    if options.plot:
        points = [(size, bench.cpu_time(size, PLOT_ROUNDS)) for size in PLOT_SIZES]
        options.plot.write_text(plot.drawing([(each.name, [(size, times[each]) for size, times in points]) for each in (theirs, ours)]))


def main():
    parser = argparse.ArgumentParser(usage="%(prog)s --kexec PROGRAM [--only NUMBER,...] [--plot FILE]")
    parser.add_argument("--kexec", type=pathlib.Path, required=True)
    parser.add_argument("--only")
    parser.add_argument("--plot", type=pathlib.Path)
    print("\n".join(table(list(measured(parser.parse_args())))))


if __name__ == "__main__":
    main()
