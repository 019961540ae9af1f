# SPDX-License-Identifier: GPL-2.0-or-later
"""s390x: from a kernel of our own into Debian's, which has kexec_load alone, and out of it again; and what is refused there."""
import proof
import supplies
from cases import refusals
from cases.refusals import Step
from machine import MACHINES, Setup
from proof import require

LIMIT = 120     # seconds; a boot takes 5 on an idle machine
THERE = """\
say_memory
load -l -c /debian --initrd=/second.cpio --append="{append}"
kexec -e
"""
# Debian's 6.1 has memory hotplug, no kexec_file_load and no crash dump, for which crashkernel= reserves nothing.
BACK = """\
say_memory
say blocks "$(ls -d /sys/devices/system/memory/memory* | wc -l)"
kexec -p /small --append=a >/tmp/output 2>&1
say crash_exit $?
say_lines crash_said </tmp/output
load -l -a /small --initrd=/third.cpio --append="{append}"
kexec -e
"""


def run_debian(bench):
    machine = MACHINES["s390x"]
    debian, small = supplies.kernel(machine, "6.1"), supplies.kernel(machine, "small")
    elf = supplies.kernel_form(machine, "small", "vmlinux.gz")
    word = proof.nonce()
    append = f"{machine.command_line()} crashkernel={machine.crash_low} nonce={word}"
    third = bench.packed_initramfs(machine, "third", "say_memory")
    second = bench.packed_initramfs(machine, "second", BACK.replace("{append}", append),
                                    {**bench.program(), "small": elf, "third.cpio": third})
    first = bench.initramfs(machine, "first", THERE.replace("{append}", append),
                            {**bench.program(), "debian": debian, "second.cpio": second})
    said = bench.run(Setup(machine, machine.plain_firmware(), small, first), LIMIT, r"@@ end|@@ load_exit [1-9]")
    return judge(said, word)


def judge(said, word):
    for stage in ("first", "second"):
        proof.require_loaded(said, stage, "loaded")
    require(said.order == ["first", "second", "third"], f"the stages were {' '.join(said.order)}")
    require(said.one("second", "release").endswith("-s390x"), f"the second kernel is {said.one('second', 'release')}, not Debian's")
    require(said.one("third", "release") == said.one("first", "release"), "the third kernel is not the first")
    require(all(f"nonce={word}" in said.one(stage, "cmdline") for stage in ("second", "third")), "a command line is not the one given")
    sizes = [proof.ram_size(said.all(stage, "iomem")) for stage in said.order]
    reserved = sum(last - first + 1 for first, last in proof.ram_ranges(said.all("third", "iomem"), "Crash kernel"))
    require(sizes[0] == sizes[1] == sizes[2] + reserved, f"System RAM changed on the way: {sizes}, {reserved} reserved at the end")
    message = said.all("second", "crash_said")
    require(said.one("second", "crash_exit") == "1" and refusals.two_sentences(message) and "CONFIG_CRASH_DUMP" in " ".join(message),
            f"-p on a kernel without crash dump: exit {said.one('second', 'crash_exit')}: {' / '.join(message)}")
    return ["into Debian's kernel and out of it", "RAM equal", "-p refused there"]


PREPARE = """\
head -c 60000 /kernel >/work/short
head -c 66000 /kernel >/work/shorter-than-parameters
head -c 4096 /dev/urandom >/work/noise
truncate -s 200M /work/huge-initrd
long=$(head -c 4096 /dev/zero | tr '\\0' x)
"""
STEPS = (
    Step("load", "kexec -l -c /kernel --initrd=/second --append=a", 0, loaded=1, crash=0, sentences=False),
    Step("load-crash", "kexec -p -c /kernel --initrd=/second --append=a", 0, sentences=False),
    Step("short", "kexec -p -c /work/short", 255, "ends before the entry points"),
    Step("shorter", "kexec -p -c /work/shorter-than-parameters", 255, "ends before the parameter area"),
    Step("noise", "kexec -p -c /work/noise", 255, "it is none of: image, elf-s390x"),
    Step("inner-vmlinux", "kexec -p -c /vmlinux", 255, "no entry of its own"),
    Step("without-crash-dump", "kexec -p -c /debian", 255, "CONFIG_CRASH_DUMP"),
    Step("long-command-line", 'kexec -p -c /kernel --append="$long"', 255, "4096 characters; the kernel takes 4095"),
    Step("huge-initrd-p", "kexec -p -c /kernel --initrd=/work/huge-initrd --append=a", 1, "no room for the initrd"),
    Step("initrd-over-kernel", "kexec -l -c /kernel --initrd=/second --append=a --mem-max=0x7fffff", 1, "no room for the initrd"),
)


def run_bad_input(bench):
    machine = MACHINES["s390x"]
    built = supplies.small_kernel(machine)
    data = {"vmlinux": supplies.stripped(built / "vmlinux", machine)}
    return refusals.attempt_all(bench, machine, "small", PREPARE, STEPS, {"debian": supplies.kernel(machine, "6.1")}, data)
