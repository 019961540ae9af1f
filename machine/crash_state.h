// SPDX-License-Identifier: GPL-2.0-or-later
// How this machine keeps the memory of a kernel that crashes, whether it would now, and what of it counts for
// the size of a capture kernel.
#pragma once

#include "machine/crash_defaults.h"
#include "machine/snapshot.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kexec {

struct CrashState {
    CrashMode mode = CrashMode::kdump;
    std::optional<bool> armed;             // loaded or registered; nothing where this kernel cannot be
    std::optional<std::uint64_t> reserved; // bytes; nothing where the kernel does not tell
    bool load_disabled = false;            // until the next boot
};

// A module of the running kernel.
struct Module {
    std::string name;
    std::uint64_t size; // bytes in memory
};

// The files that all of this is read from, but for /proc/modules.
std::span<const Source> crash_state_sources();
inline constexpr Source modules_source{"/proc/modules", "which modules are loaded, and their sizes"};

// An error where a file holds what it never should.
Result<CrashState> read_crash_state(const Snapshot &snapshot);

// What files tell of the traits: mode, pages, devices. `release` is that of the kernel that captures;
// `architecture` as uname -m says it.
CrashTraits read_crash_traits(const Snapshot &snapshot, std::string_view architecture,
                              std::string_view release);

// In the kernel's order; what is no line of a module is passed over.
std::vector<Module> loaded_modules(const Snapshot &snapshot);

} // namespace kexec
