#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""arm64_hand_over.py QEMU STAGE ELF BLOB: arm64's whole purgatory, privileged steps included, at EL1, EL2 and EL2 with
VHE: what it prints, what it maps, and the state in which it enters the new kernel."""
import hashlib
import sys

from arm64_machine import (CACHES_OFF, KIND_8250_MEMORY, KIND_PL011, OPTION_8250, OPTION_BIG_ENDIAN, PL011, PORT_8250,
                           PROCESSORS, RAM, SKIP_CHECKS, Run, make_content, make_parameters, mapped_pages, place,
                           read_blob, region)

ADDRESS, ARGUMENT = 0x44001000, 0x123456789abcdef0
END_OF_RAM = RAM + (256 << 20)
MRS_ISAR0, MRS_MMFR0 = 0xd5380600, 0xd5380700  # mrs x0, id_aa64isar0_el1; mrs x0, id_aa64mmfr0_el1
MOVE_ZERO, MOVE_NO_SMALL_PAGES = 0xd2800000, 0xd2be0000  # mov x0, 0; mov x0, 0xf0000000
PL011_CONSOLE = (PL011, KIND_PL011)

failures = []


def expect(case, what, found, wanted):
    if found != wanted:
        failures.append(f'{case}: {what}: found {found!r}, wanted {wanted!r}')


def regions():
    """In one block with the blob, across blocks, across a boundary of 1 GiB not; the last one ends where RAM does."""
    return [region(ADDRESS + 0x11000, make_content(5000)),
            region(0x46fff000, make_content((4 << 20) + 0x3000 + 77, 37)),
            region(END_OF_RAM - 0x1000, make_content(4096, 23))]


def check_state(case, processor, run, big_endian=False):
    """booting.rst's state, and every register that the stage has left."""
    if run.state is None:
        failures.append(f'{case}: the new kernel was not entered; console: {run.console!r}')
        return
    sctlr = processor.sctlr() | (1 << 25 if big_endian else 0)
    wanted = {'x0': ARGUMENT, 'x1': 0, 'x2': 0, 'x3': 0, 'CurrentEL': processor.level << 2, 'DAIF': 0x3c0,
              'SCTLR': sctlr, 'TCR': 0x80802000, 'MAIR': 0x44041234, 'TTBR0': 0xabc00000, 'VBAR': 0x43800000}
    for name, value in wanted.items():
        expect(case, name, hex(run.state[name]), hex(value))
    # of CPTR_EL2 the fields that trap vector instructions
    mask = 0x3300000 if processor.trapping() == 0 else 0x1400
    expect(case, 'CPACR or CPTR', hex(run.state['CPACR'] & mask), hex(processor.trapping() & mask))


def lines(entry):
    return ['purgatory: verifying', 'purgatory: verified', f'purgatory: entering the new kernel at {entry:#x}', '']


def check_pages(case, run, blob, last):
    """Mapped are the blob and the last region's pages, and nothing else."""
    tables = ADDRESS + blob.symbols['purgatory_tables']
    pages = mapped_pages(run.memory, blob, ADDRESS)
    own = range(ADDRESS, ADDRESS + len(blob.code), 4096)
    first, end = last.start & ~4095, last.start + len(last.loaded)
    expect(case, 'pages', [hex(page) for page in sorted(pages)],
           [hex(page) for page in sorted({*own, *range(first, end, 4096)})])
    for page, entry in pages.items():
        writable, executable = not entry & 1 << 7, not entry & 1 << (53 if 'EL1' in case or 'VHE' in case else 54)
        expect(case, f'page {page:#x} writable', writable, page in own and page >= tables)
        expect(case, f'page {page:#x} executable', executable, page in own and page < tables)


def check_intact(boot, blob):
    for processor in PROCESSORS:
        parameters = make_parameters(blob.probe, ARGUMENT, regions(), console=PL011_CONSOLE)
        run = boot(processor, place(blob.code, parameters), regions())
        check_state(processor.name, processor, run)
        expect(processor.name, 'console', run.console.split('\r\n'), lines(blob.probe))
        if run.state:
            check_pages(processor.name, run, blob, regions()[-1])


def check_unused_tables(case, run, blob):
    first, end = blob.symbols['purgatory_tables'], blob.symbols['purgatory_stack'] - 0x1000
    expect(case, 'tables were written', any(run.memory[first:end]), False)


def check_ways(boot, blob):
    """The same result by other ways: without caches, without SHA-256 instructions, entered by a big-endian kernel."""
    processor = PROCESSORS[0]
    parameters = make_parameters(blob.probe, ARGUMENT, regions())
    slow = make_parameters(blob.probe, ARGUMENT, regions(), CACHES_OFF)
    scalar = blob.with_id_register(MRS_ISAR0, MOVE_ZERO)
    large_pages = blob.with_id_register(MRS_MMFR0, MOVE_NO_SMALL_PAGES)
    for case, image, with_caches in (('caches off', place(blob.code, slow), False),
                                     ('scalar', place(scalar.code, parameters), True),
                                     ('no pages of 4 KiB', place(large_pages.code, parameters), False)):
        run = boot(processor, image, regions())
        check_state(case, processor, run)
        expect(case, 'console', run.console, '')
        if not with_caches:
            check_unused_tables(case, run, blob)
    for processor in PROCESSORS[:2]:
        run = boot(processor, place(blob.code, parameters), regions(), bits=OPTION_BIG_ENDIAN)
        check_state('big-endian', processor, run, big_endian=True)


def check_narrow_addresses(boot, blob):
    """A processor with 32 address bits: a region at 4 GiB cannot be mapped, one that ends there can."""
    narrow = blob.with_id_register(MRS_MMFR0, MOVE_ZERO)
    processor = PROCESSORS[2]
    for case, start, mapped in (('above 4 GiB', 0x100000000, False), ('across 3 GiB', 0xbfff7000, True),
                                ('up to 4 GiB', 0x100000000 - 70000, True)):
        wanted = [region(start, make_content(70000))]
        run = boot(processor, place(narrow.code, make_parameters(blob.probe, ARGUMENT, wanted)), wanted, size='6G')
        check_state(case, processor, run)
        if not mapped:
            check_unused_tables(case, run, blob)
        elif run.state:
            pages = mapped_pages(run.memory, blob, ADDRESS)
            last = start + 70000 - 1 & ~4095
            expect(case, 'last page mapped', last in pages, True)
            expect(case, 'page behind it mapped', last + 4096 in pages, False)


def refusal(altered, index):
    end = altered.start + len(altered.loaded) - 1
    return ['purgatory: verifying',
            f'purgatory: region {index} ({altered.start:#x}-{end:#x}) differs: the new kernel is not entered',
            f'purgatory: loaded {hashlib.sha256(altered.loaded).hexdigest()}',
            f'purgatory: found  {hashlib.sha256(altered.present).hexdigest()}', '']


def check_altered(boot, blob):
    wanted = regions()
    present = bytearray(wanted[1].loaded)
    present[-1] ^= 4
    wanted[1] = region(wanted[1].start, wanted[1].loaded, bytes(present))
    last_words = hashlib.sha256(present).hexdigest().encode() + b'\r\n'
    for processor in PROCESSORS[:1] + PROCESSORS[-1:]:
        for flags in (0, CACHES_OFF):
            case = f'altered, {processor.name}, flags {flags}'
            parameters = make_parameters(blob.probe, ARGUMENT, wanted, flags, PL011_CONSOLE)
            run = boot(processor, place(blob.code, parameters), wanted, finished=last_words)
            expect(case, 'console', run.console.split('\r\n'), refusal(wanted[1], 1))
            expect(case, 'the new kernel entered', run.state, None)


def check_skipped(boot, blob):
    wanted = [region(0x47000000, b'loaded', b'found!')]
    parameters = make_parameters(blob.probe, ARGUMENT, wanted, SKIP_CHECKS, PL011_CONSOLE)
    run = boot(PROCESSORS[0], place(blob.code, parameters), wanted)
    check_state('checks skipped', PROCESSORS[0], run)
    expect('checks skipped', 'message', 'verification skipped' in run.console, True)


def check_8250(boot, blob):
    """A card whose registers are a byte apart."""
    parameters = make_parameters(blob.probe, ARGUMENT, regions(), console=(PORT_8250, KIND_8250_MEMORY))
    run = boot(PROCESSORS[0], place(blob.code, parameters), regions(), bits=OPTION_8250)
    check_state('8250', PROCESSORS[0], run)
    expect('8250', 'card', run.card.replace('\r\n', '\n').split('\n'), lines(blob.probe))


def check_register_widths(boot, blob):
    """An 8250 that is really the unused end of the stack, always ready; what is stored there shows the width."""
    at = blob.symbols['purgatory_stack'] - 0x1000
    for told, width in ((0, 1), (1, 1), (2, 2), (4, 4), (3, 1)):
        case = f'register width {told}'
        parameters = make_parameters(blob.probe, ARGUMENT, regions(), SKIP_CHECKS, (ADDRESS + at, KIND_8250_MEMORY), told)
        image = bytearray(place(blob.code, parameters))
        image[at:at + 5] = b'\xff' * 5
        image[at + 5 * width] = 0x20
        run = boot(PROCESSORS[0], bytes(image), regions())
        check_state(case, PROCESSORS[0], run)
        stored = b'\n'.ljust(width, b'\0').ljust(5, b'\xff')
        expect(case, 'stored', run.memory[at:at + 5], stored)


def check_stuck_port(boot, blob):
    """A port that never takes a character does not keep the new kernel from being entered."""
    stuck = region(0x48000000, b'\xff' * 0x100)
    parameters = make_parameters(blob.probe, ARGUMENT, regions(), console=(stuck.start, KIND_PL011))
    run = boot(PROCESSORS[0], place(blob.code, parameters), [*regions(), stuck])
    check_state('stuck port', PROCESSORS[0], run)


def main():
    qemu, stage, elf, blob_path = sys.argv[1:]
    blob = read_blob(elf, blob_path, stage)

    def boot(processor, image, contents, **others):
        return Run([qemu], stage, processor, image, ADDRESS, contents, **others)

    for check in (check_intact, check_ways, check_narrow_addresses, check_altered, check_skipped, check_8250,
                  check_register_widths, check_stuck_port):
        check(boot, blob)
    print('\n'.join(failures) or 'as it should be')
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()
