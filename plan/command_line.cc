// SPDX-License-Identifier: GPL-2.0-or-later
// Words of a kernel command line, split as the kernel's next_arg() does
// (Documentation/admin-guide/kernel-parameters.rst): at blanks outside double quotes. A word's name ends at
// its first '='.
#include "plan/command_line.h"

#include "base/text.h"

#include <algorithm>

namespace kexec {
namespace {

// BOOT_IMAGE is the boot loader's note of which file it started. elfcorehdr= is only on the line of a kernel
// that was started by a crash, and points into memory that the next kernel does not keep.
bool belongs_to_this_boot(std::string_view name, Purpose purpose) {
    return name == "BOOT_IMAGE" || name == "elfcorehdr" ||
           (purpose == Purpose::crash && name == "crashkernel");
}

// The word with its name spelled one way.
std::string canonical(std::string_view word) {
    std::string text(word);
    std::size_t end = std::min(text.find('='), text.size());
    std::replace(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '-', '_');
    return text;
}

std::string_view name_of(std::string_view word) { return word.substr(0, word.find('=')); }

} // namespace

std::string reused_command_line(std::string_view running, Purpose purpose) {
    std::string line;
    for (std::string_view word : words_of(running.substr(0, running.find_first_of("\r\n"))))
        if (!belongs_to_this_boot(name_of(word), purpose))
            line = join_command_lines(line, word);
    return line;
}

std::string without_words(std::string_view line, std::span<const std::string> words) {
    auto is_named = [](std::string_view word, std::string_view wanted) {
        std::string whole = canonical(word), other = canonical(wanted);
        return whole == other || name_of(whole) == other;
    };
    std::string rest;
    for (std::string_view word : words_of(line))
        if (std::ranges::none_of(words, [&](const std::string &each) { return is_named(word, each); }))
            rest = join_command_lines(rest, word);
    return rest;
}

std::string join_command_lines(std::string_view first, std::string_view second) {
    std::string line(first);
    if (!first.empty() && !second.empty())
        line += ' ';
    return line.append(second);
}

} // namespace kexec
