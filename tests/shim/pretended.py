# SPDX-License-Identifier: GPL-2.0-or-later
"""A /sys/kernel that says that the running kernel has kexec and holds nothing: what the shim lays over a machine's own."""
import os
import shutil

COPIED = ("boot_params", "vmcoreinfo", "uevent_seqnum", "notes")
FLAGS = ("kexec_loaded", "kexec_crash_loaded", "kexec_crash_size")


def sysfs(directory):
    """Fills the directory, which must not be there."""
    os.makedirs(directory)
    for name in COPIED:
        copy_from_sysfs(name, directory)
    for name in FLAGS:
        with open(os.path.join(directory, name), "w", encoding="ascii") as file:
            file.write("0\n")


def copy_from_sysfs(name, directory):
    source = os.path.join("/sys/kernel", name)
    for folder, _, files in os.walk(source) if os.path.isdir(source) else [("/sys/kernel", [], [name])]:
        for file in files:
            path = os.path.join(folder, file)
            target = os.path.join(directory, os.path.relpath(path, "/sys/kernel"))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            try:
                shutil.copyfile(path, target)
            except OSError:
                pass  # some machines have no such file
