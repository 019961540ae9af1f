# SPDX-License-Identifier: GPL-2.0-or-later
"""UKIs made by objcopy and FIT images made by mkimage and dtc: containers_test.py TELL_PARTS. If a program is missing, the rest is tried,
and it counts as skipped."""
import gzip
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / 'support'))

import signed_kernels  # noqa: E402  (in a folder of helpers, not a package)

skipped_by_meson = 77
objcopy = 'aarch64-linux-gnu-objcopy'

BOARD = '/dts-v1/; / { model = "plain"; compatible = "maker,board"; led0: led { }; };'
OVERLAY = '/dts-v1/; /plugin/; &{/} { model = "mended"; }; &led0 { status = "okay"; };'
FIT = '''/dts-v1/;
/ {
    description = "a test";
    #address-cells = <1>;
    images {
        kernel-1 { data = /incbin/("kernel.gz"); type = "kernel"; arch = "arm64"; os = "linux"; compression = "gzip";
                   load = <0>; entry = <0>; hash-1 { algo = "sha256"; }; hash-2 { algo = "crc32"; }; };
        ramdisk-1 { data = /incbin/("initrd"); type = "ramdisk"; arch = "arm64"; os = "linux"; compression = "none";
                    hash-1 { algo = "sha512"; }; hash-2 { algo = "md5"; }; };
        fdt-1 { data = /incbin/("board.dtb"); type = "flat_dt"; arch = "arm64"; compression = "none"; hash-1 { algo = "sha1"; }; };
        fdt-2 { data = /incbin/("overlay.dtbo"); type = "flat_dt"; arch = "arm64"; compression = "none"; };
    };
    configurations {
        default = "all";
        all { kernel = "kernel-1"; ramdisk = "ramdisk-1"; fdt = "fdt-1", "fdt-2"; };
        kernel { kernel = "kernel-1"; };
    };
};
'''


def arm64_image() -> bytes:
    """A header as booting.rst has it (anywhere in memory, 4 KiB pages), and words behind it."""
    return struct.pack('<IIQQQ24sII', 0x14000010, 0, 0, 0x40000, 0xa, b'', 0x644d5241, 0) + b'instruction ' * 9000


def run(directory: Path, *words: str) -> None:
    subprocess.run(words, cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def tell(program: str, *arguments) -> list[str]:
    return subprocess.run([program, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False).stdout.splitlines()


def write(directory: Path, **files: bytes) -> None:
    for name, data in files.items():
        (directory / name).write_bytes(data)


def expect(what: str, found: list[str], expected: list[str]) -> int:
    """How many failures: 0 or 1."""
    if found == expected:
        return 0
    print(f'FAILED: {what}\n  found    {found}\n  expected {expected}')
    return 1


def check_fit(program: str, directory: Path) -> int:
    image, failures = arm64_image(), 0
    (directory / 'kernel.gz').write_bytes(gzip.compress(image))
    write(directory, initrd=b'the ramdisk', board=BOARD.encode(), overlay=OVERLAY.encode(), its=FIT.encode())
    run(directory, 'dtc', '-@', '-O', 'dtb', '-o', 'board.dtb', 'board')
    run(directory, 'dtc', '-@', '-O', 'dtb', '-o', 'overlay.dtbo', 'overlay')
    whole = [f'FIT gzip Image {len(image)}', 'initrd the ramdisk', 'tree mended', 'configuration all of 2',
             'image kernel-1, sha256, crc32 checked', 'image ramdisk-1, sha512, md5 checked', 'image fdt-1, sha1 checked',
             'image fdt-2, which has no hash']
    for options in ((), ('-E',), ('-E', '-p', '0x8000'), ('-E', '-B', '0x200')):
        run(directory, 'mkimage', *options, '-f', 'its', 'itb')
        failures += expect(f'mkimage {options}', tell(program, directory / 'itb'), whole)
        failures += expect('one configuration', tell(program, directory / 'itb', 'kernel'),
                           [whole[0], 'configuration kernel of 2', whole[4]])
        data = bytearray((directory / 'itb').read_bytes())
        data[data.index(b'the ramdisk')] ^= 1
        (directory / 'altered').write_bytes(data)
        found = tell(program, directory / 'altered')
        failures += not found[0].startswith(f'{directory}/altered: the FIT image is damaged: the sha512 of the image ramdisk-1 ')
    return failures + check_hashes(program, directory)


def check_hashes(program: str, directory: Path) -> int:
    """Each kind of hash that mkimage makes, alone: it is checked, and tells one altered byte."""
    failures = 0
    write(directory, initrd=b'the ramdisk')
    for kind in ('crc32', 'crc16-ccitt', 'md5', 'sha1', 'sha256', 'sha384', 'sha512'):
        write(directory, its=FIT.replace('algo = "sha512"; }; hash-2 { algo = "md5";', f'algo = "{kind}";').encode())
        run(directory, 'mkimage', '-f', 'its', 'itb')
        failures += expect(kind, tell(program, directory / 'itb')[5:6], [f'image ramdisk-1, {kind} checked'])
        write(directory, altered=(directory / 'itb').read_bytes().replace(b'the ramdisk', b'the ramdisc'))
        found = tell(program, directory / 'altered')[0]
        failures += expect(f'{kind}, altered', [found[:found.find(' is ', found.find('ramdisk-1'))]],
                           [f'{directory}/altered: the FIT image is damaged: the {kind} of the image ramdisk-1'])
    return failures


def check_uki(program: str, directory: Path) -> int:
    image = arm64_image()
    sections = {'.linux': image, '.cmdline': b'quiet root=/dev/vda1\n', '.initrd': b'the initrd', '.ucode': b'microcode'}
    (directory / 'stub').write_bytes(signed_kernels.as_efi_program(bytes(3 * signed_kernels.HEADERS), signed_kernels.ARM64))
    arguments = []
    for number, (name, data) in enumerate(sections.items()):
        (directory / name[1:]).write_bytes(data)
        arguments += ['--add-section', f'{name}={name[1:]}', '--change-section-vma', f'{name}={0x141000000 + number * 0x100000:#x}']
    run(directory, objcopy, *arguments, 'stub', 'uki.efi')
    return expect('objcopy', tell(program, directory / 'uki.efi'),
                  [f'UKI Image {len(image)}', 'command line quiet root=/dev/vda1', 'microcode microcode', 'initrd the initrd'])


def main() -> int:
    failures = skipped = 0
    for check, programs in ((check_fit, ('mkimage', 'dtc')), (check_uki, (objcopy,))):
        missing = [name for name in programs if not shutil.which(name)]
        if missing:
            skipped += 1
            print(f'skipped: there is no program {", ".join(missing)}')
            continue
        with tempfile.TemporaryDirectory() as directory:
            failures += check(sys.argv[1], Path(directory))
    return 1 if failures else skipped_by_meson if skipped else 0


if __name__ == '__main__':
    sys.exit(main())
