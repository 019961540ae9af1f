#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""inspect_blob.py MACHINE OBJDUMP ELF BLOB: what must hold for a blob to run wherever it is copied."""
import re
import struct
import subprocess
import sys

PARAMETERS, PARAMETERS_SIZE, VERIFY, STACK, PAGE = 0x100, 0x600, 0x700, 0x1000, 0x1000
LARGEST = {'x86_64': 32 << 10, 'arm64': 64 << 10, 'ppc64': 20 << 10, 's390x': 16 << 10}

# Operands that are vector or floating-point registers, in objdump's notation.
VECTOR = {
    'x86_64': r'%[xyzt]?mm\d|%st\b',
    'arm64': r'\b[vqdsbhz]\d+\b',
    'ppc64': r'\b(?:f|v|vs)\d+\b',
    's390x': r'%[fva]\d',
}
VECTOR_SAMPLES = {
    'x86_64': 'movdqu (%rsi),%xmm1',
    'arm64': 'ldr\tq0, [x1, #16]',
    'ppc64': 'lxvd2x  vs0,0,r4',
    's390x': 'ld\t%f2,8(%r1)',
}
VECTOR_FUNCTIONS = r'sha256_(compress_((two_)?ni|sha2|power8)|stripes_(sse2|avx2|ni|power8))\b'

# Instructions that are an ordinary process's end, and the only places that may have them. An ID register is not among
# them: the kernel reads it for a process.
PRIVILEGED = {
    'x86_64': r'^(?:cli|sti|hlt|lgdt|lidt|rdmsr|wrmsr|xsetbv|in|out)\b|%cr\d|%dr\d',
    'arm64': r'^(?:tlbi|ic|dc|wfi|hvc|smc|eret)\b|^msr\t|^mrs\t(?!.*id_aa64isar0_el1)',
}
PRIVILEGED_SAMPLES = {
    'x86_64': 'rdmsr',
    'arm64': 'mrs\tx1, sctlr_el1',
}
PRIVILEGED_PLACES = {
    'x86_64': (r'^(?:enter|stop|enable_ymm|restore_xcr0|hand_over|hand_over_32bit|load_gdt|purgatory_prepare)$'
               r'|Serial|Vga|vga|Terminal'),
    'arm64': (r'^(?:enter|stop|hand_over|with_caches_el[12]|purgatory_prepare)$'
              r'|VectorAccess|find_altered\(|find_altered_in_caches|open_window'),
}

failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)


def sections_and_symbols(elf):
    """Minimal reading of an ELF64: {name: (type, size)} and {name: (section index, value)}."""
    order = '<' if elf[5] == 1 else '>'
    table, = struct.unpack_from(order + 'Q', elf, 40)
    entry_size, count, names_index = struct.unpack_from(order + 'HHH', elf, 58)
    headers = [struct.unpack_from(order + 'IIQQQQIIQQ', elf, table + i * entry_size) for i in range(count)]

    def text(strings, at):
        start = headers[strings][4] + at
        return elf[start:elf.index(b'\0', start)].decode()

    sections = {text(names_index, h[0]): (h[1], h[5]) for h in headers[1:]}
    symbols = {}
    for h in headers:
        if h[1] == 2:
            for at in range(h[4] + 24, h[4] + h[5], 24):
                name, _, _, index, value, _ = struct.unpack_from(order + 'IBBHQQ', elf, at)
                symbols[text(h[6], name)] = (index, value)
    return sections, symbols


def inspect_elf(elf):
    sections, symbols = sections_and_symbols(elf)
    expect(set(sections) <= {'.blob', '.got', '.absent', '.symtab', '.strtab', '.shstrtab'},
           f'unexpected sections: {sorted(sections)}')
    expect(not any(kind in (4, 9) and size for kind, size in sections.values()), 'there are relocations')
    undefined = [name for name, (index, _) in symbols.items() if index == 0]
    expect(not undefined, f'undefined symbols: {undefined}')
    expect(sections.get('.got', (0, 0))[1] <= 0x20, 'the table of addresses has entries')
    for name, value in (('purgatory_start', 0), ('purgatory_parameters', PARAMETERS),
                        ('purgatory_stack', sections['.blob'][1])):
        expect(symbols.get(name, (0, None))[1] == value, f'{name} is not at {value:#x}')
    return symbols


def inspect_bytes(machine, symbols, blob):
    expect(VERIFY + STACK < len(blob) <= LARGEST[machine], f'the blob has {len(blob)} bytes')
    expect(not any(blob[PARAMETERS:VERIFY]), 'the parameter area is not zero')
    expect(not any(blob[-STACK:]), 'the stack is not zero')
    expect(len(blob) % PAGE == 0, 'the stack shares a page with what lies in front')
    if machine == 'arm64':
        tables = symbols['purgatory_tables'][1]
        expect(tables % PAGE == 0, 'the tables are not at a page boundary')
        expect(not any(blob[tables:]), 'the tables are not zero')
    expect(any(blob[:4]) and any(blob[VERIFY:VERIFY + 4]), 'there is no code at an entry')


def operands(instruction):
    return instruction.replace('\t', ' ').partition(' ')[2]


def inspect_code(machine, objdump, elf_path):
    listing = subprocess.run([objdump, '-d', '--no-show-raw-insn', '-C', elf_path], check=True,
                             capture_output=True, text=True).stdout
    function, counted = '', 0
    expect(re.search(VECTOR[machine], operands(VECTOR_SAMPLES[machine])), 'the vector pattern is wrong')
    if machine in PRIVILEGED:
        expect(re.search(PRIVILEGED[machine], PRIVILEGED_SAMPLES[machine]), 'the privileged pattern is wrong')
    for line in listing.splitlines():
        if head := re.match(r'[0-9a-f]+ <(.*)>:$', line):
            function = head[1]
        elif code := re.match(r' *[0-9a-f]+:\t(.*)', line):
            instruction = re.sub(r'[0-9a-f]+ <.*>|#.*', '', code[1])
            counted += 1
            if re.search(VECTOR[machine], operands(instruction)):
                expect(re.search(VECTOR_FUNCTIONS, function), f'vector code in {function}: {instruction}')
            if machine in PRIVILEGED and re.search(PRIVILEGED[machine], instruction):
                expect(re.search(PRIVILEGED_PLACES[machine], function),
                       f'privileged code in {function}: {instruction}')
    expect(counted > 100, f'objdump listed {counted} instructions')


def main():
    machine, objdump, elf_path, blob_path = sys.argv[1:]
    with open(elf_path, 'rb') as file:
        symbols = inspect_elf(file.read())
    with open(blob_path, 'rb') as file:
        inspect_bytes(machine, symbols, file.read())
    inspect_code(machine, objdump, elf_path)
    print('\n'.join(failures) or 'as it should be')
    sys.exit(1 if failures else 0)


main()
