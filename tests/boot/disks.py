# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks of emulated machines: made with a file system, and read afterwards without mounting them."""
import subprocess

SIZE = 400 << 20            # mkfs.xfs takes no less than 300 MiB
UUID = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
LABEL = "crashes"

MAKERS = {
    "ext4": ("mkfs.ext4", "-q", "-F", "-U", UUID, "-L", LABEL),
    "xfs": ("mkfs.xfs", "-q", "-f", "-m", f"uuid={UUID}", "-L", LABEL),
    "btrfs": ("mkfs.btrfs", "-q", "-f", "-U", UUID, "-L", LABEL),
}


def make(path, kind, size=SIZE, tree=None):
    """A disk, empty or with the files of a tree (ext4); `kind` is a file system, or "raw"."""
    with open(path, "wb") as file:
        file.truncate(size)
    if kind != "raw":
        subprocess.run([*MAKERS[kind], *(("-d", tree) if tree else ()), path], check=True, stdout=subprocess.DEVNULL)
    return path


def extract(path, kind, directory, place="/"):
    """Copies what is on the disk (of ext4: below `place`) into `directory`. Of xfs nothing here can: another machine has to."""
    directory.mkdir()
    if kind == "ext4":
        subprocess.run(["debugfs", "-R", f"rdump {place} {directory}", path], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
    elif kind == "btrfs":
        subprocess.run(["btrfs", "restore", "-i", path, directory], check=True, stdout=subprocess.DEVNULL)
    return directory
