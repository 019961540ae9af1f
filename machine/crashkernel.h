// SPDX-License-Identifier: GPL-2.0-or-later
// The parameter crashkernel= as a language: sizes, sizes by ranges of memory, @offset, and ",high", ",low" or
// ",cma" behind a plain size. Documentation/admin-guide/kdump/kdump.rst has its grammar.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// Where the memory is taken from.
enum class CrashPlace { anywhere, high, low, cma };

struct CrashSize {
    std::uint64_t size;              // bytes, not 0 as parsed
    std::uint64_t from = 0;          // for machines with at least so many bytes of memory
    std::optional<std::uint64_t> to; // and fewer than these
    bool operator==(const CrashSize &) const = default;
};

// One crashkernel= parameter.
struct CrashKernel {
    std::vector<CrashSize> sizes; // at least one
    bool by_ranges = false;       // false: one size, for every machine
    std::optional<std::uint64_t> offset;
    CrashPlace place = CrashPlace::anywhere;
    bool operator==(const CrashKernel &) const = default;
};

// A number and one of K, M, G, T, P, E or nothing, as 256M. The number is decimal, 0x… hexadecimal or 0…
// octal, as the kernel's memparse takes it. Nothing where it is none, or 64 bits are too few.
std::optional<std::uint64_t> parse_memory_size(std::string_view text);

// In the largest unit that it is a whole number of: 1073741824 is "1G", 268435556 is that number.
std::string memory_size_text(std::uint64_t size);

// What stands behind "crashkernel=". Cause::bad_usage quotes what is wrong in it.
Result<CrashKernel> parse_crashkernel(std::string_view value);

// As the kernel takes it, without "crashkernel=".
std::string to_string(const CrashKernel &parameter);

// Bytes that a machine with so many bytes of RAM reserves; 0 where no range is for it. RAM counts as the
// next multiple of 128 MiB, since firmware keeps a little of what is built in.
std::uint64_t evaluate(const CrashKernel &parameter, std::uint64_t memory);

// What all crashkernel= of one command line ask for together, in bytes on a machine with that much RAM.
struct CrashReservation {
    std::uint64_t size = 0; // that of the last plain one; else that of the last ",high"
    std::uint64_t low = 0;  // besides a ",high": that of the last ",low"
    std::uint64_t cma = 0;  // besides either, and kept from user space alone
    bool operator==(const CrashReservation &) const = default;
};
// The last of a kind counts, also where the kernel does not understand it: then it reserves nothing.
CrashReservation evaluate_command_line(std::string_view command_line, std::uint64_t memory);

// Every size grown by so many bytes, up to what 64 bits hold.
CrashKernel enlarged(CrashKernel parameter, std::uint64_t bytes);

} // namespace kexec
