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

// The sum for a machine with so many bytes of memory.
CaptureNeed capture_need(std::vector<NeedPart> parts, const CrashTraits &traits, std::uint64_t memory);

// The default for such a machine in bytes; 0 where there is none or memory is not known.
std::uint64_t default_crash_size(const CrashTraits &traits, std::optional<std::uint64_t> memory);

} // namespace kexec
