# SPDX-License-Identifier: GPL-2.0-or-later
"""A model of data caches over a recorded execution, for an emulator that has none. Caches are as unkind as the Arm ARM
allows: a line stored to with the caches on never reaches memory by itself, and a line stored to with the caches off may
have been in the cache before, with what memory held then."""
import re
import struct
from typing import NamedTuple

from arm64_machine import RAM

LINE = 64
SCTLR_M, SCTLR_C = 1 << 0, 1 << 2
WRITERS_OF_SCTLR = (0xd5181000, 0xd51c1000)  # msr sctlr_el1, x0; msr sctlr_el2, x0
WRITERS_OF_TTBR0 = (0xd5182000, 0xd51c2000)

STEP = re.compile(r' PC=([0-9a-f]{16}) (X00=.*?)PSTATE', re.DOTALL)
VALUE = re.compile(r'=([0-9a-f]{16})')


class Access(NamedTuple):
    address: int
    size: int
    is_store: bool


def signed(value, bits):
    return value - (1 << bits) if value >> bits - 1 else value


def pair_access(word, base):
    vector, load = word >> 26 & 1, word >> 22 & 1
    scale = 2 + (word >> 30) if vector else 2 + (word >> 31)
    offset = 0 if word >> 23 & 3 == 1 else signed(word >> 15 & 127, 7) << scale
    return Access(base + offset, 2 << scale, not load)


def single_access(word, base, register):
    size, vector, kind = word >> 30, word >> 26 & 1, word >> 22 & 3
    scale = kind >> 1 << 2 | size if vector else size
    is_store = kind & 1 == 0 if vector else kind == 0
    if word >> 24 & 1:
        offset = (word >> 10 & 0xfff) << scale
    elif word >> 21 & 1:
        if word >> 10 & 3 != 2:
            raise ValueError(f'an atomic instruction, {word:08x}')
        index = register(word >> 16 & 31)
        option = word >> 13 & 7
        if option & 3 == 2:
            index = signed(index & 0xffffffff, 32) if option & 4 else index & 0xffffffff
        offset = index << scale if word >> 12 & 1 else index
    else:
        offset = 0 if word >> 10 & 3 == 1 else signed(word >> 12 & 511, 9)
    return Access(base + offset & (1 << 64) - 1, 1 << scale, is_store)


def access_of(word, pc, register):
    """What an instruction reads or writes; None if it does neither. Arm ARM, C4.1, Loads and Stores; an instruction that
    is not understood is an error, so that no store is overlooked."""
    if word & 0x0a000000 != 0x08000000:
        return None
    base = register(word >> 5 & 31)
    if word & 0x3a000000 == 0x28000000:
        return pair_access(word, base)
    if word & 0x3b000000 == 0x18000000:
        return Access(pc + (signed(word >> 5 & 0x7ffff, 19) << 2), 8, False)
    if word & 0x3a000000 == 0x38000000:
        return single_access(word, base, register)
    if word & 0xbfbff000 == 0x0c007000:  # one whole vector register
        return Access(base, 8 << (word >> 30 & 1), not word >> 22 & 1)
    raise ValueError(f'not understood: {word:08x} at {pc:#x}')


def may_branch(word):
    return word >> 26 & 7 == 5 and word >> 24 != 0xd5


class Model:
    """`address` is where the blob lies. `errors` are the rules that were broken, each named once."""

    def __init__(self, blob, address):
        self.blob, self.address = blob, address
        self.tables = range(address + blob.symbols['purgatory_tables'], address + blob.symbols['purgatory_stack'] - 0x1000)
        self.writable = range(self.tables.start, address + blob.symbols['purgatory_stack'])
        self.errors = []
        self.caches_on = False
        self.dirty, self.stale = set(), set()
        self.pending = set()  # maintenance that no DSB has completed
        self.published = self.walked = True
        self.known_translations = self.tlb_invalidated = False
        self.counts = {True: 0, False: 0}
        self.lines_cleaned = 0
        self.lowest_on_stack = self.writable.stop
        self.barriers = ''

    def fail(self, pc, what):
        text = f'{what} (blob + {pc - self.address:#x})'
        if what not in [error.partition(' (')[0] for error in self.errors]:
            self.errors.append(text)

    def step(self, pc, word, register):
        self.counts[self.caches_on] += 1
        if access := access_of(word, pc, register):
            first, last = access.address // LINE, (access.address + access.size - 1) // LINE
            for line in range(first, last + 1):
                (self.store if access.is_store else self.load)(pc, line)
        elif word & 0xfff80000 == 0xd5080000:
            self.system(pc, word, register)
        elif word & 0xfffff0ff == 0xd503309f:
            self.synchronise()
        elif word & 0xfffff0ff == 0xd50330df:
            self.context_synchronised(pc)
        elif word & ~31 in WRITERS_OF_SCTLR:
            value = register(word & 31)
            self.switch(pc, value & (SCTLR_M | SCTLR_C) == SCTLR_M | SCTLR_C)
        elif word & ~31 in WRITERS_OF_TTBR0 and not self.caches_on:
            self.known_translations = True

    def store(self, pc, line):
        if self.tables.stop <= line * LINE < self.lowest_on_stack:
            self.lowest_on_stack = line * LINE
        if not self.caches_on:
            if line in self.dirty:
                self.fail(pc, 'a store with the caches off is overtaken by a dirty line')
            if line * LINE in self.writable:
                self.stale.add(line)
            elif line * LINE >= RAM:
                self.fail(pc, 'a store outside of tables and stack')
            return
        if line * LINE not in self.writable:
            self.fail(pc, 'a store outside of tables and stack')
        if line in self.stale:
            self.fail(pc, 'a store to a stale line')
        if line * LINE in self.tables:
            self.published = False
            self.barriers = ''
            if self.walked:
                self.known_translations = True
        self.dirty.add(line)

    def load(self, pc, line):
        if not self.caches_on and line in self.dirty:
            self.fail(pc, 'a load with the caches off of what is only in a cache')
        if not self.caches_on:
            return
        if line in self.stale:
            self.fail(pc, 'a load of a stale line')
        own = self.address <= line * LINE < self.writable.stop
        if not own:
            self.walked = True
            if not self.published:
                self.fail(pc, 'a load through tables that no barrier has published')
            if self.known_translations:
                self.fail(pc, 'a load through translations that may be old')

    def system(self, pc, word, register):
        """SYS: cache and TLB maintenance."""
        operation = word & ~31
        line = register(word & 31) // LINE
        if operation in (0xd50b7a20, 0xd50b7e20):  # dc cvac, dc civac
            self.lines_cleaned += line in self.dirty
            self.dirty.discard(line)
            self.pending.add(line)
            if operation == 0xd50b7e20:
                self.stale.discard(line)
        elif operation == 0xd5087620:  # dc ivac
            if line in self.dirty:
                self.fail(pc, 'a dirty line is thrown away')
            self.stale.discard(line)
            self.pending.add(line)
        elif word >> 12 & 15 == 8:
            self.tlb_invalidated = True
            self.barriers = ''
        elif word != 0xd508751f:  # ic iallu
            raise ValueError(f'not understood: {word:08x} at {pc:#x}')

    def synchronise(self):
        self.pending.clear()
        self.barriers = 'dsb'

    def context_synchronised(self, pc):
        if self.barriers != 'dsb':
            return
        self.published = True
        if self.tlb_invalidated:
            self.known_translations = self.walked = self.tlb_invalidated = False

    def switch(self, pc, on):
        if on and not self.caches_on:
            if self.stale:
                self.fail(pc, 'the caches go on over stale lines')
            if self.known_translations:
                self.fail(pc, 'the MMU goes on with translations that may be old')
        if not on and self.caches_on:
            if self.dirty:
                self.fail(pc, 'the caches go off over dirty lines')
            self.known_translations = True
        if on != self.caches_on and self.pending:
            self.fail(pc, 'the caches change before maintenance has completed')
        self.caches_on = on

    def stack_used(self):
        return self.writable.stop - self.lowest_on_stack

    def finish(self):
        if self.caches_on:
            self.errors.append('the caches are on at the end')
        if self.known_translations:
            self.errors.append('translations of ours are left in the TLB')


class Step:
    """The registers of one step of a log, read when they are asked for."""

    def __init__(self, text):
        self.text, self.values = text, None

    def register(self, number):
        """31 is the stack pointer."""
        if self.values is None:
            self.values = VALUE.findall(self.text)
        return int(self.values[number], 16)


def play(model, log, until_error=False):
    """Every step of a log that the emulator wrote for -d cpu, one instruction in each block."""
    expected = None
    for match in STEP.finditer(log):
        pc = int(match[1], 16)
        if expected not in (None, pc):
            raise ValueError(f'no step at {expected:#x}: the log is not one of single instructions')
        word, = struct.unpack_from('<I', model.blob.code, pc - model.address)
        model.step(pc, word, Step(match[2]).register)
        expected = None if may_branch(word) else pc + 4
        if until_error and model.errors:
            return
    model.finish()
