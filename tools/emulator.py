#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A QEMU newer than Debian 12's own, unpacked in the cache with all the libraries it needs, and how to start it.

    tools/emulator.py MACHINE      prints the command, a word on each line

Debian 12's QEMU 7.2 emulates x86 flags wrongly in a way that kills Linux 6.12 in every third boot; firmware-assisted dump, on ppc64, is
in QEMU since 10.2. The program starts through its own dynamic loader, so that nothing of the newer suite is installed on this machine.
"""
import subprocess
import sys

import archive
import cache

HOST = "amd64"

# uname -m: suite, package, program
EMULATORS = {
    "x86_64": ("trixie", "qemu-system-x86", "qemu-system-x86_64"),
    "arm64": ("trixie", "qemu-system-arm", "qemu-system-aarch64"),
    "ppc64": ("trixie-backports", "qemu-system-ppc", "qemu-system-ppc64"),
    "s390x": ("trixie", "qemu-system-s390x", "qemu-system-s390x"),
}

# Packages that only the installation of a system wants.
NEEDLESS = {"passwd", "login.defs", "adduser", "base-passwd", "debconf", "libpam-modules", "libpam-modules-bin", "openssl-provider-legacy"}


def closure(source, package):
    """The package and everything it depends on, as apt would install it on an empty system."""
    command = ["apt-get", "-c", source.config, "install", "--simulate", "--no-install-recommends", package]
    simulated = archive.run_apt(command)
    names = [line.split()[1] for line in simulated.splitlines() if line.startswith("Inst ")]
    return [name for name in names if name not in NEEDLESS]


def fill(suite, package, directory):
    source = archive.Archive(suite, HOST)
    with cache.locked(source.name):
        source.update()
        try:
            source.unpack(closure(source, package), directory)
        except archive.ArchiveError:
            source.update(force=True)  # the archive has moved on since the lists were read
            source.unpack(closure(source, package), directory)


def command(machine):
    """The words that start the machine's emulator; QEMU's own options follow them."""
    suite, package, program = EMULATORS[machine]
    directory = cache.entry(f"emulators/{suite}-{package}", lambda empty: fill(suite, package, empty))
    libraries = directory / "usr/lib/x86_64-linux-gnu"
    return [str(directory / "usr/lib64/ld-linux-x86-64.so.2"), "--library-path", str(libraries),
            str(directory / "usr/bin" / program), "-L", str(directory / "usr/share/qemu"), "-L", str(directory / "usr/share/seabios")]


def main():
    if len(sys.argv) != 2 or sys.argv[1] not in EMULATORS:
        sys.exit(f"usage: emulator.py MACHINE   (one of: {' '.join(EMULATORS)})")
    print("\n".join(command(sys.argv[1])))


if __name__ == "__main__":
    main()
