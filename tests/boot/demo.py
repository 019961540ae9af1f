#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Shows kexec at work in two emulated machines: one starts a second kernel, the other crashes and its log is read out of the dump.

    tests/boot/demo.py --kexec PROGRAM
"""
import argparse
import pathlib
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import initramfs  # noqa: E402
import proof  # noqa: E402
import supplies  # noqa: E402
from machine import MACHINES, Guest, Setup, TimeLimit  # noqa: E402

LIMIT = 180
KERNEL = "6.1"

REBOOT = """\
load -l /kernel --initrd=/second.cpio --reuse-cmdline --append="{word}"
kexec -e
"""

CRASH = """\
load -p /kernel --initrd=/capture.cpio --append="{command_line} nr_cpus=1"
echo c >/proc/sysrq-trigger
"""

CAPTURE = """\
say size "$(stat -c %s /proc/vmcore)"
/dump/loader --library-path /dump /dump/makedumpfile --dump-dmesg /proc/vmcore /tmp/log >/dev/null 2>&1
sed -n '/sysrq: Trigger a crash/,$p' /tmp/log | say_lines log
"""

# What is told while a machine runs: a pattern on the console, and the sentence for it.
STEPS = {
    "@@ stage first": "the first kernel is up",
    "@@ load_exit 0": "kexec has loaded the second kernel",
    "@@ stage (second|capture)": "the second kernel is up",
    "@@ end": "done",
}


def tell(text):
    print(f"   {text}", flush=True)


def run(setup, log):
    """Runs a machine to its end, telling each step; what its stages said."""
    started = time.monotonic()
    guest = Guest(setup, log)
    try:
        for pattern, sentence in STEPS.items():
            guest.wait(pattern, LIMIT)
            tell(f"{time.monotonic() - started:5.1f} s  {sentence}")
        return guest.transcript()
    except TimeLimit as limit:
        print(*guest.lines()[-40:], sep="\n")
        sys.exit(f"demo: {limit}")
    finally:
        guest.stop()


def start_second_kernel(machine, program, directory):
    image, word = supplies.kernel(machine, KERNEL), f"demo={proof.nonce()}"
    second = directory / "second.cpio"
    second.write_bytes(initramfs.build(machine, "second", ""))
    first = directory / "first.cpio"
    files = {**program, "kernel": image, "second.cpio": second}
    first.write_bytes(initramfs.build(machine, "first", REBOOT.format(word=word), files))
    said = run(Setup(machine, "bios", image, first), directory / "reboot.log")
    if word not in said.one("second", "cmdline"):
        sys.exit("demo: the second kernel has another command line than the one it was given")
    return said.one("second", "release"), word


def read_crash_log(machine, program, directory):
    image = supplies.kernel(machine, KERNEL)
    capture = directory / "capture.cpio"
    capture.write_bytes(initramfs.build(machine, "capture", CAPTURE, supplies.makedumpfile(machine)))
    first = directory / "first.cpio"
    files = {**program, "kernel": image, "capture.cpio": capture}
    first.write_bytes(initramfs.build(machine, "first", CRASH.format(command_line=machine.command_line()), files))
    said = run(Setup(machine, "bios", image, first, append=f"crashkernel={machine.crash_low}"), directory / "crash.log")
    log = said.all("capture", "log")
    if not any("sysrq triggered crash" in line for line in log):
        sys.exit("demo: the log in the dump does not tell of the crash")
    return log, int(said.one("capture", "size"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kexec", type=pathlib.Path, required=True, help="the program to show")
    program = supplies.program_files(parser.parse_args().kexec.resolve(), "kexec")
    machine = MACHINES["x86_64"]
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        print("1. An emulated x86_64 machine boots Debian's kernel; kexec loads it again and enters it.", flush=True)
        release, word = start_second_kernel(machine, program, directory)
        print("2. Another one loads a crash kernel, crashes, and the crash kernel reads the log out of /proc/vmcore.", flush=True)
        log, size = read_crash_log(machine, program, directory)
    print("\nThe end of the crashed kernel's log, as the dump holds it:")
    for line in log:
        print(f"   | {line}")
    print(f"\nWhat just happened: in the first machine Linux {release} was started by kexec, without firmware, with `{word}`"
          f"\non its command line. In the second machine Linux panicked; the kernel that kexec had put into reserved memory took over,"
          f"\nsaw the {size >> 20} MiB of the crashed one as /proc/vmcore, and read its last words, which are printed above.")


if __name__ == "__main__":
    main()
