// SPDX-License-Identifier: GPL-2.0-or-later
// What only an x86_64 machine has: the boot parameters its firmware and boot loader left, EFI's runtime map,
// and where the running kernel lies.
#pragma once

#include "base/bytes.h"
#include "base/range.h"

#include <optional>
#include <vector>

namespace kexec {

// One line of /sys/firmware/efi/runtime-map, in EFI's own terms.
struct EfiRuntimeRange {
    std::uint32_t type;
    std::uint64_t physical;
    std::uint64_t virtual_address;
    std::uint64_t pages; // of 4096 bytes
    std::uint64_t attribute;
};

struct X86_64Efi {
    std::uint64_t firmware_vendor, runtime, config_table; // addresses as /sys/firmware/efi has them
    std::uint64_t smbios;                                 // 0 where systab names none
    // Ascending by physical address, not empty. Some ranges (of type boot services data) may lie in RAM:
    // something was in them that the kernel wanted to keep, the memory attributes table for one. Nothing may
    // be placed there.
    std::vector<EfiRuntimeRange> runtime_map;
};

// The running kernel's own place, for the core header of a crash dump.
struct X86_64Kernel {
    std::uint64_t page_offset; // virtual address of physical 0 in the direct map
    std::uint64_t text_physical, text_virtual, text_size;
};

// Where the direct map lies tells: Documentation/arch/x86/x86_64/mm.rst.
constexpr bool uses_five_levels(const X86_64Kernel &kernel) {
    return kernel.page_offset < 0xffff800000000000;
}

struct X86_64Facts {
    Buffer boot_params;          // /sys/kernel/boot_params/data: 4096 bytes, or empty where it cannot be had
    std::uint64_t acpi_rsdp = 0; // physical address, 0: not known, the second kernel searches
    std::optional<X86_64Efi> efi;
    std::string efi_missing; // why `efi` is empty on an EFI machine: the file that is missing; empty on a
                             // BIOS machine
    bool efi_runtime_map_exists = false;
    std::optional<X86_64Kernel> kernel;
    std::string kernel_missing; // why `kernel` is empty
    bool has_la57 = false; // the processor can page in five levels; with no5lvl the kernel does not say so
    std::string confidential = {}; // what tells that this is a guest whose memory its host cannot read;
                                   // empty: none does
};

} // namespace kexec
