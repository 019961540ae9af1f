# SPDX-License-Identifier: GPL-2.0-or-later
"""Signed kernels of arm64 and x86_64 in wrappers: signature_test.py TELL_KERNEL.

What is taken out, which is what kexec_file_load would be given, has a signature that holds as it did before. Kernels of Debian are tried
besides small ones where they are in the cache; what is missing is skipped and counted."""
import gzip
import lzma
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests/support"), str(ROOT / "tools")]

import cache  # noqa: E402  (folders of helpers, not packages)
import counted  # noqa: E402
import signed_kernels  # noqa: E402

TELL_KERNEL = sys.argv[1]
MACHINES = {"amd64": signed_kernels.X86_64, "arm64": signed_kernels.ARM64}
NAMES = {signed_kernels.X86_64: "x86_64", signed_kernels.ARM64: "arm64"}  # mkimage's
PACKERS = ("xz -0 -c", "lzma -0 -c", "lz4 -q -l -c", "lzop -q -1 -c", "bzip2 -1 -c")
OBJCOPY = {signed_kernels.X86_64: "x86_64-linux-gnu-objcopy", signed_kernels.ARM64: "aarch64-linux-gnu-objcopy"}


def size_in_memory(kernel, machine):
    """Of an Image, as booting.rst has it; a bzImage's is not that of the file."""
    return struct.unpack_from("<Q", kernel, 16)[0] if machine == signed_kernels.ARM64 else len(kernel)


def zboot(kernel, machine, compression, pack):
    """An EFI program around a packed kernel (zboot-header.S), which the kernel's build fills up to its size in memory first."""
    payload = pack(kernel + bytes(max(size_in_memory(kernel, machine) - len(kernel), 0)))
    header = struct.pack("<4s4sIIQ32sII", b"MZ\0\0", b"zimg", signed_kernels.HEADERS, len(payload), 0, compression, 0x818223CD, 0x40)
    program = header.ljust(signed_kernels.HEADERS, b"\0") + payload
    return signed_kernels.as_efi_program(program + bytes(-len(program) % signed_kernels.HEADERS), machine)


def filtered(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def made_by(command, directory, *words):
    """What a program makes, in the directory, of the files "data" there and whatever the words name."""
    subprocess.run([*command.split(), *words, "made"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    return (directory / "made").read_bytes()


def images_of_u_boot(kernel, machine, directory):
    """A uImage, and a FIT image with the kernel inside its tree and one behind it."""
    (directory / "data").write_bytes(gzip.compress(kernel, 1))
    options = ["-A", NAMES[machine], "-O", "linux", "-T", "kernel", "-C", "gzip", "-a", "0", "-e", "0", "-d", "data"]
    return {"uImage": made_by("mkimage", directory, *options), "FIT": made_by("mkimage -f auto", directory, *options),
            "FIT, data behind the tree": made_by("mkimage -E -f auto", directory, *options)}


def uki(kernel, machine, directory):
    """The kernel in a section of an EFI program, which pads it."""
    (directory / "data").write_bytes(kernel)
    (directory / "stub").write_bytes(signed_kernels.as_efi_program(bytes(3 * signed_kernels.HEADERS), machine))
    sections = ["--add-section", ".linux=data", "--change-section-vma", ".linux=0x1000000"]
    return made_by(OBJCOPY[machine], directory, *sections, "stub")


class Signatures(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="kexec-signature-")
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        if missing := signed_kernels.missing_programs():
            self.skipTest(f"there is no program {missing[0]} (package sbsigntool)")
        self.signer = signed_kernels.Signer(self.directory)

    def inside(self, content):
        (self.directory / "kernel").write_bytes(content)
        return filtered([TELL_KERNEL, "--inside", self.directory / "kernel"], None)

    def wrapped_by_programs(self, kernel, machine, packers):
        """By those that are there: what is missing counts as skipped."""
        makers = {command.split()[0]: lambda command=command: {command: filtered(command.split(), kernel)} for command in packers}
        makers["mkimage"] = lambda: images_of_u_boot(kernel, machine, self.directory)
        makers[OBJCOPY[machine]] = lambda: {"UKI": uki(kernel, machine, self.directory)}
        wrapped = {}
        for program, make in makers.items():
            with self.subTest(program):
                if not shutil.which(program):
                    self.skipTest(f"there is no program {program}")
                wrapped.update(make())
        return wrapped

    def check_kernel(self, kernel, machine, packers):
        """In every wrapper: `kernel` comes out, and its signature holds."""
        kernel = self.signer.signed(kernel)
        wrapped = {
            "gzip": gzip.compress(kernel, 1),
            "padded gzip": gzip.compress(kernel + bytes(4096), 1),
            "zboot gzip": zboot(kernel, machine, b"gzip", lambda data: gzip.compress(data, 1)),
            "zboot xz": zboot(kernel, machine, b"xzkern", lambda data: lzma.compress(data, preset=0) + struct.pack("<I", len(data))),
            "zboot zstd": zboot(kernel, machine, b"zstd22", lambda data: filtered(["zstd", "-q", "-1", "-c"], data)),
            "signed zboot": self.signer.signed(zboot(kernel, machine, b"gzip", lambda data: gzip.compress(data, 1))),
            **self.wrapped_by_programs(kernel, machine, packers),
        }
        for name, content in wrapped.items():
            with self.subTest(name):
                inside = self.inside(content)
                self.assertEqual(len(inside), len(kernel))
                self.assertTrue(inside == kernel and self.signer.verifies(inside))

    def test_small_kernels(self):
        for image, machine in ((signed_kernels.small_arm64_image(), signed_kernels.ARM64),
                               (signed_kernels.small_bzimage(), signed_kernels.X86_64)):
            self.check_kernel(signed_kernels.as_efi_program(image, machine), machine, PACKERS)

    def test_kernel_that_was_padded_would_not_verify(self):
        kernel = self.signer.signed(signed_kernels.as_efi_program(signed_kernels.small_arm64_image(), signed_kernels.ARM64))
        self.assertTrue(self.signer.verifies(kernel))
        self.assertFalse(self.signer.verifies(kernel + bytes(512)))

    def test_kernels_of_debian(self):
        for port, machine in MACHINES.items():
            with self.subTest(port):
                found = sorted(Path(cache.root()).glob(f"kernels/{port}-*/boot/vmlinuz-*"))
                if not found:
                    self.skipTest(f"no kernel of Debian for {port} is in the cache: tools/fetch.py brings it")
                self.check_kernel(found[-1].read_bytes(), machine, ())


if __name__ == "__main__":
    counted.run()
