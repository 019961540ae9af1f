# SPDX-License-Identifier: GPL-2.0-or-later
"""Signed kernels of arm64 in wrappers: signature_test.py TELL_KERNEL.

What is taken out, which is what kexec_file_load would be given, has a signature that holds as it did before. A kernel of Debian is tried
besides a small one where it is in the cache; what is missing is skipped and counted."""
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


def zboot(kernel, compression, pack):
    """An EFI program around a packed kernel (zboot-header.S), which the kernel's build fills up to its size in memory first."""
    in_memory, = struct.unpack_from("<Q", kernel, 16)
    payload = pack(kernel + bytes(max(in_memory - len(kernel), 0)))
    header = struct.pack("<4s4sIIQ32sII", b"MZ\0\0", b"zimg", signed_kernels.HEADERS, len(payload), 0, compression, 0x818223CD, 0x40)
    program = header.ljust(signed_kernels.HEADERS, b"\0") + payload
    return signed_kernels.as_efi_program(program + bytes(-len(program) % signed_kernels.HEADERS), signed_kernels.ARM64)


def filtered(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def uimage(kernel, directory):
    (directory / "data").write_bytes(gzip.compress(kernel, 1))
    subprocess.run(["mkimage", "-A", "arm64", "-O", "linux", "-T", "kernel", "-C", "gzip", "-d", directory / "data", directory / "uImage"],
                   check=True, stdout=subprocess.DEVNULL)
    return (directory / "uImage").read_bytes()


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

    def check_kernel(self, kernel):
        """In every wrapper: `kernel` comes out, and its signature holds."""
        kernel = self.signer.signed(kernel)
        wrapped = {
            "gzip": gzip.compress(kernel, 1),
            "padded gzip": gzip.compress(kernel + bytes(4096), 1),
            "zboot gzip": zboot(kernel, b"gzip", lambda data: gzip.compress(data, 1)),
            "zboot xz": zboot(kernel, b"xzkern", lambda data: lzma.compress(data, preset=0) + struct.pack("<I", len(data))),
            "signed zboot": self.signer.signed(zboot(kernel, b"gzip", lambda data: gzip.compress(data, 1))),
        }
        if shutil.which("zstd"):
            wrapped["zboot zstd"] = zboot(kernel, b"zstd22", lambda data: filtered(["zstd", "-q", "-1", "-c"], data))
        if shutil.which("mkimage"):
            wrapped["uImage"] = uimage(kernel, self.directory)
        for name, content in wrapped.items():
            with self.subTest(name):
                inside = self.inside(content)
                self.assertEqual(len(inside), len(kernel))
                self.assertTrue(inside == kernel and self.signer.verifies(inside))

    def test_small_kernel(self):
        self.check_kernel(signed_kernels.as_efi_program(signed_kernels.small_arm64_image(), signed_kernels.ARM64))

    def test_kernel_that_was_padded_would_not_verify(self):
        kernel = self.signer.signed(signed_kernels.as_efi_program(signed_kernels.small_arm64_image(), signed_kernels.ARM64))
        self.assertTrue(self.signer.verifies(kernel))
        self.assertFalse(self.signer.verifies(kernel + bytes(512)))

    def test_kernel_of_debian(self):
        found = sorted(Path(cache.root()).glob("kernels/arm64-*/boot/vmlinuz-*"))
        if not found:
            self.skipTest("no kernel of Debian for arm64 is in the cache: tools/fetch.py brings it")
        self.check_kernel(found[-1].read_bytes())


if __name__ == "__main__":
    counted.run()
