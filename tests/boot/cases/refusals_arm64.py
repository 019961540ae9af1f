# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad input on arm64, all in one boot: device trees, uImages and zboot images that are damaged or meant for another machine."""
import struct

import supplies
from cases.refusals import Step, attempt_all
from machine import MACHINES

PREPARE = """\
head -c 1000 /sys/firmware/fdt >/work/short.dtb
cp /sys/firmware/fdt /work/lying.dtb
printf '\\001' | dd of=/work/lying.dtb bs=1 seek=4 conv=notrunc 2>/dev/null
head -c 100000 /kernel >/work/truncated
truncate -s 33G /work/huge-initrd
"""

STEPS = (
    Step("load", "kexec -l -c /kernel --initrd=/second --append=a", 0, loaded=1, crash=0, sentences=False),
    Step("load-crash", "kexec -p -c /kernel --initrd=/second --append=a", 0, sentences=False),
    Step("tree-truncated", "kexec -p -c /kernel --dtb=/work/short.dtb", 255, "/work/short.dtb"),
    Step("tree-lying", "kexec -p -c /kernel --dtb=/work/lying.dtb", 255, "/work/lying.dtb"),
    Step("tree-missing", "kexec -p -c /kernel --dtb=/absent", 1, "/absent"),
    Step("tree-by-file-call", "kexec -l -s /kernel --dtb=/work/lying.dtb", 255, "kexec_file_load takes no device tree"),
    Step("image-truncated", "kexec -p -c /work/truncated", 255, "the file ends inside"),
    Step("huge-initrd", "kexec -l -c /kernel --initrd=/work/huge-initrd", 1, "initrd"),
    Step("uimage-crc", "kexec -p -c /uimage-damaged", 255, "the CRC of the data"),
    Step("uimage-machine", "kexec -p -c /uimage-x86_64", 255, "x86_64.*arm64"),
    Step("zboot-size", "kexec -p -c /zboot-lying", 255, "payload"),
    Step("zboot-compression", "kexec -p -c /zboot-unknown", 255, "compress"),
)


def run(bench):
    machine = MACHINES["arm64"]
    return attempt_all(bench, machine, "small", PREPARE, STEPS, {}, damaged_kernels(machine))


def damaged_kernels(machine):
    """{path in the guest: bytes}. Where things lie in them: U-Boot's include/image.h; the kernel's zboot-header.S."""
    uimage = bytearray(supplies.kernel_form(machine, "small", "uImage.gz").read_bytes())
    zboot = supplies.kernel_form(machine, "small", "zboot").read_bytes()
    other = supplies.uimage_of(supplies.kernel(machine, "small"), "x86_64", "gz")
    uimage[-1] ^= 0xFF
    return {"uimage-damaged": bytes(uimage), "uimage-x86_64": other,
            "zboot-lying": zboot[:12] + struct.pack("<I", len(zboot)) + zboot[16:],
            "zboot-unknown": zboot[:24] + b"squeeze\0" + zboot[32:]}
