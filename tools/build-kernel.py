#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds a small kernel for one machine, and prints the directory that holds it.

    tools/build-kernel.py MACHINE
    tools/build-kernel.py --list      the machines that have one

The source is Debian's linux-source package; the configuration is tinyconfig with tests/boot/kernels/common.config and
MACHINE.config merged on top. The result (vmlinux, the bootable images, .config) lies in the cache outside the tree, named after the
hash of everything it depends on, so that a second call costs nothing.
"""
import dataclasses
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

import cache
import fetch

FRAGMENTS = pathlib.Path(__file__).resolve().parent.parent / "tests" / "boot" / "kernels"
SOURCE_SUITE, SOURCE_PACKAGE = "bookworm", "linux-source-6.1"


@dataclasses.dataclass(frozen=True)
class Target:
    """How the kernel's own build names this machine."""
    arch: str      # ARCH=
    cross: str     # CROSS_COMPILE=, empty where the host is that machine
    images: tuple  # the make targets that are booted or loaded, beside vmlinux
    boot: str      # the directory where the build leaves them
    more: tuple = dataclasses.field(default=(), repr=False)  # (path, name) of further results


TARGETS = {
    "x86_64": Target("x86_64", "", ("bzImage",), "arch/x86/boot"),
    "arm64": Target("arm64", "aarch64-linux-gnu-", ("Image", "vmlinuz.efi"), "arch/arm64/boot"),
    "ppc64": Target("powerpc", "powerpc64le-linux-gnu-", ("zImage",), "arch/powerpc/boot"),
    "s390x": Target("s390", "s390x-linux-gnu-", ("bzImage",), "arch/s390/boot",
                    more=(("arch/s390/boot/vmlinux", "vmlinux-boot"),)),
}


def say(text):
    print(f"build-kernel: {text}", file=sys.stderr, flush=True)


def source_archive():
    """The .tar.xz inside the unpacked linux-source package."""
    unpacked = pathlib.Path(fetch.package(SOURCE_SUITE, "amd64", SOURCE_PACKAGE))
    return next((unpacked / "usr" / "src").glob("linux-source-*.tar.xz"))


def unpack(archive, directory):
    directory.mkdir(parents=True)
    subprocess.run(["tar", "-C", directory, "--strip-components=1", "-xf", archive], check=True)


def make(source, build, target, *goals):
    command = ["make", "-s", "-C", str(source), f"O={build}", f"ARCH={target.arch}", f"-j{os.cpu_count()}",
               "KBUILD_BUILD_USER=test", "KBUILD_BUILD_HOST=test", *goals]
    if target.cross:
        command.append(f"CROSS_COMPILE={target.cross}")
    with open(build.with_suffix(".log"), "ab") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        tail = build.with_suffix(".log").read_text(errors="replace").splitlines()[-30:]
        sys.exit("\n".join([*tail, f"build-kernel: make {' '.join(goals)} failed"]))


def configure(source, build, target, fragments):
    make(source, build, target, "tinyconfig")
    merge = [str(source / "scripts/kconfig/merge_config.sh"), "-m", "-O", str(build), str(build / ".config"), *map(str, fragments)]
    subprocess.run(merge, check=True, stdout=subprocess.DEVNULL, cwd=build)
    make(source, build, target, "olddefconfig")
    missing = unmet(fragments, (build / ".config").read_text().splitlines())
    if missing:
        sys.exit("build-kernel: the kernel's configuration did not take: " + " ".join(missing))


def unmet(fragments, config):
    """Lines of the fragments that the finished configuration contradicts."""
    wanted = [line for path in fragments for line in path.read_text().splitlines() if line.startswith("CONFIG_")]
    return [line for line in wanted if line not in config]


def build_kernel(machine, target, fragments, directory):
    """Fills `directory` with the finished kernel; the source and the objects are gone afterwards."""
    archive = source_archive()
    work = directory / "work"
    source, build = work / "source", work / "build"
    say(f"unpacking {archive.name}")
    unpack(archive, source)
    build.mkdir()
    say("configuring")
    configure(source, build, target, fragments)
    say(f"compiling the small kernel for {machine} (a few minutes, once)")
    make(source, build, target, *target.images)
    for path in (*(f"{target.boot}/{image}" for image in target.images), "vmlinux", ".config"):
        shutil.copy2(build / path, directory / pathlib.Path(path).name)
    for path, name in target.more:
        shutil.copy2(build / path, directory / name)
    shutil.rmtree(work)


def built(machine):
    """The directory that holds vmlinux and the bootable image; built first if it is not in the cache."""
    target = TARGETS[machine]
    fragments = [FRAGMENTS / "common.config", FRAGMENTS / f"{machine}.config"]
    facts = [line for path in fragments for line in path.read_text().splitlines() if "CONFIG_" in line]
    facts += [repr(target), SOURCE_PACKAGE]
    digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
    return cache.entry(f"built-kernels/{machine}-{digest}",
                       lambda directory: build_kernel(machine, target, fragments, directory))


def main():
    if sys.argv[1:] == ["--list"]:
        print(*TARGETS, sep="\n")
        return
    if len(sys.argv) != 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: build-kernel.py MACHINE   (one of: {' '.join(TARGETS)})")
    print(built(sys.argv[1]))


if __name__ == "__main__":
    main()
