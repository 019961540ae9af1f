// SPDX-License-Identifier: GPL-2.0-or-later
// The crashkernel= that distributions reserve where nobody has measured a machine: the tables of kdump-utils.
#pragma once

#include "machine/crashkernel.h"

#include <string>

namespace kexec {

// What keeps the memory of a crashed kernel.
enum class CrashMode {
    kdump,  // a kernel loaded beforehand
    fadump, // the firmware of POWER machines
};
std::string_view name_of(CrashMode mode);

// What of a machine the tables ask for.
struct CrashTraits {
    std::string architecture; // as uname -m says it
    CrashMode mode = CrashMode::kdump;
    bool encrypts_memory = false; // AMD's SME or SEV is active
    bool large_pages = false;     // arm64 with pages of 64 KiB
    bool has_mlx5 = false;        // network cards whose driver takes much memory
    bool has_smmu = false;
    std::uint64_t capture_cpus = 16; // nr_cpus= of a capture kernel on ppc64
};

struct CrashAddition {
    std::string_view reason;
    std::uint64_t size; // bytes
};
// What is added to each size of the table, and why.
std::vector<CrashAddition> crash_additions(const CrashTraits &traits);

// Nothing where there is no table for the architecture and the mode.
std::optional<CrashKernel> default_crashkernel(const CrashTraits &traits);

// The table of firmware-assisted dump, without additions.
const CrashKernel &fadump_table();

} // namespace kexec
