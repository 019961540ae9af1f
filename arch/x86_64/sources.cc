// SPDX-License-Identifier: GPL-2.0-or-later
// What is looked at on an x86_64 machine besides the common files.
#include "arch/x86_64/x86_64.h"

#include <array>

namespace kexec {

std::span<const Source> x86_64_sources() {
    // Every kernel that EFI started has this one (drivers/firmware/efi/efi.c), readable or not.
    static constexpr std::string_view efi_systab = "/sys/firmware/efi/systab";
    constexpr auto for_fast = [](const Source &source) { return only_for(Need::fast, source); };
    constexpr auto with_efi = [](const Source &source) { return only_with(efi_systab, source); };
    static constexpr std::array sources = {
        Source{"/sys/firmware/memmap/*/start", "memory as the firmware or boot loader described it", 4096},
        Source{"/sys/firmware/memmap/*/end", "the last byte of an entry", 4096},
        Source{"/sys/firmware/memmap/*/type", "what kind of memory an entry is", 4096},
        Source{"/sys/kernel/boot_params/data", "the boot parameters of the running kernel", 4096},
        Source{"/sys/kernel/debug/boot_params/data", "the same on old kernels", 4096, Extent::whole,
               "/sys/kernel/boot_params/data"},
        Source{efi_systab, "the addresses of ACPI's and SMBIOS's tables", 4096},
        with_efi({"/sys/firmware/efi/fw_vendor",
                  "an address that EFI's tables lose when runtime services are mapped", 4096}),
        with_efi({"/sys/firmware/efi/runtime", "another", 4096}),
        with_efi({"/sys/firmware/efi/config_table", "another", 4096}),
        with_efi({"/sys/firmware/efi/runtime-map/*/type",
                  "EFI's memory that stays in use, as the kernel mapped it", 4096}),
        with_efi({"/sys/firmware/efi/runtime-map/*/phys_addr", "its physical address", 4096}),
        with_efi({"/sys/firmware/efi/runtime-map/*/virt_addr", "its virtual address", 4096}),
        with_efi({"/sys/firmware/efi/runtime-map/*/num_pages", "its size", 4096}),
        with_efi({"/sys/firmware/efi/runtime-map/*/attribute", "what may be done with it", 4096}),
        for_fast({"/proc/cpuinfo",
                  "for --fast: what the processor can do, which tells a confidential guest as well", 4096}),
        for_fast(
            {"/sys/class/misc/sev-guest/uevent", "for --fast: whether this is a confidential guest", 4096}),
        for_fast({"/sys/class/misc/tdx_guest/uevent", "the same", 4096}),
        // One program header of 56 bytes for each range of memory, and a few: 4 MiB are 74 898.
        Source{"/proc/kcore", "where the kernel has mapped memory and itself", 4 << 20,
               Extent::program_headers},
    };
    return sources;
}

} // namespace kexec
