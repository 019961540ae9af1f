// SPDX-License-Identifier: GPL-2.0-or-later
// An architecture is a constant table of facts and functions. All of them are always compiled and tested on
// every host; only loading is native.
//
// To add one, in tiers:
//   loads         a row in arch.cc; `options`, `sources`, `formats`, `understand`, `plan`; a purgatory under
//                 purgatory/; recorded machines with their plans under tests/machines
//   crash-loads   `plan` for Purpose::crash
//   booted        a row in tests/boot/machine.py and its cells in tests/boot/matrix.py
#pragma once

#include "machine/snapshot.h"
#include "plan/option.h"
#include "plan/plan.h"

#include <span>
#include <string_view>
#include <vector>

namespace kexec {

struct Arch {
    std::string_view name;     // as people and our file names say it: "x86_64", "arm64", "ppc64", "s390x"
    std::uint16_t elf_machine; // EM_*, also the architecture bits of kexec_load's flags
    std::span<const Source> sources; // what to look at, besides common_sources()
    std::span<const Format> formats; // in probe order
    std::span<const Option> options; // every option this architecture knows
    Result<Machine> (*understand)(const Snapshot &);
    Result<Decision> (*plan)(const Request &);
    std::string_view efi_name = {}; // as EFI and boot entries say it: "x64"; empty: they do not know it
};

// What to look at on such a machine: the common files and its own.
std::vector<Source> all_sources(const Arch &arch);
// Of these what a load needs: a kernel for a reboot is planned without what a crash leaves behind, and a
// named system call without the kernel's policy.
std::vector<Source> sources_for(const Arch &arch, const Settings &settings);

std::span<const Arch *const> all_archs();
// By our name, or by the one uname -m gives ("aarch64", "ppc64le"); null where there is none.
const Arch *arch_named(std::string_view name);
// The machine this program was built for.
const Arch &native_arch();

} // namespace kexec
