// SPDX-License-Identifier: GPL-2.0-or-later
// What the running kernel shows of EFI firmware in /sys/firmware/efi.
#pragma once

#include "machine/machine.h"

namespace kexec::x86_64 {

// The address that systab gives for a table ("ACPI20", "SMBIOS"); 0 where it names none.
Result<std::uint64_t> efi_table_address(const Snapshot &snapshot, std::string_view table);

// Fills efi, efi_missing and efi_runtime_map_exists. A file that is missing is no error, one that holds
// nonsense is.
Result<void> read_efi(const Snapshot &snapshot, X86_64Facts &facts);

// The memory that runtime services and their tables use; a range that makes no sense is left out.
Ranges runtime_ranges(const X86_64Efi &efi);

} // namespace kexec::x86_64
