#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds small kernels, and prints the directories that hold them.

    tools/build-kernel.py MACHINE...
    tools/build-kernel.py --all

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
import tempfile

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


class BuildError(Exception):
    """Which step failed, and the end of what it printed."""


def say(text):
    print(f"build-kernel: {text}", file=sys.stderr, flush=True)


def source_archive():
    """The .tar.xz inside the unpacked linux-source package."""
    unpacked = pathlib.Path(fetch.package(SOURCE_SUITE, "amd64", SOURCE_PACKAGE))
    return next((unpacked / "usr" / "src").glob("linux-source-*.tar.xz"))


class Source:
    """The kernel's source: unpacked when it is asked for, shared by all builds of one run, gone with it."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix=".kernel-source-", dir=cache.root())
        self.directory = pathlib.Path(self.temporary.name)
        return self

    def __exit__(self, *error):
        self.temporary.cleanup()

    def unpacked(self):
        if not any(self.directory.iterdir()):
            archive = source_archive()
            say(f"unpacking {archive.name}")
            subprocess.run(["tar", "-C", self.directory, "--strip-components=1", "-xf", archive], check=True)
        return self.directory


def make(source, build, target, *goals):
    command = ["make", "-s", "-C", str(source), f"O={build}", f"ARCH={target.arch}", f"-j{os.cpu_count()}",
               "KBUILD_BUILD_USER=test", "KBUILD_BUILD_HOST=test", *goals]
    if target.cross:
        command.append(f"CROSS_COMPILE={target.cross}")
    with open(build.with_suffix(".log"), "ab") as log:
        done = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        tail = build.with_suffix(".log").read_text(errors="replace").splitlines()[-30:]
        raise BuildError("\n".join([*tail, f"make {' '.join(goals)} failed"]))


def configure(source, build, target, fragments):
    make(source, build, target, "tinyconfig")
    merge = [str(source / "scripts/kconfig/merge_config.sh"), "-m", "-O", str(build), str(build / ".config"), *map(str, fragments)]
    subprocess.run(merge, check=True, stdout=subprocess.DEVNULL, cwd=build)
    make(source, build, target, "olddefconfig")
    missing = unmet(fragments, (build / ".config").read_text().splitlines())
    if missing:
        raise BuildError("the kernel's configuration did not take: " + " ".join(missing))


def unmet(fragments, config):
    """Lines of the fragments that the finished configuration contradicts."""
    wanted = [line for path in fragments for line in path.read_text().splitlines() if line.startswith("CONFIG_")]
    return [line for line in wanted if line not in config]


def build_kernel(machine, source, fragments, directory):
    """Fills `directory` with the finished kernel; the objects are gone afterwards."""
    target = TARGETS[machine]
    work = directory / "work"
    build = work / "build"
    build.mkdir(parents=True)
    say("configuring")
    configure(source, build, target, fragments)
    say(f"compiling the small kernel for {machine} (a few minutes, once)")
    make(source, build, target, *target.images)
    for path in (*(f"{target.boot}/{image}" for image in target.images), "vmlinux", ".config"):
        shutil.copy2(build / path, directory / pathlib.Path(path).name)
    for path, name in target.more:
        shutil.copy2(build / path, directory / name)
    shutil.rmtree(work)


def built_from(source, machine):
    """The directory that holds vmlinux and the bootable image; built first if it is not in the cache."""
    fragments = [FRAGMENTS / "common.config", FRAGMENTS / f"{machine}.config"]
    facts = [line for path in fragments for line in path.read_text().splitlines() if "CONFIG_" in line]
    facts += [repr(TARGETS[machine]), SOURCE_PACKAGE]
    digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]
    return cache.entry(f"built-kernels/{machine}-{digest}",
                       lambda directory: build_kernel(machine, source.unpacked(), fragments, directory))


def built(machine):
    with Source() as source:
        return built_from(source, machine)


def main():
    machines = list(TARGETS) if sys.argv[1:] == ["--all"] else sys.argv[1:]
    if not machines or set(machines) - set(TARGETS):
        sys.exit(f"usage: build-kernel.py --all | MACHINE...   (of: {' '.join(TARGETS)})")
    failed = []
    with Source() as source:
        for machine in machines:
            try:
                print(built_from(source, machine), flush=True)
            except BuildError as error:
                say(error)
                failed.append(machine)
    if failed:
        sys.exit(f"build-kernel: no kernel for {' '.join(failed)}")


if __name__ == "__main__":
    main()
