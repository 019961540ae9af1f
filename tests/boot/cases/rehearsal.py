# SPDX-License-Identifier: GPL-2.0-or-later
"""kexec --test-vm on this host: it boots two kernels by itself, and says of a crash setup whether it works."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import time

import proof
import supplies
import emulator  # in tools/, which supplies makes importable
from machine import MACHINES, WITH_US
from proof import require

sys.path.insert(0, str(supplies.HERE.parent / "shim"))
import pretended  # noqa: E402  (in tests/shim)

LIMIT = 240     # seconds that the program gives its machine
EMULATORS = {"arm64": "qemu-aarch64", "ppc64": "qemu-ppc64le", "s390x": "qemu-s390x"}
# The program and the machine that it starts.
ALL_WITH_US = (*WITH_US, "unshare", "--mount-proc", "--fork", "--kill-child")
# What memory is filled with, for a crash kernel that has too little.
LARGE = 64 << 20


def command(bench, machine, settings, words):
    """The line that runs the program, behind the filter that keeps it from the kernel of this host."""
    sysfs = bench.directory / "sys-kernel"
    shutil.rmtree(sysfs, ignore_errors=True)
    pretended.sysfs(sysfs)
    program = [str(bench.programs / "kexec")]
    if machine.name != os.uname().machine:
        program.insert(0, EMULATORS[machine.name])
    return [supplies.shim(bench.directory), "--log", bench.directory / "calls", "--over", f"/sys/kernel={sysfs}", "--", *program,
            f"--test-vm={settings}", "-d", *words]


def read_text(path):
    return path.read_text(encoding="utf-8", errors="replace")


def run_line(bench, machine, settings, words):
    """(exit status, what it printed); the console is the case's."""
    bench.boots += 1
    line = [*ALL_WITH_US, *map(str, command(bench, machine, settings, words))]
    (bench.directory / "line").write_text(" ".join(line) + "\n", encoding="utf-8")
    started = time.monotonic()
    with open(bench.directory / "said", "wb") as said, open(bench.directory / "console", "wb") as console:
        process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=said, stderr=console)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    bench.seconds += time.monotonic() - started
    bench.core_seconds += usage.ru_utime + usage.ru_stime
    printed, shown = (read_text(bench.directory / name) for name in ("said", "console"))
    bench.console = shown.splitlines() + printed.splitlines()
    require(not (bench.directory / "calls").exists() or not (bench.directory / "calls").read_text().strip(),
            "a call reached the kernel of this host")
    return process.returncode, printed


def emulator_program(bench, machine):
    """The harness's own emulator as one program."""
    path = bench.directory / "emulator"
    path.write_text(f'#!/bin/sh\nexec {shlex.join(emulator.command(machine.name))} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
    return path


def setting_words(bench, machine, crash):
    memory = "2G" if machine.name == "ppc64" else "1G"
    return f"crash={crash},memory={memory},cpus=1,seconds={LIMIT},watch=5,emulator={emulator_program(bench, machine)}"


def second_initramfs(bench, machine, filler=b""):
    return bench.packed_initramfs(machine, "second", "say memory_cmdline_seen", {}, {"filler": filler} if filler else {})


def run_proven(bench, machine_name, version, action="-p"):
    """A load that works: the second kernel's own /init runs, and the peak of memory lies in what is reserved."""
    machine, word = MACHINES[machine_name], proof.nonce()
    kernel = supplies.kernel(machine, version)
    status, said = run_line(bench, machine, setting_words(bench, machine, machine.crash_low),
                            [action, kernel, f"--initrd={second_initramfs(bench, machine)}", f"--append=quiet nr_cpus=1 nonce={word}"])
    require(status == 0 and "proven: this load works" in said, f"it ended with {status}")
    require(any(f"nonce={word}" in line and "@@ cmdline" in line for line in bench.console),
            "the second kernel's own /init did not tell the command line")
    peak = re.search(r"^peak: (\d+) MiB of (\d+) MiB, (\d+) MiB to spare$", said, re.MULTILINE)
    require(peak and 0 < int(peak[1]) < int(peak[2]), "no peak of memory was told")
    require("there are no disks" in said, "what is missing was not told")
    return ["the second kernel's /init ran", f"peak {peak[1]} MiB of {peak[2]}"]


def run_too_small(bench, machine_name, version, crash):
    """A reservation that the kernel can be loaded into and cannot live in."""
    machine = MACHINES[machine_name]
    filler = second_initramfs(bench, machine, os.urandom(LARGE // 2))
    status, said = run_line(bench, machine, setting_words(bench, machine, crash),
                            ["-p", supplies.kernel(machine, version), f"--initrd={filler}", "--append=quiet nr_cpus=1"])
    require(status == 2, f"it ended with {status}, not with the status of a failed trial")
    require("kexec there:" not in said or "no room" not in said, "the load itself failed: nothing was tried")
    died = re.search(r"^it died: (.*)$|^for want of memory: (.*)$", said, re.MULTILINE)
    require(died and "try more memory" in said, "it was not said that memory was short")
    return [f"told: {died[1] or died[2]}"]
