# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernel files with parts of their own, made by the programs that people make them with: ukify and mkimage."""
import gzip
import os
import pathlib
import subprocess
import sys

import supplies
import fetch  # in tools/, which supplies makes importable

EFI_NAMES = {"x86_64": "x64", "arm64": "aa64"}
# systemd-stub and ukify of Debian 12 know neither add-ons nor profiles yet; those of the next release do.
SUITE = "trixie"


def ukify(machine, stub, result, *words):
    """An EFI program around a stub of systemd's: a UKI or an add-on to one."""
    efi = EFI_NAMES[machine.name]
    stubs = pathlib.Path(fetch.package(SUITE, machine.name, "systemd-boot-efi"))
    programs = pathlib.Path(fetch.package(SUITE, "amd64", "systemd-ukify", "python3-pefile"))
    subprocess.run([sys.executable, "-B", programs / "usr/bin/ukify", "build", f"--efi-arch={efi}",
                    f"--stub={next(stubs.glob(f'**/{stub}{efi}.efi.stub'))}", f"--output={result}", *words],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                   env={**os.environ, "PYTHONPATH": str(programs / "usr/lib/python3/dist-packages")})
    return result


def uki(bench, machine, kernel, command_line, initrd):
    return ukify(machine, "linux", bench.directory / "linux.efi", f"--linux={kernel}", f"--initrd={initrd}", f"--cmdline={command_line}")


def addon(bench, machine, command_line):
    return ukify(machine, "addon", bench.directory / "one.addon.efi", f"--cmdline={command_line}")


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
