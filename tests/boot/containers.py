# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel files with parts of their own, made by the programs that people make them with: objcopy around systemd's stub, and mkimage."""
import gzip
import pathlib
import struct
import subprocess

import supplies
import fetch  # in tools/, which supplies makes importable

STUBS = {"x86_64": "linuxx64.efi.stub", "arm64": "linuxaa64.efi.stub"}
ADDON_STUBS = {"x86_64": "addonx64.efi.stub", "arm64": "addonaa64.efi.stub"}
# systemd-stub of Debian 12 knows no add-ons yet; their stub is of the next release.
STUB_SUITE = "trixie"


def objcopy(machine):
    return machine.compiler.replace("g++", "objcopy")


def stub(machine, names):
    directory = pathlib.Path(fetch.package(STUB_SUITE, machine.name, "systemd-boot-efi"))
    return next(directory.glob(f"**/{names[machine.name]}"))


def end_of_sections(path):
    """The virtual address behind the last section of an EFI program, by Microsoft's "PE Format"."""
    data = path.read_bytes()
    coff = struct.unpack_from("<I", data, 0x3C)[0] + 4
    count, optional = struct.unpack_from("<H", data, coff + 2)[0], struct.unpack_from("<H", data, coff + 16)[0]
    base = struct.unpack_from("<Q", data, coff + 20 + 24)[0]
    headers = (struct.unpack_from("<II", data, coff + 20 + optional + 40 * number + 8) for number in range(count))
    return base + max(address + size for size, address in headers)


def add_sections(bench, machine, original, sections, result):
    """Each section gets a place of its own behind the last, as ukify does it."""
    place, arguments = end_of_sections(original), []
    for name, data in sections:
        place = (place + 0xFFFF) & ~0xFFFF
        path = bench.write(f"section{name}", data)
        arguments += ["--add-section", f"{name}={path}", "--change-section-vma", f"{name}={place:#x}"]
        place += len(data)
    subprocess.run([objcopy(machine), *arguments, original, result], check=True)
    return result


def uki(bench, machine, kernel, command_line, initrd):
    sections = [(".cmdline", command_line.encode() + b"\n\0"), (".linux", kernel.read_bytes()), (".initrd", initrd.read_bytes())]
    return add_sections(bench, machine, stub(machine, STUBS), sections, bench.directory / "linux.efi")


def addon(bench, machine, command_line):
    return add_sections(bench, machine, stub(machine, ADDON_STUBS), [(".cmdline", command_line.encode())],
                        bench.directory / "one.addon.efi")


FIT_SOURCE = """\
/dts-v1/;
/ {{
    description = "kernel, ramdisk, tree and overlay";
    #address-cells = <1>;
    images {{
        kernel-1 {{ data = /incbin/("{kernel}"); type = "kernel"; arch = "arm64"; os = "linux"; compression = "gzip";
                    load = <0x40080000>; entry = <0x40080000>; hash-1 {{ algo = "sha256"; }}; }};
        ramdisk-1 {{ data = /incbin/("{initrd}"); type = "ramdisk"; arch = "arm64"; os = "linux"; compression = "none";
                     hash-1 {{ algo = "crc32"; }}; }};
        fdt-1 {{ data = /incbin/("{tree}"); type = "flat_dt"; arch = "arm64"; compression = "none"; hash-1 {{ algo = "sha1"; }}; }};
        fdt-2 {{ data = /incbin/("{overlay}"); type = "flat_dt"; arch = "arm64"; compression = "none"; hash-1 {{ algo = "md5"; }}; }};
    }};
    configurations {{
        default = "plain";
        plain {{ kernel = "kernel-1"; ramdisk = "ramdisk-1"; }};
        board {{ kernel = "kernel-1"; ramdisk = "ramdisk-1"; fdt = "fdt-1", "fdt-2"; }};
    }};
}};
"""

OVERLAY_SOURCE = """\
/dts-v1/;
/plugin/;
/ { fragment@0 { target-path = "/"; __overlay__ { added-by-overlay { status = "okay"; }; }; }; };
"""


def overlay(bench):
    source, result = bench.write("overlay.dts", OVERLAY_SOURCE.encode()), bench.directory / "overlay.dtbo"
    subprocess.run(["dtc", "-@", "-q", "-O", "dtb", "-o", result, source], check=True)
    return result


def uimage(bench, kernel, initrd, tree):
    """A uImage of type multi: kernel, initial ramdisk and device tree, the kernel packed."""
    packed = bench.write("kernel.gz", gzip.compress(kernel.read_bytes(), 1))
    result = bench.directory / "uImage"
    subprocess.run(["mkimage", "-A", "arm64", "-O", "linux", "-T", "multi", "-C", "gzip", "-a", "0x40080000", "-e", "0x40080000",
                    "-n", "board", "-d", f"{packed}:{initrd}:{tree}", result], check=True, stdout=subprocess.DEVNULL)
    return result


def fit(bench, kernel, initrd, tree):
    """A FIT image with its data behind the tree, as vendors ship them; its configuration "board" brings the tree along."""
    packed = bench.write("kernel.gz", gzip.compress(kernel.read_bytes(), 1))
    source = bench.write("board.its", FIT_SOURCE.format(kernel=packed, initrd=initrd, tree=tree, overlay=overlay(bench)).encode())
    result = bench.directory / "board.itb"
    subprocess.run(["mkimage", "-E", "-f", source, result], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return result
