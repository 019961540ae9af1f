// SPDX-License-Identifier: GPL-2.0-or-later
// The boot loader's menu: entries as UAPI.1, the Boot Loader Specification, defines them, of type 1 (a small
// text file each) and type 2 (a unified kernel image each).
#pragma once

#include "machine/snapshot.h"

#include <string>
#include <vector>

namespace kexec {

struct BootEntry {
    std::string id;        // the file's name without boot counter and suffix
    std::string path;      // of the entry's own file
    std::string partition; // "/boot", "/efi" or "/boot/efi": where the paths below start from
    std::string version, machine_id, sort_key;
    std::string architecture;         // as EFI names it ("x64"); empty: any
    std::string kernel;               // starts with a slash
    std::vector<std::string> initrds; // in order, each with a slash
    std::string options;              // the command line
    std::string device_tree;          // empty: none
    bool unified = false;             // type 2: `kernel` holds everything else
    bool bad = false;                 // its boot counter has run out
};

// Entries, and what says which one is the default.
std::span<const Source> boot_entry_sources();

// All entries, in the order of the menu. $variables of GRUB in them have been replaced by what its
// environment block holds, or nothing. Lines that no entry may have are passed over, as boot loaders do.
std::vector<BootEntry> boot_entries_in(const Snapshot &snapshot);

// The entry of that name, with or without its suffix; or for "default" the one that would be booted next:
// what was chosen for one boot or for all of them in EFI variables, by loader.conf, by GRUB's environment
// block, else the first. Cause::missing_file names the entries there are.
Result<BootEntry> boot_entry_named(const Snapshot &snapshot, std::string_view name);

} // namespace kexec
