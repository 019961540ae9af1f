// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a kernel command line, split as the kernel's next_arg() does
// (Documentation/admin-guide/kernel-parameters.rst): at blanks outside double quotes. A word's name ends at
// its first '='.
#include "plan/command_line.h"

#include "base/text.h"

namespace kexec {
namespace {

// BOOT_IMAGE is the boot loader's note of which file it started. elfcorehdr= is only on the line of a kernel
// that was started by a crash, and points into memory that the next kernel does not keep.
bool belongs_to_this_boot(std::string_view name, Purpose purpose) {
    return name == "BOOT_IMAGE" || name == "elfcorehdr" ||
           (purpose == Purpose::crash && name == "crashkernel");
}

} // namespace

std::string reused_command_line(std::string_view running, Purpose purpose) {
    std::string line;
    for (std::string_view word : words_of(running.substr(0, running.find_first_of("\r\n"))))
        if (!belongs_to_this_boot(word.substr(0, word.find('=')), purpose))
            line = join_command_lines(line, word);
    return line;
}

std::string join_command_lines(std::string_view first, std::string_view second) {
    std::string line(first);
    if (!first.empty() && !second.empty())
        line += ' ';
    return line.append(second);
}

} // namespace kexec
