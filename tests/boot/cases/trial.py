# SPDX-License-Identifier: GPL-2.0-or-later
"""kdumpctl test --vm and estimate --measure, run in a directory with a Debian: its kernel and modules, a configuration, a /sys with a disk.
The machine that they emulate is real; nothing reaches the kernel of this host."""
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
from machine import MACHINES
from proof import require

PROGRAMS = ("kexec", "kdumpctl", "kdump-capture")


def make_tree(bench, reserved):
    """A Debian with our programs, a disk /dev/vda with ext4 for dumps, and so many MiB reserved as its kernel says."""
    tree, machine = installed.unpack(bench.directory / "tree"), MACHINES["x86_64"]
    for name in PROGRAMS:
        shutil.copy(bench.programs / name, tree / "usr/sbin")
    # What has an absolute path of this host leads there in the directory too.
    (tree / str(tree).lstrip("/")).parent.mkdir(parents=True)
    (tree / str(tree).lstrip("/")).symlink_to("/")
    capturing.add_disk(tree, capturing.DISK_OF["x86_64"], disks.make(bench.directory / "disk", "ext4"))
    release = next((tree / "boot").glob("vmlinuz-*")).name.partition("-")[2]
    words = " ".join(machine.command_line().split())
    texts = {"etc/kdump.conf": "ext4 /dev/vda\npath /dumps\n", "sys/kernel/kexec_crash_size": f"{reserved << 20}\n",
             "sys/kernel/kexec_crash_loaded": "0\n",
             "etc/sysconfig/kdump": f'KDUMP_KERNELVER="{release}"\nKDUMP_COMMANDLINE="{words}"\n',
             "usr/bin/qemu-system-x86_64": f'#!/bin/sh\nexec {" ".join(emulator.command("x86_64"))} "$@"\n'}
    for path, text in texts.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text, encoding="utf-8")
    (tree / "usr/bin/qemu-system-x86_64").chmod(0o755)
    return tree


def run_in(bench, tree, *words):
    """(exit status, what was printed) of kdumpctl in the directory, where this host's QEMU lies too."""
    cache = supplies.cache.root() / "emulators"
    (tree / str(cache).lstrip("/")).mkdir(parents=True)
    script = f'mount --bind {cache} {tree}{cache} && mount -t proc proc {tree}/proc && exec chroot {tree} "$@"'
    line = [*debian.WITHOUT_REBOOT, "unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", script, "sh", "kdumpctl", *words]
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


def run_test(bench):
    status, said = run_in(bench, make_tree(bench, 192), "test", "--vm")
    require(status == 0, f"kdumpctl test --vm ended with {status}")
    require(re.search(r"^ +192M   dumped: /dumps/127\.0\.0\.1-20.* \(\d+M of \d+M were left at least\)$", said, re.MULTILINE),
            "it does not tell of a dump")
    return ["a crash of this configuration is dumped in an emulated machine"]


def run_measure(bench):
    status, said = run_in(bench, make_tree(bench, 144), "estimate", "--measure")
    require(status == 0, f"kdumpctl estimate --measure ended with {status}")
    tried = {int(size): result for size, result in re.findall(r"^ +(\d+)M   (dumped|NOT dumped)", said, re.MULTILINE)}
    smallest = re.search(r"^The smallest reservation that still saves a dump: crashkernel=(\d+)M$", said, re.MULTILINE)
    require(smallest, "no smallest reservation is told")
    size = int(smallest[1])
    require(tried.get(size) == "dumped" and tried.get(size - 4) == "NOT dumped", f"{size}M is not where it ends: {tried}")
    return [f"{size}M are enough here, {size - 4}M are not"]
