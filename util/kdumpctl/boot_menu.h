// SPDX-License-Identifier: GPL-2.0-or-later
// What this machine boots, and through what: the boot loader's entries, each with the file and the place that
// its command line stands in.
#pragma once

#include "machine/snapshot.h"
#include "util/kdumpctl/boot_formats.h"

namespace kexec::kdumpctl {

// What a command line is changed through.
enum class Loader {
    none,          // nothing that is known here
    ostree,        // rpm-ostree keeps the command lines
    entries,       // files of the Boot Loader Specification
    extlinux,      // extlinux.conf
    old_grub,      // grub.conf or menu.lst
    zipl,          // sections of /etc/zipl.conf
    grubby,        // the program knows how
    grub_defaults, // /etc/default/grub, of which grub.cfg is made
};

struct MenuEntry {
    std::string file; // that has the command line
    KernelLine line;
    std::string kernel;       // a path that ends as that of the kernel's file does
    std::string command_line; // with variables replaced; the part for the kernel
    bool is_default = false;
};

struct BootMenu {
    Loader loader = Loader::none;
    std::vector<MenuEntry> entries; // in the order of the menu, as far as they can be seen
    std::vector<std::string> notes; // sentences on what cannot be changed
};

// Everything that is looked at.
std::span<const Source> boot_sources();

// An error where a file is damaged or too long.
Result<BootMenu> boot_menu_in(const Snapshot &snapshot);

// Lines that hold for every kernel, and for those to come.
struct CommonLine {
    std::string file;
    KernelLine line;
    bool decides = false; // of those that make one command line: this one gets what none of them has
};
using CommonLines = std::vector<CommonLine>; // that make one command line
Result<std::vector<CommonLines>> common_lines(const Snapshot &snapshot, Loader loader);

// The value of $kernelopts in GRUB's environment block, and its line; nothing where there is none.
Result<std::optional<CommonLine>> kernelopts_in(const Snapshot &snapshot);

// The first of the paths that is there.
std::optional<std::string> first_there(const Snapshot &snapshot, std::span<const std::string_view> paths);

} // namespace kexec::kdumpctl
