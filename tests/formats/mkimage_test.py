# SPDX-License-Identifier: GPL-2.0-or-later
"""uImages made by mkimage: mkimage_test.py TELL_KERNEL TELL_PARTS. If a program is missing, the rest is tried, and it counts as skipped."""
import bz2
import gzip
import lzma
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / 'tests/support'), str(ROOT / 'tools')]

import cache  # noqa: E402  (folders of helpers, not packages)
import signed_kernels  # noqa: E402

skipped_by_meson = 77

# Compression, as mkimage calls it; how the data is packed: a function, or a program that writes to stdout.
PACKERS = {
    'none': lambda data: data,
    'gzip': gzip.compress,
    'bzip2': bz2.compress,
    'lzma': lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    'lz4': ['lz4', '-c'],
    'lzo': ['lzop', '-c'],
    'zstd': ['zstd', '-c'],
}


def arm64_image() -> bytes:
    """A header as booting.rst has it (anywhere in memory, 4 KiB pages), and words behind it."""
    return struct.pack('<IIQQQ24sII', 0x14000010, 0, 0, 0x40000, 0xa, b'', 0x644d5241, 0) + b'instruction ' * 9000


def packed(how, data: bytes) -> bytes | None:
    """None where the program is missing."""
    if callable(how):
        return how(data)
    if not shutil.which(how[0]):
        return None
    return subprocess.run(how, input=data, stdout=subprocess.PIPE, check=True).stdout


def make(directory: Path, data: bytes, *options: str, files=()) -> Path:
    (directory / 'data').write_bytes(data)
    subprocess.run(['mkimage', '-a', '0x40080000', '-e', '0x40080000', '-n', 'Linux', *options, '-d',
                    ':'.join(map(str, files or [directory / 'data'])), str(directory / 'uImage')], check=True, stdout=subprocess.DEVNULL)
    return directory / 'uImage'


def tell(program: str, *arguments) -> str:
    return subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True,
                          check=False).stdout.strip()


class Checks:
    def __init__(self) -> None:
        self.failures = 0
        self.skipped = 0

    def expect(self, what: str, found: str, expected: str) -> None:
        if found != expected:
            self.failures += 1
            print(f'FAILED: {what}\n  found    {found}\n  expected {expected}')


def check_compressions(program: str, directory: Path, checks: Checks) -> None:
    image = arm64_image()
    for name, how in PACKERS.items():
        data = packed(how, image)
        if data is None:
            checks.skipped += 1
            print(f'skipped: {name}: there is no program {how[0]}')
            continue
        wrappers = 'uImage' if name == 'none' else f'uImage {name}'
        for kind in ('kernel', 'kernel_noload'):
            made = make(directory, data, '-A', 'arm64', '-O', 'linux', '-T', kind, '-C', name)
            checks.expect(f'{kind}, {name}', tell(program, made, 'uImage'), f'Image {len(image)} {zlib.crc32(image):08x} {wrappers}')


def check_machines(program: str, directory: Path, checks: Checks) -> None:
    """A kernel of each machine under the names that U-Boot has for it."""
    small = signed_kernels.small_bzimage()
    kernels = {'x86_64': ('bzImage64', small), 'x86': ('bzImage64', small)}
    for name, port, told in (('ppc', 'ppc64el', 'elf-ppc64'), ('s390', 's390x', 'image')):
        found = sorted(Path(cache.root()).glob(f'kernels/{port}-*/boot/vmlinu*'))
        if found:
            kernels[name] = (told, found[0].read_bytes())
        else:
            checks.skipped += 1
            print(f'skipped: no kernel of Debian for {port} is in the cache: tools/fetch.py brings it')
    for name, (told, kernel) in kernels.items():
        for kind in ('kernel', 'multi'):
            made = make(directory, kernel, '-A', name, '-O', 'linux', '-T', kind, '-C', 'none')
            checks.expect(f'{kind} for {name}', tell(program, made), f'{told} {len(kernel)} {zlib.crc32(kernel):08x} uImage')


def check_refusals(program: str, directory: Path, checks: Checks) -> None:
    refused = 'this uImage cannot be loaded: '
    for options, sentence in (
            ('-A arm -O linux -T kernel', 'its architecture is 2 (arm), 22 (arm64) is needed'),
            ('-A arm64 -O u-boot -T kernel', 'its operating system is 17 (U-Boot), 5 (Linux) is needed'),
            ('-A arm64 -O linux -T ramdisk',
             'its type is 3 (ramdisk), 2 (kernel), 4 (multi) or 14 (kernel_noload) is needed')):
        made = make(directory, arm64_image(), *options.split(), '-C', 'none')
        checks.expect(options, tell(program, made), f'{made}: {refused}{sentence}')


def check_several_files(program: str, tell_parts: str, directory: Path, checks: Checks) -> None:
    image = arm64_image() + b'odd'
    plain = f'Image {len(image)} {zlib.crc32(image):08x} uImage'
    multi = ('-A', 'arm64', '-O', 'linux', '-T', 'multi')
    checks.expect('a kernel alone', tell(program, make(directory, image, *multi, '-C', 'none')), plain)
    checks.expect('a kernel alone, packed', tell(program, make(directory, gzip.compress(image), *multi, '-C', 'gzip')), f'{plain} gzip')
    (directory / 'initrd').write_bytes(b'the ramdisk')
    subprocess.run(['dtc', '-O', 'dtb', '-o', directory / 'tree'], input=b'/dts-v1/; / { model = "board"; };', check=True)
    told = {'initrd': 'initrd the ramdisk', 'tree': 'tree board'}
    for parts in ('initrd', 'tree', 'initrd tree', 'tree initrd'):
        files = [directory / part for part in ['data', *parts.split()]]
        made = make(directory, image, *multi, '-C', 'none', files=files)
        checks.expect(parts, tell(tell_parts, made),
                      '\n'.join([f'uImage Image {len(image)}', *(told[part] for part in sorted(parts.split()))]))


def main() -> int:
    missing = [program for program in ('mkimage', 'dtc') if not shutil.which(program)]
    if missing:
        print(f'skipped: there is no program {", ".join(missing)} (packages u-boot-tools, device-tree-compiler)')
        return skipped_by_meson
    checks = Checks()
    with tempfile.TemporaryDirectory() as directory:
        check_compressions(sys.argv[1], Path(directory), checks)
        check_machines(sys.argv[1], Path(directory), checks)
        check_refusals(sys.argv[1], Path(directory), checks)
        check_several_files(sys.argv[1], sys.argv[2], Path(directory), checks)
    return 1 if checks.failures else skipped_by_meson if checks.skipped else 0


if __name__ == '__main__':
    sys.exit(main())
