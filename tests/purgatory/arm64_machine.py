# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated arm64 machine that has no kernel: arm64_stage.S enters the purgatory and reports how it is left again.
The parameters are filled in here independently of the loader's struct, the digests are hashlib's."""
import hashlib
import pathlib
import struct
import subprocess
import tempfile
import time
from typing import NamedTuple

PROBE_OFFSET_SYMBOL = 'probe'
RAM, CONFIG, PL011, PORT_8250 = 0x40000000, 0x40200000, 0x09000000, 0x3eff1000
SKIP_CHECKS, CACHES_OFF = 1, 1 << 5
KIND_8250_MEMORY, KIND_PL011 = 2, 3
OPTION_E2H, OPTION_BIG_ENDIAN, OPTION_8250 = 1, 2, 4
MARK = b'\0STATE:\n'
REGISTERS = ['x0', 'x1', 'x2', 'x3', 'CurrentEL', 'DAIF', 'ticks', 'frequency', 'SCTLR', 'CPACR', 'TCR', 'MAIR',
             'TTBR0', 'VBAR']
DEADLINE = 120


class Processor(NamedTuple):
    """What the emulator is told, and what the stage finds: name, -cpu, -M, option bits, exception level."""
    name: str
    model: str
    machine: str
    options: int
    level: int

    def sctlr(self):
        """As the stage leaves it."""
        return 0x30d8080a if self.level == 1 else 0x30cd083a

    def trapping(self):
        """CPACR_EL1 or CPTR_EL2 when vector instructions trap."""
        return 0x37ff if self.level == 2 and not self.options & OPTION_E2H else 0


PROCESSORS = [
    Processor('cortex-a57, EL1', 'cortex-a57', 'virt,highmem=off', 0, 1),
    Processor('cortex-a57, EL2', 'cortex-a57', 'virt,highmem=off,virtualization=on', 0, 2),
    Processor('max, EL1', 'max', 'virt', 0, 1),
    Processor('max, EL2', 'max', 'virt,virtualization=on', 0, 2),
    Processor('max, EL2 with VHE', 'max', 'virt,virtualization=on', OPTION_E2H, 2),
]


class Region(NamedTuple):
    """Where bytes lie, what was loaded there, and what is there now."""
    start: int
    loaded: bytes
    present: bytes


def region(start, loaded, present=None):
    return Region(start, loaded, loaded if present is None else present)


def make_content(size, seed=89):
    return bytes((i * seed + i // 256) % 256 for i in range(size))


def make_parameters(entry, argument, regions, flags=0, console=(0, 0), register_width=0):
    head = struct.pack('<QQII', entry, argument, flags, 0) + bytes(24)
    places = struct.pack('<QII', *console, 0) + struct.pack('<Q', register_width) + bytes(56)
    table = b''.join(struct.pack('<QQ', each.start, len(each.loaded)) + hashlib.sha256(each.loaded).digest() + bytes(40)
                     for each in regions)
    return (head + places + table).ljust(0x80 + 16 * 0x58, b'\0')


def place(blob, parameters):
    return blob[:0x100] + parameters + blob[0x100 + len(parameters):]


class Blob(NamedTuple):
    """The blob, its symbols and the symbols of the stage."""
    code: bytes
    symbols: dict
    probe: int

    def patched(self, words):
        """A copy with other instructions; {offset: word}."""
        code = bytearray(self.code)
        for offset, word in words.items():
            struct.pack_into('<I', code, offset, word)
        return self._replace(code=bytes(code))

    def words(self):
        """(offset, instruction) up to the tables; what is no code is in it too."""
        end = self.symbols['purgatory_tables']
        return [(at, struct.unpack_from('<I', self.code, at)[0]) for at in range(0x700, end, 4)]

    def with_id_register(self, encoding, instruction):
        """A copy that finds something else in an identification register; `instruction` without its register sets
        it."""
        found = {at: instruction | word & 31 for at, word in self.words() if word & ~31 == encoding}
        assert found, 'the register is not read'
        return self.patched(found)


def read_symbols(elf):
    """{name: value} of an ELF64."""
    table, = struct.unpack_from('<Q', elf, 40)
    entry_size, count = struct.unpack_from('<HH', elf, 58)
    headers = [struct.unpack_from('<IIQQQQIIQQ', elf, table + i * entry_size) for i in range(count)]
    symbols = {}
    for header in headers:
        if header[1] == 2:
            names = headers[header[6]][4]
            for at in range(header[4], header[4] + header[5], 24):
                name, _, _, _, value, _ = struct.unpack_from('<IBBHQQ', elf, at)
                start = names + name
                symbols[elf[start:elf.index(b'\0', start)].decode()] = value
    return symbols


def read_blob(elf, blob, stage):
    return Blob(pathlib.Path(blob).read_bytes(), read_symbols(pathlib.Path(elf).read_bytes()),
                read_symbols(pathlib.Path(stage).read_bytes())[PROBE_OFFSET_SYMBOL])


class Run:
    """One boot: `console` is the text, `state` the registers that the new kernel found or None if it was not entered,
    `memory` the blob afterwards. `log` is the emulator's file."""

    def __init__(self, emulator, stage, processor, blob, address, regions, options=(), accelerator='tcg',
                 finished=MARK, log=None, size='256M', bits=0):
        with tempfile.TemporaryDirectory() as folder:
            serial, card = pathlib.Path(folder, 'serial'), pathlib.Path(folder, 'card')
            command = [*emulator, '-M', processor.machine, '-accel', accelerator, '-cpu', processor.model, '-m', size,
                       '-display', 'none', '-nodefaults', '-no-reboot', '-semihosting', '-kernel', stage,
                       '-serial', f'file:{serial}', *(['-D', str(log)] if log else []), *options]
            if (processor.options | bits) & OPTION_8250:
                command += ['-chardev', f'file,id=card,path={card}', '-device', 'pci-serial,chardev=card,addr=1']
            words = struct.pack('<QQQ', address, len(blob), processor.options | bits)
            loaded = [(CONFIG, words), (address, blob), *((each.start, each.present) for each in regions)]
            for index, (start, content) in enumerate(loaded):
                file = pathlib.Path(folder, f'memory{index}')
                file.write_bytes(content)
                command += ['-device', f'loader,file={file},addr={start:#x},force-raw=on']
            self.run(command, serial, finished)
            output = serial.read_bytes()
            self.card = card.read_text('latin-1') if card.exists() else ''
        text, mark, rest = output.partition(MARK)
        self.console = text.decode('latin-1')
        whole = mark and len(rest) == 8 * len(REGISTERS) + len(blob)
        self.state = dict(zip(REGISTERS, struct.unpack_from(f'<{len(REGISTERS)}Q', rest))) if whole else None
        self.memory = rest[8 * len(REGISTERS):]

    @staticmethod
    def run(command, serial, finished):
        """Until the emulator ends, or, when the purgatory stops the machine, until its last words."""
        started = time.monotonic()
        with subprocess.Popen(command) as process:
            while process.poll() is None and time.monotonic() - started < DEADLINE:
                time.sleep(0.05)
                if finished != MARK and serial.exists() and finished in serial.read_bytes():
                    time.sleep(0.5)  # long enough for whatever must not follow
                    break
            process.kill()


def mapped_pages(memory, blob, address):
    """{page: descriptor} of all that the tables in the blob's memory map; a block counts as its pages."""
    tables, end = blob.symbols['purgatory_tables'], blob.symbols['purgatory_stack'] - 0x1000
    pages = {}

    def walk(table, level, base):
        offset = table - address
        assert tables <= offset < end, f'a table at {table:#x}'
        for index, entry in enumerate(struct.unpack_from('<512Q', memory, offset)):
            start, size = base + (index << 39 - 9 * level), 1 << 39 - 9 * level
            target = entry & 0x0000fffffffff000
            if not entry & 1:
                continue
            if level < 3 and entry & 2:
                walk(target, level + 1, start)
                continue
            assert level >= 2 and target == start, f'level {level}: {start:#x} is mapped to {target:#x}'
            for page in range(start, start + size, 4096):
                pages[page] = entry
    walk(address + tables, 0, 0)
    return pages
