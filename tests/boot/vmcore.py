# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the head of a crash dump (ELF64, as /proc/vmcore gives it): program headers and notes. Follows the System V ABI, chapter 5."""
import dataclasses
import struct

PT_LOAD, PT_NOTE = 1, 4
NT_PRSTATUS = 1


@dataclasses.dataclass(frozen=True)
class Segment:
    kind: int
    offset: int
    virtual: int
    physical: int
    size: int       # in the file
    memory: int     # in memory


class Core:
    """The head of a dump; `head` are its first bytes, at least up to the end of the notes."""

    def __init__(self, head):
        self.head = head
        if head[:7] != b"\x7fELF\x02\x01\x01" and head[:7] != b"\x7fELF\x02\x02\x01":
            raise ValueError(f"the dump is not an ELF64 file: it starts with {head[:7].hex()}")
        self.order = "<" if head[5] == 1 else ">"
        kind, = struct.unpack_from(self.order + "H", head, 16)
        if kind != 4:
            raise ValueError(f"the dump's ELF type is {kind}, not ET_CORE (4)")
        table, = struct.unpack_from(self.order + "Q", head, 32)
        entry_size, count = struct.unpack_from(self.order + "HH", head, 54)
        self.segments = [self._segment(table + i * entry_size) for i in range(count)]

    def _segment(self, at):
        kind, _, offset, virtual, physical, size, memory, _ = struct.unpack_from(self.order + "IIQQQQQQ", self.head, at)
        return Segment(kind, offset, virtual, physical, size, memory)

    def loads(self):
        return [segment for segment in self.segments if segment.kind == PT_LOAD]

    def size(self):
        """How long the file is that these headers describe."""
        return max(segment.offset + segment.size for segment in self.segments)

    def offset_of(self, physical):
        """Where in the file a physical address lies; None when no program header covers it."""
        for segment in self.loads():
            if segment.physical <= physical < segment.physical + segment.size:
                return segment.offset + physical - segment.physical
        return None

    def notes(self):
        """(name, type, description) of every note."""
        found = []
        for segment in self.segments:
            if segment.kind == PT_NOTE:
                found += self._notes_in(self.head[segment.offset:segment.offset + segment.size])
        return found

    def _notes_in(self, data):
        found, at = [], 0
        while at + 12 <= len(data):
            name_size, size, kind = struct.unpack_from(self.order + "III", data, at)
            name = data[at + 12:at + 12 + name_size].rstrip(b"\0").decode("ascii", "replace")
            start = at + 12 + (name_size + 3) // 4 * 4
            if name_size:
                found.append((name, kind, data[start:start + size]))
            at = start + (size + 3) // 4 * 4
        return found

    def processors(self):
        """How many CPUs left their registers."""
        return sum(1 for name, kind, _ in self.notes() if name == "CORE" and kind == NT_PRSTATUS)


def merged(ranges):
    """(first, last) pairs, sorted, with touching ones joined."""
    joined = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def without(ranges, hole):
    """The ranges with one (first, last) taken out."""
    left = []
    for first, last in ranges:
        if hole[1] < first or hole[0] > last:
            left.append((first, last))
            continue
        if first < hole[0]:
            left.append((first, hole[0] - 1))
        if last > hole[1]:
            left.append((hole[1] + 1, last))
    return left
