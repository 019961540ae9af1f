# SPDX-License-Identifier: GPL-2.0-or-later
"""Fast reboots: a second kernel is loaded and entered, and says on its own console what it found; ten of them in a row."""
import dataclasses
import re

import proof
import supplies
from cases import looks
from machine import MACHINES, Setup
from proof import require

LIMIT = 120     # seconds; a boot takes 10 on an idle machine
HOPS = 10

HOP_SCRIPT = """\
hop=$(sed -n 's/.*hop=\\([0-9]*\\).*/\\1/p' /proc/cmdline)
say stage "hop$hop"
say_memory
if [ "$hop" -ge {hops} ]; then finish; fi
case $hop in 0|1|3) next=/kernel ;; *) next=/small ;; esac
[ -e $next ] || next=/small
[ "$hop" -lt 4 ] || rm -f /kernel
cd /
{{ echo proc; echo sys; echo dev; echo dev/console; echo tmp; ls -A / | grep -vxE 'proc|sys|dev|tmp' |
    while read -r name; do find "$name"; done; }} |
    cpio -o -H newc >/tmp/next.cpio 2>/dev/null
case $hop in 1) call={other_call} ;; *) call=-c ;; esac
load -l $call -i $next --initrd=/tmp/next.cpio --append="{append} hop=$((hop + 1))"
kexec -e
"""


def is_planned_first(cell):
    """One cell of the default run: an image that is not packed, on the firmware that tells the most."""
    return cell.form == "bzImage32" and cell.firmware == "uefi"


def kernel_arguments(form):
    """How a form is given to kexec, and the name of the file that it is."""
    if form == "bzImage32":
        return "--entry-32bit", "bzImage"
    return "", form


def efi_modules(machine, cell):
    """What a stage needs to list the firmware's variables."""
    module = supplies.module(machine, cell.kernel, "efivarfs") if cell.firmware == "uefi" else b""
    return {"efivarfs.ko": module} if module else {}


def run_cell(bench, cell):
    """One cell of the matrix; a list of what it proved."""
    machine = MACHINES[cell.machine]
    options, form = kernel_arguments(cell.form)
    modules = efi_modules(machine, cell)
    second = bench.packed_initramfs(machine, "second", "say_memory\nsay_firmware", {}, modules)
    before, after = proof.nonce(), proof.nonce()
    words = f"{cell.call} {options} /kernel --initrd=/second.cpio --reuse-cmdline --append='nonce={after}'"
    plans = looks.plans(f"-l {words}") if is_planned_first(cell) else ""
    script = f"say_memory\nsay_firmware\n{plans}load -l {words}\nkexec -e"
    files = {**bench.program(), "kernel": supplies.kernel_form(machine, cell.kernel, form), "second.cpio": second}
    first = bench.initramfs(machine, "first", script, files, modules)
    setup = Setup(machine, cell.firmware, supplies.kernel(machine, cell.kernel), first, memory=cell.memory,
                  append=f"nonce={before}", cpu=cell.cpu)
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    return judge(said, cell, before, after)


def judge(said, cell, before, after):
    proof.require_loaded(said, "first", "loaded")
    require("second" in said.stages, "the second kernel never reached its initramfs")
    command_line = said.one("second", "cmdline")
    require(f"nonce={after}" in command_line, f"the second kernel's command line lacks what --append named: {command_line}")
    require(f"nonce={before}" in command_line, f"the second kernel's command line lacks the reused one: {command_line}")
    require(said.one("second", "release") == said.one("first", "release"), "the second kernel is of another release")
    sizes = [proof.ram_size(said.all(stage, "iomem")) for stage in ("first", "second")]
    require(sizes[0] == sizes[1], f"System RAM: {sizes[0]} bytes before, {sizes[1]} after")
    proof.require_firmware(said, "first", "second")
    proved = ["second kernel up", "both command lines", "RAM equal", f"{said.one('second', 'acpi')} ACPI tables"]
    if cell.firmware == "uefi":
        proved.append(f"{said.one('second', 'efi_variables')} EFI variables read")
    return proved + (looks.judge_plans(said) if is_planned_first(cell) else [])


def run_32_bit(bench):
    """A 32-bit vmlinux, as bzImages of Debian's i386 hold it, from a 64-bit kernel; its programs are of 32 bits as well."""
    machine = MACHINES["x86_64"]
    small = dataclasses.replace(machine, name="i386")
    word = proof.nonce()
    vmlinux = bench.write("vmlinux", supplies.vmlinux_of(supplies.kernel(small, "6.1").read_bytes()))
    second = bench.packed_initramfs(small, "second", "say_memory\nsay bits \"$(uname -m)\"")
    append = f"{machine.command_line()} nonce={word}"
    script = f"load -l /vmlinux --initrd=/second.cpio --append='{append}'\nkexec -e"
    first = bench.initramfs(machine, "first", script, {**bench.program(), "vmlinux": vmlinux, "second.cpio": second})
    setup = Setup(machine, machine.plain_firmware(), supplies.kernel(machine, "6.1"), first)
    said = bench.run(setup, LIMIT, r"@@ end|@@ load_exit [1-9]")
    proof.require_loaded(said, "first", "loaded")
    require("second" in said.stages, "the 32-bit kernel never reached its initramfs")
    require(f"nonce={word}" in said.one("second", "cmdline"), "the command line is not the one given")
    require(re.fullmatch("i[3-6]86", said.one("second", "bits")), f"the second kernel is one of {said.one('second', 'bits')}")
    return ["a 32-bit vmlinux up with its command line and initial ramdisk"]


def run_hops(bench, machine_name, kernel, hops=HOPS):
    """Every kernel loads the next, by both calls where it has them; memory is the same at the end as at the start.

    Debian's kernel and a small one: each kind starts itself and the other. The second hop is by the other call. None has a digest of
    ours (-i): the other reboots have it, and it takes an emulated machine long."""
    machine = MACHINES[machine_name]
    word = proof.nonce()
    script = HOP_SCRIPT.format(hops=hops, other_call=machine.other_call, append=f"{machine.command_line()} nonce={word}")
    image = supplies.kernel(machine, kernel)
    files = {**bench.program(), "small": supplies.kernel(machine, "small")}
    if kernel != "small":
        files["kernel"] = image
    first = bench.initramfs(machine, "hop", script, files)
    setup = Setup(machine, machine.plain_firmware(), image, first, append="hop=0")
    said = bench.run(setup, LIMIT * 3 * (hops // HOPS), r"@@ end|@@ load_exit [1-9]")
    reached = [stage for stage in said.order if stage.startswith("hop") and stage != "hop"]
    require(reached == [f"hop{number}" for number in range(hops + 1)], f"the stages were {' '.join(reached)}")
    require(f"nonce={word}" in said.all("hop", "cmdline")[-1], "the last kernel's command line is not the one given")
    sizes = [proof.ram_size(said.all(stage, "iomem")) for stage in reached]
    require(len(set(sizes)) == 1 and sizes[0] > 0, f"System RAM changed on the way: {sizes}")
    return [f"{hops} kernels in a row", f"System RAM {sizes[0]} bytes at both ends"]
