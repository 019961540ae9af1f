#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""arm64_caches.py QEMU STAGE ELF BLOB: the cache and TLB maintenance of arm64's purgatory, which no emulated boot can
find wanting. Its execution on a bare machine is recorded and played to the model of arm64_model.py: everything written
with the caches on must be cleaned before they go off. Copies of the blob that omit a step must not pass. Last comes what
share of a real verification runs with the caches off."""
import pathlib
import re
import subprocess
import sys
import tempfile

from arm64_machine import (CACHES_OFF, KIND_PL011, PL011, PROCESSORS, Run, make_content, make_parameters, place,
                           read_blob, region)
from arm64_model import Model, play

ADDRESS, LARGE = 0x44001000, 16 << 20
MOST_WITH_CACHES_OFF = 0.02
MOST_FOR_EACH_BYTE = 2.42   # instructions, of a CPU with those for SHA-256: by gcc 2.39, by clang 2.41

NOP, MRS_ISAR0, MOVE_ZERO = 0xd503201f, 0xd5380600, 0xd2800000  # mrs x0, id_aa64isar0_el1; mov x0, 0
DC_IVAC, DC_CIVAC, DSB_SY, TLBI_EL1 = 0xd508762b, 0xd50b7e2b, 0xd5033f9f, 0xd508871f
DSB_ISH, ISB, FOUR_BYTES, EIGHT_BYTES = 0xd5033b9f, 0xd5033fdf, 0xd280008a, 0xd280010a

failures = []


def expect(what, is_so):
    if not is_so:
        failures.append(what)


def regions():
    """Two windows' worth; one of them is in the block of the blob."""
    return [region(ADDRESS + 0x11000, make_content(100)), region(0x46fff000, make_content(300))]


def stepping(qemu):
    """How to have one instruction in each translated block, which depends on the version: accelerator, options."""
    version = subprocess.run([qemu, '--version'], check=True, capture_output=True, text=True).stdout
    found = re.search(r'version (\d+)\.(\d+)', version)
    newer = (int(found[1]), int(found[2])) >= (8, 1)
    return ('tcg,one-insn-per-tb=on', []) if newer else ('tcg', ['-singlestep'])


def record(qemu, stage, processor, blob, flags=0, until_error=False):
    """The model after a whole run."""
    image = place(blob.code, make_parameters(blob.probe, 0, regions(), flags, (PL011, KIND_PL011)))
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, 'log')
        accelerator, options = stepping(qemu)
        options += ['-d', 'cpu,nochain', '-dfilter', f'{ADDRESS:#x}+{len(image):#x}']
        run = Run([qemu], stage, processor, image, ADDRESS, regions(), options, accelerator, log=log)
        expect(f'{processor.name}: the new kernel was not entered', run.state)
        model = Model(blob, ADDRESS)
        play(model, log.read_text(), until_error)
    return model


def nth(found, word, number=0):
    return [at for at, present in found if present == word][number]


def moved_address(blob, found, register, number, distance):
    """{offset: word} that moves the address which the nth `adr` of a register computes."""
    at, word = [(at, word) for at, word in found if word & 0x9f00001f == 0x10000000 | register][number]
    immediate = (word >> 5 & 0x7ffff) + distance // 4
    return {at: word & ~(0x7ffff << 5) | (immediate & 0x7ffff) << 5}


def mutations(blob):
    """What is left out, and the instructions that leave it out."""
    first, end = blob.symbols['with_caches_el1'], blob.symbols['with_caches_el2']
    inside = [(at, word) for at, word in blob.words() if first <= at < end]
    outside = [(at, word) for at, word in blob.words() if not first <= at < end]
    size_of_tables = blob.symbols['purgatory_stack'] - 0x1000 - blob.symbols['purgatory_tables']
    pairs = [at for (before, one), (at, two) in zip(outside, outside[1:]) if (one, two) == (DSB_ISH, ISB)]
    clean = nth(inside, DC_CIVAC)
    return {
        'cleaning': {clean: NOP},
        'cleaning of the stack': moved_address(blob, inside, 12, 1, -0x1000),
        'cleaning of the tables': moved_address(blob, inside, 11, 1, size_of_tables),
        'cleaning of every other line': {nth(inside, FOUR_BYTES, 1): EIGHT_BYTES},
        'completion of the cleaning': {nth([each for each in inside if each[0] > clean], DSB_SY): NOP},
        'invalidation of stale lines': {nth(inside, DC_IVAC): NOP},
        'invalidation of old translations': {nth(inside, TLBI_EL1, 0): NOP},
        'invalidation of our translations': {nth(inside, TLBI_EL1, 1): NOP},
        'invalidation between windows': {nth(outside, TLBI_EL1): NOP},
        'publication of the tables': {at: NOP for at in pairs},
    }


def check_model(qemu, stage, blob):
    scalar = blob.with_id_register(MRS_ISAR0, MOVE_ZERO)
    for case, processor, code in (('EL1', PROCESSORS[0], blob), ('EL2', PROCESSORS[1], blob),
                                  ('EL2 with VHE', PROCESSORS[4], blob), ('scalar', PROCESSORS[0], scalar)):
        model = record(qemu, stage, processor, code)
        print(f'{case}: {model.counts[False]} instructions with the caches off, {model.counts[True]} on, '
              f'{model.lines_cleaned} dirty lines cleaned, {model.stack_used()} bytes of stack')
        expect(f'{case}: {model.errors}', not model.errors)
        # the stack, and what the windows need on levels 1 to 3
        expect(f'{case}: only {model.lines_cleaned} lines were dirty', model.lines_cleaned > 10)
        # below the stack are the tables
        expect(f'{case}: {model.stack_used()} bytes of stack', 256 < model.stack_used() < 0x1000 - 0x400)
    model = record(qemu, stage, PROCESSORS[0], blob, CACHES_OFF)
    expect(f'caches off: {model.errors} {model.counts}', not model.errors and model.counts[True] == 0)


def check_mutations(qemu, stage, blob):
    for omitted, words in mutations(blob).items():
        model = record(qemu, stage, PROCESSORS[0], blob.patched(words), until_error=True)
        print(f'without {omitted}: {"; ".join(model.errors) or "nothing is found"}')
        expect(f'a blob without {omitted} passes', model.errors)


def check_share(qemu, stage, blob):
    """With -icount a nanosecond of the machine's clock is an instruction; what runs with the caches off does not depend
    on the size of the regions."""
    small = record(qemu, stage, PROCESSORS[0], blob).counts[False]
    large = [region(0x45000000, make_content(LARGE))]
    image = place(blob.code, make_parameters(blob.probe, 0, large, 0, (PL011, KIND_PL011)))
    run = Run([qemu], stage, PROCESSORS[0], image, ADDRESS, large, ['-icount', 'shift=0,sleep=off'])
    expect('16 MiB: the new kernel was not entered', run.state)
    if run.state:
        total = run.state['ticks'] * 1000000000 // run.state['frequency']
        print(f'{LARGE >> 20} MiB: {small} of {total} instructions with the caches off, {100 * small / total:.2f} %')
        expect(f'{total} instructions for {LARGE} bytes', LARGE < total < MOST_FOR_EACH_BYTE * LARGE)
        expect('too much runs with the caches off', small <= MOST_WITH_CACHES_OFF * total)


def main():
    qemu, stage, elf, blob_path = sys.argv[1:]
    blob = read_blob(elf, blob_path, stage)
    check_model(qemu, stage, blob)
    check_mutations(qemu, stage, blob)
    check_share(qemu, stage, blob)
    print('\n'.join(failures) or 'as it should be')
    sys.exit(1 if failures else 0)


if __name__ == '__main__':
    main()
