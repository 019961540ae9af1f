# SPDX-License-Identifier: GPL-2.0-or-later
"""How long nothing runs: from `kexec -e` to the second kernel's first line, and to its /init, in instructions of an emulated machine.

The second kernel's clock begins when it starts to use the time stamp counter, in setup_arch(), right behind its first line. Its tracer is
told to keep the counter beside each line of the log, from which its first process finds the counter's value at the clock's zero.
"""
import gzip
import os
import re

import guest
import initramfs
import machine as machines
from figure import NotMeasured

NOISE = 16                      # MiB that no compression makes smaller
TEXT = 112                      # MiB, about 64 when they are compressed
MACHINE = "x86_64"
CPU = "max,-monitor,la57=off"   # the emulator's model has the SHA instructions
TRACED = "trace_event=printk:console trace_clock=x86-tsc"
MEMORY = 2048                   # MiB: two copies of everything, and a rest


def first_process(laboratory, name, data):
    """An initial ramdisk that the second kernel measures itself from, uncompressed, with further files: {path: bytes}."""
    machine = machines.MACHINES[MACHINE]
    archive = initramfs.base(machine)
    archive.add_file("init", guest.meter(machine, laboratory.directory).read_bytes(), 0o755)
    archive.add_character_device("dev/kmsg", 1, 11)
    for path, content in data.items():
        archive.add_file(path, content)
    path = laboratory.directory / name
    path.write_bytes(archive.finish())
    return path


def with_noise(laboratory):
    """The usual one, and 16 MiB on top that do not compress."""
    return first_process(laboratory, "noise.cpio", {"noise": os.urandom(NOISE << 20)})


def packed(laboratory):
    """One of about 64 MiB, by gzip."""
    path = first_process(laboratory, "text.cpio", {"text": os.urandom(TEXT << 19).hex().encode()})
    path.write_bytes(gzip.compress(path.read_bytes(), 1, mtime=0))
    return path


def downtime(laboratory, program, initrd, options="", cpu=CPU):
    """(instructions to the first line, instructions to /init)."""
    load = f"-l -c {options} --initrd=/second --reuse-cmdline --append='{TRACED}' /kernel"
    script = f"""{program.words} {load} >/tmp/output 2>&1 || say load_failed
say_lines load_said </tmp/output
meter leave {program.words} -e -x -y"""
    files = {"kernel": guest.kernel(MACHINE), "second": initrd}
    arrived, lines = laboratory.run(MACHINE, script, r"@@ arrived ([0-9a-f]{16})|@@ end", files, memory=MEMORY, extra=("-cpu", cpu))
    left, *clocks = (int(found[2], 16) for line in lines if (found := re.search(r"@@ (left|clock) ([0-9a-f]+)", line)))
    end = int(arrived[1] or "0", 16)
    first_line = next((clock for clock in clocks if left < clock < end), None)
    if not first_line:
        raise NotMeasured(f"{program.name} did not reach the second kernel's /init: {lines[-12:]}")
    return first_line - left, end - left
