# SPDX-License-Identifier: GPL-2.0-or-later
"""Small kernels that are EFI programs, signed and verified by the programs that sign kernels (package sbsigntool)."""
import shutil
import struct
import subprocess
from pathlib import Path

X86_64, ARM64 = 0x8664, 0xAA64
HEADERS = 0x200  # bytes, the table of sections included
PROGRAMS = ("openssl", "sbsign", "sbverify")


def missing_programs():
    return [name for name in PROGRAMS if not shutil.which(name)]


def small_bzimage():
    """A bzImage of protocol 2.15 that is well-formed and runs nothing."""
    setup, kernel = bytearray(5 * 512), b"\xf4" * 0x10000

    def put(form, offset, value):
        struct.pack_into(form, setup, offset, value)

    put("<B", 0x1F1, 4)
    put("<I", 0x1F4, len(kernel) // 16)
    put("<H", 0x1FE, 0xAA55)
    setup[0x200:0x206] = b"\xeb\x6aHdrS"
    put("<H", 0x206, 0x020F)
    put("<B", 0x211, 1)
    put("<I", 0x22C, 0x7FFFFFFF)
    put("<I", 0x230, 0x200000)
    put("<B", 0x234, 1)
    put("<B", 0x235, 21)
    put("<H", 0x236, 0x7F)
    put("<I", 0x238, 2047)
    put("<Q", 0x258, 0x1000000)
    put("<I", 0x260, 0x100000)
    return bytes(setup) + kernel


def small_arm64_image(size=0x10000):
    """An Image as booting.rst has it, anywhere in memory, with pages of 4 KiB; its size in memory is twice the file's."""
    header = struct.pack("<IIQQQ24sII", 0xFA405A4D, 0x14000010, 0, 2 * size, 0xA, b"", 0x644D5241, 0x40)
    return header + b"\x1f\x20\x03\xd5" * ((size - len(header)) // 4)


def as_efi_program(image, machine):
    """The image with a PE header (Microsoft's "PE Format") behind its first 64 bytes, and all that follows the headers in one section."""
    program = bytearray(image)
    assert len(program) % HEADERS == 0
    program[0:2] = b"MZ"
    struct.pack_into("<I", program, 0x3C, 0x40)
    section = len(program) - HEADERS
    optional = struct.pack("<HBBIIIIIQIIHHHHHHIIIIHHQQQQII", 0x20B, 2, 0, section, 0, 0, 0x1000, 0x1000, 0, 0x1000, HEADERS, 0, 0, 1, 1,
                           0, 0, 0, 0x1000 + section, HEADERS, 0, 10, 0, 0, 0, 0, 0, 0, 6) + bytes(6 * 8)
    headers = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, 0, 0, 0, len(optional), 0x206) + optional
    headers += struct.pack("<8sIIIIIIHHI", b".text", section, 0x1000, section, HEADERS, 0, 0, 0, 0, 0x60000020)
    program[0x40:0x40 + len(headers)] = headers
    return bytes(program)


class Signer:
    """A key and its certificate, which it issued itself, in a directory."""

    def __init__(self, directory, subject="/O=Example/CN=Kernel signing key"):
        self.key, self.certificate, self.scratch = (str(Path(directory) / name) for name in ("key.pem", "certificate.pem", "program"))
        subprocess.run(["openssl", "req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "30", "-utf8",
                        "-subj", subject, "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)

    def signed(self, program):
        Path(self.scratch).write_bytes(program)
        subprocess.run(["sbsign", "--key", self.key, "--cert", self.certificate, "--output", self.scratch, self.scratch],
                       check=True, capture_output=True)
        return Path(self.scratch).read_bytes()

    def verifies(self, program):
        """Whether the signature holds; what sbverify says of gaps in the file is no part of the answer."""
        Path(self.scratch).write_bytes(program)
        done = subprocess.run(["sbverify", "--cert", self.certificate, self.scratch], capture_output=True, text=True, check=False)
        return done.returncode == 0 and "Signature verification OK" in done.stdout
