# SPDX-License-Identifier: GPL-2.0-or-later
"""kdumpctl test --vm and estimate --measure, run in a directory with a Debian: its kernel and modules, a configuration, a /sys with a disk.
The machine that they emulate is real; nothing reaches the kernel of this host."""
import dataclasses
import os
import re
import shutil
import subprocess
import time

import capturing
import debian
import disks
import emulator  # in tools/, which supplies makes importable
import installed
import supplies
from machine import MACHINES, WITH_US
from proof import require

PROGRAMS = ("kexec", "kdumpctl", "kdump-capture")


@dataclasses.dataclass(frozen=True)
class Emulated:
    """QEMU's programs for a machine, and for its programs; the Debian's makedumpfile is not for the others."""
    system: str
    user: str
    configuration: str


# Of the kernel built here, what a trial asks for.
BUILT_IN = ("fs/ext4/ext4", "drivers/block/virtio_blk", "drivers/s390/virtio/virtio_ccw")
EMULATED = {"x86_64": Emulated("qemu-system-x86_64", "", ""),
            "arm64": Emulated("qemu-system-aarch64", "qemu-aarch64", "core_collector cp\n"),
            "ppc64": Emulated("qemu-system-ppc64", "qemu-ppc64le", "core_collector cp\n"),
            "s390x": Emulated("qemu-system-s390x", "qemu-s390x", "core_collector cp\n")}


def make_tree(bench, machine, reserved):
    """A Debian with our programs, a kernel of the machine's, a disk /dev/vda with ext4 for dumps, and so many MiB reserved as that kernel
    says. Programs that are not this host's are run by an emulator of QEMU's too."""
    tree = installed.unpack(bench.directory / "tree")
    for name in PROGRAMS:
        shutil.copy(bench.programs / name, tree / "usr/sbin")
    # What has an absolute path of this host leads there in the directory too.
    (tree / str(tree).lstrip("/")).parent.mkdir(parents=True)
    (tree / str(tree).lstrip("/")).symlink_to("/")
    capturing.add_disk(tree, capturing.DISK_OF[machine.name], disks.make(bench.directory / "disk", "ext4"))
    emulated = EMULATED[machine.name]
    texts = {"etc/kdump.conf": f"ext4 /dev/vda\npath /dumps\n{emulated.configuration}",
             "sys/kernel/kexec_crash_size": f"{reserved << 20}\n", "sys/kernel/kexec_crash_loaded": "0\n",
             "etc/sysconfig/kdump": f'KDUMP_KERNELVER="{add_kernel(tree, machine)}"\nKDUMP_COMMANDLINE="{machine.command_line()}"\n',
             f"usr/bin/{emulated.system}": f'#!/bin/sh\nexec {" ".join(emulator.command(machine.name))} "$@"\n'}
    for path, text in texts.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    (tree / "usr/bin" / emulated.system).chmod(0o755)
    return tree


def add_kernel(tree, machine):
    """The release of the kernel that the Debian has, or of the one that it gets here."""
    if machine.name == "x86_64":
        return next((tree / "boot").glob("vmlinuz-*")).name.partition("-")[2]
    if machine.name == "s390x":  # whose Debian has kernels without crash dumps
        release, image = "small", supplies.kernel(machine, "small")
        (tree / "lib/modules/small").mkdir(parents=True)
        (tree / "lib/modules/small/modules.dep").write_text("")
        (tree / "lib/modules/small/modules.builtin").write_text("".join(f"kernel/{path}.ko\n" for path in BUILT_IN))
    else:
        image = capturing.kernel(machine, "6.1")
        release, modules = capturing.modules(image)
        shutil.copytree(modules / "lib/modules" / release, tree / "lib/modules" / release)
    shutil.copy(image, tree / "boot" / f"{machine.kernel_pattern.rstrip('*')}{release}")
    for path, source in supplies.program_files(shutil.which(EMULATED[machine.name].user), EMULATED[machine.name].user).items():
        if not os.path.lexists(tree / path):  # the Debian has the loader and the C library
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tree / path)
    return release


def run_in(bench, machine, tree, *words):
    """(exit status, what was printed) of kdumpctl in the directory, where this host's QEMU lies too."""
    cache = supplies.cache.root() / "emulators"
    (tree / str(cache).lstrip("/")).mkdir(parents=True)
    script = (f'mount --bind {cache} {tree}{cache} && mount -t proc proc {tree}/proc && '
              f'exec chroot {tree} {EMULATED[machine.name].user} /usr/sbin/kdumpctl "$@"')
    line = [*WITH_US, *debian.WITHOUT_REBOOT, "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", *words]
    bench.boots += 1
    started = time.monotonic()
    process = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"})
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    bench.seconds += time.monotonic() - started
    bench.core_seconds += usage.ru_utime + usage.ru_stime
    bench.console = said.splitlines()
    bench.write("said", said.encode())
    shutil.rmtree(tree)
    return process.returncode, said


def run_test(bench, machine_name="x86_64", reserved=192):
    machine = MACHINES[machine_name]
    status, said = run_in(bench, machine, make_tree(bench, machine, reserved), "test", "--vm")
    require(status == 0, f"kdumpctl test --vm ended with {status}")
    require(re.search(rf"^ +{reserved}M   dumped: /dumps/127\.0\.0\.1-20.* \(\d+M of \d+M were left at least\)$", said, re.MULTILINE),
            "it does not tell of a dump")
    return ["a crash of this configuration is dumped in an emulated machine"]


def run_measure(bench, machine_name="x86_64"):
    machine = MACHINES[machine_name]
    status, said = run_in(bench, machine, make_tree(bench, machine, 144), "estimate", "--measure")
    require(status == 0, f"kdumpctl estimate --measure ended with {status}")
    tried = {int(size): result for size, result in re.findall(r"^ +(\d+)M   (dumped|NOT dumped)", said, re.MULTILINE)}
    smallest = re.search(r"^The smallest reservation that still saves a dump: crashkernel=(\d+)M$", said, re.MULTILINE)
    require(smallest, "no smallest reservation is told")
    size = int(smallest[1])
    require(tried.get(size) == "dumped" and tried.get(size - 4) == "NOT dumped", f"{size}M is not where it ends: {tried}")
    return [f"{size}M are enough here, {size - 4}M are not"]
