// SPDX-License-Identifier: GPL-2.0-or-later
// What is known of this machine's readiness for a crash.
#pragma once

#include "machine/capture_need.h"
#include "machine/crash_state.h"

namespace kexec::kdumpctl {

struct Facts {
    CrashTraits traits;                              // with the mode that this machine is in
    std::uint64_t kdump_cpus = 16, fadump_cpus = 16; // nr_cpus= that a capture kernel of either mode gets
    std::optional<bool> armed;             // loaded or registered; nothing where this kernel cannot be
    std::optional<std::uint64_t> reserved; // bytes; nothing where the kernel does not tell
    bool load_disabled = false;            // until the next boot
    std::string release;      // of the kernel that captures: the one that is named, or the running one
    std::string command_line; // of the running kernel
    std::vector<std::string> parameters; // values of crashkernel= on it
    std::optional<std::uint64_t> memory; // bytes of RAM; nothing where only root may see
    std::uint64_t kernel_size = 0;       // bytes of the running kernel; 0 where only root may see
    std::vector<Module> modules;         // that are loaded, in the kernel's order
    std::string initramfs;               // the path of the capture initramfs; empty where there is none
    std::uint64_t initramfs_size = 0;    // bytes of the file
    bool has_luks2 = false;              // a LUKS2 device is open
    std::uint64_t page_size = 4096;      // of the running kernel, in bytes
    // What of the need follows from the configuration; nothing where that cannot be used as it is.
    std::optional<std::vector<NeedPart>> of_configuration = {};
};

std::span<const Source> sources();
// What only an estimate needs; these files can be large.
std::span<const Source> estimate_sources();

// `kernel_log` as dmesg shows it, since nothing else says whether memory is encrypted. An error where a file
// holds what it never should.
Result<Facts> understand(const Snapshot &snapshot, std::string_view architecture,
                         std::string_view kernel_log);

// The traits of the machine as if it were in that mode.
CrashTraits traits_in(const Facts &facts, CrashMode mode);

} // namespace kexec::kdumpctl
