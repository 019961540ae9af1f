# SPDX-License-Identifier: GPL-2.0-or-later
"""A dump goes to a disk and is opened by gdb and crash: both show the way into the panic on a small kernel built with -g."""
import subprocess

import proof
import supplies
from machine import MACHINES, Setup
from proof import require

LIMIT = 120     # seconds; a boot takes 10 on an idle machine
DISK = 256 << 20
FRAMES = ("panic", "__handle_sysrq", "write_sysrq_trigger")

FIRST = """\
say_memory
load -p -c /kernel --initrd=/capture.cpio --append="{command_line} nr_cpus=1"
echo c >/proc/sysrq-trigger
"""

CAPTURE = """\
/dump/loader --library-path /dump /dump/makedumpfile -E -d 31 /proc/vmcore /tmp/dump >/tmp/output 2>&1
say makedumpfile_exit $?
say_lines makedumpfile_said </tmp/output
say dump_size "$(stat -c %s /tmp/dump)"
cat /tmp/dump >/dev/vda
sync
"""


def run(bench, machine_name):
    machine = MACHINES[machine_name]
    built = supplies.small_kernel(machine)
    image = built / machine.small_image
    disk = bench.directory / "dump"
    with open(disk, "wb") as file:
        file.truncate(DISK)
    capture = bench.packed_initramfs(machine, "capture", CAPTURE, supplies.makedumpfile(machine))
    files = {**bench.program(), "kernel": image, "capture.cpio": capture}
    first = bench.initramfs(machine, "first", FIRST.format(command_line=machine.command_line()), files)
    setup = Setup(machine, "bios", image, first, memory=512, append="crashkernel=160M",
                  extra=("-drive", f"file={disk},if=virtio,format=raw,cache=unsafe"))
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    proof.require_loaded(said, "first", "crash")
    require(said.one("capture", "makedumpfile_exit") == "0",
            "makedumpfile refused the dump: " + " / ".join(said.all("capture", "makedumpfile_said")))
    size = int(said.one("capture", "dump_size"))
    with open(disk, "r+b") as file:
        file.truncate(size)
    show_frames("gdb", ["gdb", "-nx", "-batch", "-ex", "bt", built / "vmlinux", disk], None)
    show_frames("crash", ["crash", "-s", built / "vmlinux", disk], "bt\nquit\n")
    disk.unlink()
    return [f"filtered dump of {size >> 10} KiB", "gdb and crash show the frames " + ", ".join(FRAMES)]


def show_frames(name, command, commands):
    done = subprocess.run(command, input=commands or "", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
    missing = [frame for frame in FRAMES if frame not in done.stdout]
    require(not missing, f"{name} shows no {' '.join(missing)}: {done.stdout[-1500:]}")
