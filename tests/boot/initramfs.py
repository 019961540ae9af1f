# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes initial RAM file systems: cpio archives in the "newc" form of Documentation/driver-api/early-userspace/buffer-format.rst."""
import io
import stat
import subprocess
import tarfile

import supplies

SHELL_COMMON = supplies.HERE / "guest" / "common.sh"


class Archive:
    """A cpio archive being put together; files are named by their path without a leading slash."""

    def __init__(self):
        self._parts = []
        self._directories = set()
        self._number = 0

    def add_directory(self, path, mode=0o755):
        if path and path not in self._directories:
            self.add_directory(path.rpartition("/")[0])
            self._directories.add(path)
            self._append(path, stat.S_IFDIR | mode, b"")

    def add_file(self, path, data, mode=0o644):
        self.add_directory(path.rpartition("/")[0])
        self._append(path, stat.S_IFREG | mode, data)

    def add_link(self, path, target):
        self.add_directory(path.rpartition("/")[0])
        self._append(path, stat.S_IFLNK | 0o777, target.encode())

    def add_character_device(self, path, major, minor):
        self.add_directory(path.rpartition("/")[0])
        self._append(path, stat.S_IFCHR | 0o600, b"", (major, minor))

    def finish(self):
        """The whole archive."""
        return b"".join(self._parts + [self._entry("TRAILER!!!", 0, b"", 0, (0, 0))])

    def _append(self, path, mode, data, device=(0, 0)):
        self._number += 1
        self._parts.append(self._entry(path, mode, data, self._number, device))

    @staticmethod
    def _entry(path, mode, data, number, device):
        name = path.encode() + b"\0"
        fields = (number, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
        header = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        return header + bytes(-len(header) % 4) + data + bytes(-len(data) % 4)


def base(machine):
    """busybox, the console, and the functions that every stage's script uses."""
    archive = Archive()
    for directory in ("proc", "sys", "dev", "tmp", "bin", "sbin", "root"):
        archive.add_directory(directory)
    archive.add_character_device("dev/console", 5, 1)
    archive.add_file("bin/busybox", supplies.busybox(machine).read_bytes(), 0o755)
    archive.add_link("bin/sh", "busybox")
    archive.add_file("common.sh", SHELL_COMMON.read_bytes())
    return archive


def from_tar(path, directory, files):
    """What a .tar.zst holds, below `directory`, all of it root's own; and files: {path in there: path here}. Device nodes are left out."""
    archive = Archive()
    unpacked = subprocess.run(["zstd", "-q", "-d", "-c", path], stdout=subprocess.PIPE, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(unpacked)) as tar:
        for member in tar:
            name = f"{directory}/{member.name.removeprefix('./')}".rstrip("/.")
            if member.isdir():
                archive.add_directory(name, member.mode)
            elif member.issym():
                archive.add_link(name, member.linkname)
            elif member.isreg() or member.islnk():
                archive.add_file(name, tar.extractfile(member).read(), member.mode)
    for name, source in files.items():
        archive.add_file(f"{directory}/{name}", source.read_bytes())
    return archive.finish()


def build(machine, stage, script, files=None, data=None):
    """An initramfs whose /init names its stage on the console and runs `script` (shell text).

    files: {path in the guest: path here}, executable where the file here is; data: {path in the guest: bytes}."""
    archive = base(machine)
    for path, source in (files or {}).items():
        archive.add_file(path, source.read_bytes(), source.stat().st_mode & 0o777)
    for path, content in (data or {}).items():
        archive.add_file(path, content)
    text = f"#!/bin/sh\n. /common.sh\nbegin {stage}\n{script}\nfinish\n"
    archive.add_file("init", text.encode(), 0o755)
    return archive.finish()
