# SPDX-License-Identifier: GPL-2.0-or-later
"""Kernels packed by the programs that people and the kernel's build pack them with: packers_test.py TELL_KERNEL.

Each comes back byte for byte, with and without the size that the build puts behind it; cut short or damaged it is called that; and what
unpacks to too much is refused. If a program is missing, the rest is tried, and it counts as skipped."""
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'support'))

import counted  # noqa: E402  (a folder of helpers, not a package)

TELL_KERNEL = sys.argv[1]

# What a file is said to be packed with, and the commands: first as scripts/Makefile.lib of the kernel has it, then as people type it.
PACKERS = {
    'gzip': ('gzip -n -9', 'gzip -1'),
    'xz': ('xz --check=crc32 --x86 --lzma2=dict=32MiB', 'xz -1', 'xz --check=none -1', 'xz --check=sha256 -1',
           'xz -1 --block-size=65536 -T2'),
    'lzma': ('xz --format=lzma -9', 'xz --format=lzma -1'),
    'zstd': ('zstd -22 --ultra', 'zstd -19', 'zstd', 'zstd --no-check', 'zstd --long=31', 'zstd --fast'),
    'bzip2': ('bzip2 -9', 'bzip2 -1'),
    'lz4': ('lz4 -l -9', 'lz4 -l', 'lz4', 'lz4 -9 -BD', 'lz4 -B4 --no-frame-crc'),
    'lzo': ('lzop -9', 'lzop', 'lzop -1 --crc32', 'lzop -F'),
}
WITHOUT_CHECKSUM = ('xz --check=none -1', 'xz --format=lzma', 'zstd --no-check', 'lz4', 'lzop -F')
LARGEST = 1 << 30


def arm64_image(size):
    """An Image's header (booting.rst: anywhere in memory, 4 KiB pages), and behind it what packs to about half."""
    words, state = bytearray(), 12345
    while len(words) < size:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        words += struct.pack('<IHH', state >> 8, 0xD503, 0x201F)
    return struct.pack('<IIQQQ24sII', 0x14000010, 0, 0, 0x2000000, 0xA, b'', 0x644D5241, 0) + bytes(words)


def packed(command, data):
    return subprocess.run([*command.split(), '-c'], input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


class Packers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.image = arm64_image(300000)  # more than a block of lzop or bzip2
        cls.told = f'Image {len(cls.image)} {zlib.crc32(cls.image):08x}'

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix='kexec-packers-')
        self.addCleanup(directory.cleanup)
        self.path = Path(directory.name) / 'kernel'

    def tell(self, content):
        self.path.write_bytes(content)
        done = subprocess.run([TELL_KERNEL, self.path], stdout=subprocess.PIPE, text=True, check=False)
        return done.stdout.strip()

    def every(self):
        for name, commands in PACKERS.items():
            for command in commands:
                with self.subTest(command):
                    if not shutil.which(command.split()[0]):
                        self.skipTest(f'there is no program {command.split()[0]}')
                    yield name, command

    def test_each_comes_back(self):
        size_word = struct.pack('<I', len(self.image))
        for name, command in self.every():
            data = packed(command, self.image)
            self.assertEqual(self.tell(data), f'{self.told} {name}')
            self.assertEqual(self.tell(data + size_word), f'{self.told} {name}')

    def test_kernel_larger_than_a_block_of_lz4_comes_back(self):
        if not shutil.which('lz4'):
            self.skipTest('there is no program lz4')
        large = arm64_image(8 << 20) + b'last words'
        for command in PACKERS['lz4'][1:3]:
            data = packed(command, large) + struct.pack('<I', len(large))
            self.assertEqual(self.tell(data), f'Image {len(large)} {zlib.crc32(large):08x} lz4')

    def test_cut_short_is_called_that(self):
        for name, command in self.every():
            data = packed(command, self.image)
            for size in (len(data) // 2, len(data) - 9):
                self.assertRegex(self.tell(data[:size]),
                                 f'^{self.path}: the {name} data is damaged or cut short [(]at [0-9]+ bytes unpacked[)]$')

    def test_damaged_is_called_that(self):
        for name, command in self.every():
            if command.startswith(WITHOUT_CHECKSUM):
                continue
            data = bytearray(packed(command, self.image))
            data[len(data) // 2] ^= 0x55
            self.assertRegex(self.tell(bytes(data)), f'^{self.path}: the {name} data is damaged or cut short ')

    def test_too_much_is_refused(self):
        command = 'zstd -1'
        if not shutil.which('zstd'):
            self.skipTest('there is no program zstd')
        zeros = bytes(1 << 26)
        bomb = packed(command, zeros) * (LARGEST // len(zeros)) + packed(command, b'x')
        self.assertLess(len(bomb), 1 << 20)
        self.assertEqual(self.tell(bomb), f'{self.path}: the zstd data unpacks to more than {LARGEST} bytes')


if __name__ == '__main__':
    counted.run()
