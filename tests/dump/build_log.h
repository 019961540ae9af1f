// SPDX-License-Identifier: GPL-2.0-or-later
// A crashed kernel's memory made up: a log in each of the three forms, in any byte order and word size,
// written the way the kernel writes it, and the VMCOREINFO that leads to it.
#pragma once

#include "dump/foreign.h"

#include <map>
#include <string>
#include <vector>

namespace kexec::testing {

struct Line {
    std::string text;
    std::uint64_t nanoseconds = 0;
    unsigned level = 6;
    std::uint32_t caller = 1;
    bool operator==(const Line &) const = default;
};

// "line 0", "line 1 x", "line 2 xx", … with times a millisecond apart.
std::vector<Line> some_lines(std::size_t count);

struct LogShape {
    Foreign foreign;
    std::uint64_t base = 0xffffffff81000000; // virtual address of the memory's first byte
    unsigned descriptor_bits = 5;            // of the lockless ring
    unsigned data_bits = 11;                 // of each ring's text
    bool fills_end = true;                   // blocks may end where the ring ends (since 6.19)
    std::uint64_t ring_offset = 16;          // of desc_ring in printk_ringbuffer
};

struct BuiltLog {
    LogShape shape;
    Buffer memory;
    std::string info;        // VMCOREINFO
    std::vector<Line> lines; // those that are still in the ring
    // Addresses of what tests damage: "prb", "ring", "descs", "infos", "data"; "log_buf", "log_first_idx", …
    std::map<std::string, std::uint64_t> places;

    // What the kernel has there, to be changed: a number of that many bytes.
    std::uint64_t get(std::uint64_t address, std::size_t size) const;
    void put(std::uint64_t address, std::size_t size, std::uint64_t value);
    std::uint64_t word(const std::string &place) const { return get(places.at(place), shape.foreign.word); }
};

// Sizes in the lockless ring as it is built here.
struct LocklessSizes {
    std::uint64_t descriptor, info; // of one
    std::uint64_t begin, next;      // offsets in a descriptor
    std::uint64_t head, tail;       // offsets in the ring
};
LocklessSizes lockless_sizes(const LogShape &shape);

BuiltLog build_lockless_log(const LogShape &shape, const std::vector<Line> &lines);
BuiltLog build_record_log(const LogShape &shape, const std::vector<Line> &lines);
// Each text is a line as it stands in the ring, with "<6>" and line end.
BuiltLog build_byte_log(const LogShape &shape, const std::vector<std::string> &lines);

} // namespace kexec::testing
