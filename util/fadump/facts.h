// SPDX-License-Identifier: GPL-2.0-or-later
// What the kernel and the firmware say about firmware-assisted dump, as firmware-assisted-dump.rst has it.
#pragma once

#include "util/fadump/regions.h"

namespace kexec::fadump {

// Whose firmware can keep memory over a reset.
enum class Platform {
    none,
    powervm, // by RTAS: PowerVM, and pseries machines of QEMU
    opal,    // PowerNV, with OP940 firmware or newer
};

// What fadump= on the command line asks for.
enum class Mode {
    off,
    on,    // the reservation is lent to user pages (CMA), which a dump then lacks
    nocma, // the reservation is kept free
};

// The files that are written to; empty where there is none.
struct Controls {
    std::string registered;
    std::string release_memory;
    std::string release_opal_core;
};

struct Facts {
    Platform platform = Platform::none;
    Mode mode = Mode::off;
    std::optional<bool> enabled; // nothing where this kernel has no fadump
    bool registered = false;
    std::optional<std::uint64_t> reserved;    // bytes; kernels before 5.6 do not tell
    bool hotplug_ready = false;               // the kernel follows changes of memory by itself
    std::optional<std::string> bootargs;      // nothing where the kernel does not take any
    std::optional<std::string> reserve_mem;   // the value of a deprecated fadump_reserve_mem=
    std::optional<std::uint64_t> memory;      // bytes of RAM; nothing where only root may see
    std::optional<Regions> regions;           // nothing where debugfs is not mounted
    bool dump_waiting = false;                // memory of a crashed kernel is kept
    bool has_vmcore = false;                  // and /proc/vmcore shows it
    std::optional<std::uint64_t> vmcore_size; // bytes
    std::string opal_core;            // the path of the memory of OPAL itself; empty where it is not kept
    std::string boot;                 // the kernel's name for this boot
    std::optional<std::string> saved; // where `save` stored all of this dump
    Controls controls;
};

} // namespace kexec::fadump
