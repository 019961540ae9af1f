# SPDX-License-Identifier: GPL-2.0-or-later
"""The board: a crash kernel armed word for word as the guides of board vendors teach it, on a machine that a device tree describes.

The second way names a device tree file, one that lacks what a boot loader adds: the memory node.
"""
import subprocess

import matrix
from cases import crash
from machine import COMMON_OPTIONS, MACHINES
import emulator  # in tools/, which supplies makes importable

GUIDE = '--t vmlinux -p /root/var/vmlinux --ramdisk /root/var/ramdisk.img {tree} --append="root=/dev/ram0 maxcpus=1 {{more}}"'
PLACES = ("root/var/vmlinux", "root/var/ramdisk.img")
TREE = "root/var/board.dtb"
CELL = matrix.Cell("arm64", "crash", "dt", "small", "vmlinux", "-a", cpu="a57")


def run_guide(bench):
    return crash.crash(bench, CELL, GUIDE.format(tree=""), PLACES)


def described(bench):
    """The emulated board's own device tree, without what a boot loader adds."""
    machine = MACHINES[CELL.machine]
    tree = bench.write("board.dtb", b"")
    describe = ["-machine", f"dumpdtb={tree}", "-m", str(CELL.memory), "-display", "none"]
    subprocess.run([*emulator.command(machine.name), *machine.firmware["dt"], *machine.cpus[CELL.cpu], *COMMON_OPTIONS, *describe],
                   check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["fdtput", "-r", tree, "/memory@40000000", "/chosen"], check=True)
    return tree


def run_guide_with_tree(bench):
    tree = described(bench)
    return crash.crash(bench, CELL, GUIDE.format(tree="--dtb /" + TREE), PLACES, {TREE: tree})
