#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Records emulated machines for the tests: boots each, and writes what the command would see there to tests/machines.

    tools/record-machine.py BUILD-DIRECTORY [NAME...]

BUILD-DIRECTORY is one that meson made, for the machine that the names start with (build/work/s390x is one, where `./run test` has been);
without names all machines of RECORDINGS that are like this one are recorded again. What a recording
holds stands in tests/support/bundle.h. Addresses differ from boot to boot where the kernel places itself at random:
what is kept for a machine (UPDATE_EXPECTED=1 machine-tests) has to be brought up to date after recording it.
"""
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "boot"))

import initramfs  # noqa: E402
import machine  # noqa: E402
import supplies  # noqa: E402

TWO_NODES = (
    "-object", "memory-backend-ram,id=m0,size=1G", "-numa", "node,nodeid=0,cpus=0-1,memdev=m0",
    "-object", "memory-backend-ram,id=m1,size=1G", "-numa", "node,nodeid=1,cpus=2-3,memdev=m1",
)

THREE_NODES = tuple(word for number in range(3) for word in (
    "-object", f"memory-backend-ram,id=m{number},size=2G", "-numa", f"node,nodeid={number},memdev=m{number}"))
# Memory that may come and go, some of it there at boot: the tree lists it in blocks.
WITH_BLOCKS = ("-m", "2048,slots=4,maxmem=4G", "-object", "memory-backend-ram,id=d0,size=512M", "-device", "pc-dimm,id=dimm0,memdev=d0")

# Name: kernel version, and how its tests.boot.machine.Setup differs from the default.
RECORDINGS = {
    "x86_64-bios-1g": ("6.1", dict(firmware="bios", append="crashkernel=256M")),
    "x86_64-bios-1g-6.12": ("6.12", dict(firmware="bios")),
    "x86_64-uefi-1g": ("6.12", dict(firmware="uefi", append="crashkernel=256M")),
    "x86_64-uefi-1g-6.1": ("6.1", dict(firmware="uefi", append="crashkernel=256M add_efi_memmap")),
    "x86_64-above-4g": ("6.12", dict(firmware="bios", memory=6144, append="crashkernel=512M,high")),
    "x86_64-numa": ("6.1", dict(firmware="bios", memory=2048, processors=4, extra=TWO_NODES,
                                append="crashkernel=256M")),
    "ppc64-2g": ("6.1", dict(firmware="slof", memory=2048, processors=2, append="crashkernel=256M")),
    "ppc64-numa": ("6.12", dict(firmware="slof", memory=6144, processors=4, extra=THREE_NODES, append="crashkernel=512M")),
    "ppc64-blocks": ("6.12", dict(firmware="slof", memory=2048, cpu="hash", extra=WITH_BLOCKS, append="crashkernel=256M")),
    "ppc64-powernv": ("6.1", dict(firmware="opal", memory=2048, processors=2, append="crashkernel=256M")),
    "s390x-1g": ("small", dict(firmware="ipl", append="crashkernel=128M")),
    "s390x-6g": ("small", dict(firmware="ipl", memory=6144, processors=4, append="crashkernel=256M")),
    "s390x-1g-6.1": ("6.1", dict(firmware="ipl", append="crashkernel=128M")),
}

SCRIPT = """
mount -t debugfs debugfs /sys/kernel/debug
mount -t securityfs securityfs /sys/kernel/security
record-machine | say_lines recorded
"""


def record(name, program, directory):
    version, options = RECORDINGS[name]
    kind = machine.MACHINES[name.partition("-")[0]]
    initrd = directory / f"{name}.cpio"
    initrd.write_bytes(initramfs.build(kind, "record", SCRIPT, supplies.program_files(program, "record-machine")))
    setup = machine.Setup(kind, kernel=supplies.kernel(kind, version), initrd=initrd, **options)
    guest = machine.Guest(setup, directory / f"{name}.log")
    try:
        guest.wait("^@@ end", 120)
    finally:
        guest.stop()
    lines = guest.transcript().all("record", "recorded")
    if not lines:
        raise SystemExit(f"{name}: the machine printed no recording")
    (ROOT / "tests" / "machines" / f"{name}.machine").write_text("".join(line + "\n" for line in lines))
    print(f"{name}: {len(lines)} lines")


def main(arguments):
    if not arguments or any(name not in RECORDINGS for name in arguments[1:]):
        print(f"{__doc__}\nmachines: {' '.join(RECORDINGS)}", file=sys.stderr)
        return 2
    build = pathlib.Path(arguments[0]).resolve()
    subprocess.run(["ninja", "-C", build, "tests/support/record-machine"], check=True, stdout=sys.stderr)
    with tempfile.TemporaryDirectory() as directory:
        for name in arguments[1:] or [name for name in RECORDINGS if name.startswith("x86_64")]:
            record(name, build / "tests" / "support" / "record-machine", pathlib.Path(directory))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
