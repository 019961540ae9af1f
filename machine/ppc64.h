// SPDX-License-Identifier: GPL-2.0-or-later
// What only a ppc64 machine has: its device tree, what firmware and hypervisor use of memory by that tree,
// and how a crash is dumped.
#pragma once

#include "base/bytes.h"
#include "base/range.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

// Who uses a piece of memory that no kernel may touch.
enum class FirmwareUse {
    rtas,       // PAPR's firmware calls, which the next kernel makes too
    opal,       // the same on bare metal
    tce,        // a table by which a PCI bridge translates addresses; the next kernel takes it over
    hash_table, // the running kernel's page table, on bare metal
    reserved,   // the tree says so
};
struct FirmwareMemory {
    FirmwareUse use;
    Range range;
};
std::string_view name_of(FirmwareUse use);
// Whether the next kernel has to know of it from us: it uses it, and nothing else in the tree reserves it.
bool is_handed_on(FirmwareUse use);

struct Ppc64Opal {
    std::uint64_t base, entry; // addresses
};

// A dump that firmware has kept since the crash, and that a kernel has to save yet.
struct Ppc64WaitingDump {
    std::string property; // which tells of it: "/rtas/ibm,kernel-dump"
    Ranges boot_memory;   // what the running kernel was given; the rest of RAM is the dump
};

struct Ppc64Facts {
    std::uint64_t page_size = 65536; // of the running kernel, bytes: segments must be made of whole ones
    std::string page_size_words;     // where that came from

    Buffer device_tree; // flattened, as the running kernel shows it; empty: there is none
    std::string device_tree_words;

    std::optional<std::uint64_t> kernel_end; // behind the running kernel's last byte, which starts at 0
    std::optional<Range> first_memory; // the lowest piece by the tree: all that real mode is sure to reach
    std::vector<FirmwareMemory> firmware;
    std::optional<Ppc64Opal> opal;
    std::optional<Range> initrd; // that the running kernel was booted with

    std::optional<std::uint64_t> terminal; // the unit of the hypervisor's terminal that is the console
    bool vector_sha = false;               // the kernel lets a process use vshasigmaw
    std::optional<std::uint64_t>
        next_cpu;                    // the number, in the tree, of the CPU that will start the next kernel
    std::uint64_t possible_cpus = 0; // 0: not known

    bool fadump = false; // firmware-assisted dump is on, so that a crash starts no kernel
    std::optional<Ppc64WaitingDump> waiting_dump;
};

} // namespace kexec
