# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine as the maker of capture initramfs files sees it: a directory with its /sys, its disk in /dev, its kernel's modules and
makedumpfile. The devices are those that QEMU's machines have."""
import dataclasses
import os
import shutil
import subprocess

import supplies
import cache  # in tools/, which supplies makes importable
import fetch

MAKER = supplies.HERE.parents[1] / "build" / "test" / "tests" / "capture" / "make-initramfs"


@dataclasses.dataclass(frozen=True)
class Hardware:
    """A disk: QEMU's options for one (with {disk}), its name, and the drivers on the way to it as (device, driver's module)."""
    options: tuple
    name: str
    way: tuple


PCI_DISK = Hardware(("-drive", "file={disk},if=none,id=d0,format=raw,cache=unsafe", "-device", "virtio-blk-pci,drive=d0"), "vda",
                    (("pci0000:00", ""), ("0000:00:03.0", "virtio_pci"), ("virtio0", "virtio_blk"), ("block", ""), ("vda", "")))
CCW_DISK = Hardware(("-drive", "file={disk},if=none,id=d0,format=raw,cache=unsafe", "-device", "virtio-blk-ccw,drive=d0"), "vda",
                    (("css0", ""), ("0.0.0001", "virtio_ccw"), ("virtio0", "virtio_blk"), ("block", ""), ("vda", "")))
# A card behind a host controller is what an eMMC is to the drivers.
SD_CARD = Hardware(("-drive", "file={disk},if=none,id=d0,format=raw,cache=unsafe", "-device", "sdhci-pci",
                    "-device", "sd-card,drive=d0"), "mmcblk0",
                   (("pci0000:00", ""), ("0000:00:03.0", "sdhci_pci"), ("mmc_host", ""), ("mmc0", ""), ("mmc0:4567", "mmc_block"),
                    ("block", ""), ("mmcblk0", "")))
DISK_OF = {"x86_64": PCI_DISK, "arm64": PCI_DISK, "ppc64": PCI_DISK, "s390x": CCW_DISK}


def kernel(machine, version):
    """As supplies.kernel has it; "board" is Debian's kernel for all hardware, of the version that the cloud's one has."""
    if version != "board":
        return supplies.kernel(machine, version)
    release = supplies.kernel(machine, "6.1").name.partition("-")[2].replace("-cloud", "")
    package = fetch.package("bookworm", machine.name, f"linux-image-{release}")
    return next((supplies.pathlib.Path(package) / "boot").glob(machine.kernel_pattern))


def modules(image):
    """(release, directory with lib/modules as depmod leaves it) of Debian's kernel at that path."""
    release = image.name.partition("-")[2]
    package = image.parents[1]

    def fill(directory):
        source = next(package.glob(f"**/lib/modules/{release}"))
        shutil.copytree(source, directory / "lib/modules" / release, copy_function=os.link)
        subprocess.run(["depmod", "-b", directory, release], check=True)

    return release, cache.entry(f"modules/{package.parent.name}-{package.name}-{release}", fill)


def system(bench, machine, version, hardware, disk):
    """(the directory, the kernel's release)."""
    root = bench.directory / "system"
    shutil.rmtree(root, ignore_errors=True)
    add_disk(root, hardware, disk)
    add_makedumpfile(root, machine)
    release = "small"
    if version != "small":
        release, tree = modules(kernel(machine, version))
        (root / "lib/modules").symlink_to(tree / "lib/modules")
    return root, release


def add_disk(root, hardware, disk):
    """The disk below /sys and in /dev."""
    directory = root / "sys/devices"
    for device, module in hardware.way:
        directory = directory / device
        directory.mkdir(parents=True)
        if module:
            add_driver(root, directory, module)
    (directory / "size").write_text(f"{disk.stat().st_size // 512}\n")
    (root / "sys/class/block").mkdir(parents=True)
    (root / "sys/class/block" / hardware.name).symlink_to(directory)
    (root / "dev").mkdir(exist_ok=True)
    os.link(disk, root / "dev" / hardware.name)


def add_driver(root, device, module):
    driver = root / "sys/bus/drivers" / module
    driver.mkdir(parents=True)
    (root / "sys/module" / module).mkdir(parents=True)
    (driver / "module").symlink_to(root / "sys/module" / module)
    (device / "driver").symlink_to(driver)


def add_makedumpfile(root, machine):
    """With its libraries where the dynamic loader would look, and the loader where the program names it."""
    places = {"dump/makedumpfile": ("usr/bin/makedumpfile",), "dump/loader": (f"lib/{machine.loader}", f"lib64/{machine.loader}")}
    for name, path in supplies.makedumpfile(machine).items():
        for place in places.get(name, (f"usr/lib/{name.removeprefix('dump/')}",)):
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            (root / place).symlink_to(path)


def make(bench, root, release, settings, makedumpfile, original=None):
    """(the initramfs, {key: [values]} of what the maker said)."""
    path, made = bench.write("settings", settings.encode()), bench.directory / "capture.img"
    program = bench.programs / "kdump-capture"
    words = [MAKER, root, release, program, makedumpfile, path, made, *([original] if original else [])]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(f"the maker of the initramfs: {done.stdout}")
    said = {}
    for line in done.stdout.splitlines():
        key, _, value = line.partition(" ")
        said.setdefault(key, []).append(value)
    return made, said


def settings(**values):
    """A settings file; a target's keys come first, as they are given."""
    lines = ["kdump-capture 1"]
    for key, value in values.items():
        lines.append(f"{key} {value}")
    return "\n".join(lines) + "\n"
