#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""static_cost_test.py PROGRAM: how many instructions the static kexec of x86_64 takes to start, counted one by one by an emulator,
and how large it is. Both are the same on every run, so what they may be at most is known. Ends with 77 (skipped) without the emulator."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

MOST_INSTRUCTIONS = 60_000
MOST_BYTES = 2_874_384      # twice a static kexec-tools 2.0.32


def instructions(emulator, program):
    """User instructions of `program -v`."""
    with tempfile.TemporaryDirectory() as directory:
        log = pathlib.Path(directory, "log")
        subprocess.run([emulator, "-singlestep", "-d", "nochain,exec", "-D", log, program, "-v"], check=True, stdout=subprocess.DEVNULL)
        return sum(line.startswith("Trace") for line in log.read_text(encoding="ascii", errors="replace").splitlines())


def main():
    program, emulator = sys.argv[1], shutil.which("qemu-x86_64")
    if not emulator:
        print("   skipped, qemu-x86_64 is not installed (Debian: qemu-user): 1 check")
        return 77
    count, size = instructions(emulator, program), os.path.getsize(program)
    print(f"   {program} starts in {count} instructions and has {size} bytes")
    return 0 if count <= MOST_INSTRUCTIONS and size <= MOST_BYTES else 1


sys.exit(main())
