// SPDX-License-Identifier: GPL-2.0-or-later
// Where command lines of kernels stand in the formats of boot loaders. Any text; what cannot be understood
// well enough to be changed is an error with its line.
#pragma once

#include "base/result.h"
#include "util/kdumpctl/boot_text.h"

namespace kexec::kdumpctl {

// What a file has: command lines in their order, and which entry is booted unless another is chosen.
struct MenuText {
    std::vector<KernelLine> lines;
    std::string default_label = {}; // empty: the first
};

// The menu, or an error where a command line in it cannot be changed word by word (unpaired_piece). All that
// follow ask this.
Result<MenuText> with_pairs(std::string_view text, MenuText menu);

// An entry by UAPI.1, the Boot Loader Specification: all lines "options" are one command line.
Result<MenuText> read_entry(std::string_view text);

// extlinux.conf and syslinux.cfg: a label has its own "append", or that in front of all labels.
Result<MenuText> read_extlinux(std::string_view text);

// GRUB's old menu, grub.conf or menu.lst: "kernel PATH WORDS" below a "title"; labels are numbers from 0.
Result<MenuText> read_old_grub(std::string_view text);

// What grub-mkconfig makes: "linux PATH WORDS", also as linux16 and linuxefi.
Result<MenuText> read_grub_cfg(std::string_view text);

// /etc/zipl.conf, by zipl.conf(5): "image" and "parameters" in sections.
Result<MenuText> read_zipl(std::string_view text);

// A file of a shell's assignments: the values of that variable, one line of every kernel. Without one, it is
// put at the end of the file.
Result<MenuText> read_shell_variable(std::string_view text, std::string_view name);

// /etc/kernel/cmdline: nothing but words.
Result<MenuText> read_plain(std::string_view text);

// GRUB's environment block: the value of that variable, no line where it is not there. Such a block keeps its
// size, a multiple of 1024 bytes, with '#' behind the variables.
Result<MenuText> read_grub_environment(std::string_view text, std::string_view name);
Result<std::string> fit_grub_environment(std::string text, std::size_t size);

} // namespace kexec::kdumpctl
