# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures that programs of the tests count: they have no counterpart in kexec-tools."""
import re
import shutil
import subprocess

from contenders import ROOT
from figure import Figure, NotMeasured

BUILD = ROOT / "build" / "test"     # where ./run puts them
TURNS = 5


def said_by(command, pattern):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    found = re.search(pattern, done.stdout)
    if not found:
        raise NotMeasured(f"{command[0]} ended with status {done.returncode}: {done.stdout[-200:].strip()}")
    return found


def caches_figure():
    """arm64's purgatory on a bare machine, each of its instructions recorded."""
    emulator = shutil.which("qemu-system-aarch64")
    if not emulator:
        raise NotMeasured("qemu-system-aarch64 is not installed")
    blob = BUILD / "purgatory" / "purgatory-arm64"
    command = (ROOT / "tests/purgatory/arm64_caches.py", emulator, BUILD / "tests/purgatory/arm64_stage", f"{blob}.elf", f"{blob}.bin")
    found = said_by(command, r"16 MiB: (\d+) of (\d+) instructions with the caches off")
    share = int(found[1]) / int(found[2])
    return Figure("7", "arm64: instructions of the purgatory with the caches off, 16 MiB verified", "100 %", f"{share:.2%}",
                  f"{share:.4f}", "≤ 2 %", share <= 0.02)


def giant_figures():
    """Time of the CPU for a plan for a reboot and one for a crash, and memory for the larger; the machine's files are in memory."""
    command = (BUILD / "tests/extras/extras-tests", "[giant]")
    runs = [said_by(command, r"(\d+) ms for two plans, at most (\d+) KiB") for _ in range(TURNS)]
    least, memory = min(int(run[1]) for run in runs) / 2, int(runs[0][2])
    what = "a plan for 64 TiB in 30 000 ranges with 4096 CPUs"
    yield Figure("16", what, "fails", f"{least:.0f} ms", "", "< 300 ms", least < 300)
    yield Figure("16", f"{what}: memory beside the machine's files", "fails", f"{memory} KiB", "", "< 32 MiB", memory < 32 << 10)
