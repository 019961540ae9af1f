// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory a capture kernel needs: a sum that shows its parts, beside what distributions reserve.
#pragma once

#include "machine/crash_defaults.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

struct NeedPart {
    std::string_view name;
    std::uint64_t size; // bytes
    std::string reason; // where the number comes from
};

struct CaptureNeed {
    std::vector<NeedPart> parts;
    std::uint64_t needed = 0;             // bytes: the sum of the parts
    std::optional<CrashKernel> parameter; // the default; nothing where there is no table
    std::uint64_t by_default = 0;         // bytes of that for this machine
    std::uint64_t recommended = 0;        // the larger of the two, in whole MiB
    std::string words;                    // "crashkernel=256M", with which that is reserved
};

// What the programs of a capture kernel run in, in bytes, and how many of its file an initramfs takes while
// it is unpacked: kdump-utils' numbers.
inline constexpr std::uint64_t runtime_need = 16 << 20, initramfs_factor = 3;

// What a kernel keeps of each page, its struct page of 64 bytes and an entry in a page table; and what a CPU
// takes, by kdump-utils' number, which covers its areas, stacks and caches. In bytes.
inline constexpr std::uint64_t page_need = 64 + 8, cpu_need = 1 << 20;

std::uint64_t sum_of(const std::vector<NeedPart> &parts);
// The part for the pages of so many bytes of memory, which are called `what`.
NeedPart page_part(std::uint64_t memory, std::uint64_t page_size, std::string_view what);
// Adds a tenth of all that as the last part; and how much that is in a sum.
void add_reserve(std::vector<NeedPart> &parts);
std::uint64_t reserve_in(const CaptureNeed &need);

// The sum for a machine with so many bytes of memory.
CaptureNeed capture_need(std::vector<NeedPart> parts, const CrashTraits &traits, std::uint64_t memory);

// The default for such a machine in bytes; 0 where there is none or memory is not known.
std::uint64_t default_crash_size(const CrashTraits &traits, std::optional<std::uint64_t> memory);

} // namespace kexec
