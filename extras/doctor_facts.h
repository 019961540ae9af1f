// SPDX-License-Identifier: GPL-2.0-or-later
// The facts that checks are made from: those of the machine, understood from a snapshot, and those of what is
// to be loaded, which whoever asks puts in.
#pragma once

#include "extras/dump_target.h"
#include "image/facts.h"
#include "image/initramfs_facts.h"
#include "image/signature.h"
#include "machine/capture_need.h"
#include "machine/crash_state.h"
#include "machine/machine.h"
#include "plan/plan.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace kexec {

struct Watchdog {
    std::string name, identity;           // "watchdog0", "iTCO_wdt"
    std::string driver;                   // the module; empty: not told
    bool is_active = false;               // it runs down
    std::optional<std::uint64_t> seconds; // until it resets the machine
};

// The kernel that is to be loaded.
struct NamedKernel {
    std::string path;
    std::string_view format;
    bool by_file_load;                        // kexec_file_load takes the format
    bool is_wrapped;                          // so that the call is not given the file itself
    std::uint64_t size;                       // bytes of the file
    KernelFacts facts;                        // what it states
    std::vector<Signature> signatures;        // of what the call would be given
    std::optional<std::string> configuration; // that it was built with
    std::optional<InitramfsFacts> initrd;     // nothing: it gets none
    std::string command_line;                 // as asked for
    Result<Decision> decision;                // what a load would do
    std::vector<std::string> warnings;        // said on the way there
    bool is_loaded_one = false;               // none was named: it is the one that is recorded as loaded
};

// The kernel that is loaded, by its record.
struct LoadedKernel {
    bool is_recorded = false;
    std::string what;                 // "/boot/vmlinuz and /boot/initrd.img by kexec_load"
    std::vector<std::string> changed; // sentence parts: which file, and how
    bool can_compare = true;          // false: the files are on another machine
};

struct DoctorFacts {
    Purpose purpose = Purpose::reboot;
    std::string arch;                 // as in the Arch table
    std::optional<Machine> machine;   // nothing: see below
    std::string machine_missing;      // why
    std::string release;              // of the running kernel; empty: not known
    std::string command_line;         // of the running kernel
    bool has_sysfs = false;           // what is missing below /sys/kernel does not exist
    std::optional<bool> loaded;       // a kernel for the next reboot; nothing: the kernel does not tell
    std::optional<bool> crash_loaded; // a crash kernel
    std::optional<bool> has_efi;
    KexecPolicy policy;
    CrashState crash;
    CrashTraits traits;
    std::uint64_t page = 4096;                                 // bytes of the running kernel's pages
    std::optional<std::string> configuration;                  // of the running kernel
    std::map<std::string, std::int64_t, std::less<>> settings; // of /proc/sys/kernel, by their names
    std::vector<std::string> consoles;                         // that the kernel prints to; empty: not known
    std::vector<Watchdog> watchdogs;
    std::optional<bool> selinux_enforces;
    std::vector<Module> modules;
    std::optional<std::uint64_t> kept_by_filter; // bytes that a dump of the kernel's pages alone would have
    std::uint64_t cma = 0;                       // bytes lent to a crash kernel (crashkernel=,cma)

    std::optional<DumpTarget> target;
    std::optional<LoadedKernel> record; // nothing: nobody has looked
    std::optional<Error> kernel_error;  // why the named kernel cannot be looked at
    std::optional<NamedKernel> kernel;  // nothing: none is named
};

// The files that are looked at besides those of the architecture.
std::span<const Source> doctor_sources();

// What the snapshot tells. Files that make no sense leave "not known". `machine` is what the architecture
// understood of the same snapshot.
DoctorFacts doctor_facts(const Snapshot &snapshot, Purpose purpose, std::string_view arch,
                         Result<Machine> machine);

} // namespace kexec
