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

namespace {

constexpr std::string_view hidden = "(hidden)";
constexpr std::string_view secret_parts[] = {
    "key",     "keys",  "pass",       "passwd",      "password", "passphrase", "pw",     "secret",
    "secrets", "token", "credential", "credentials", "psk",      "pin",        "apikey", "chap",
};

bool is_secret_part(std::string_view part) {
    return std::ranges::find(secret_parts, part) != std::end(secret_parts);
}

// A name is parts between dots, dashes and underscores: "rd.luks.key" has a secret part, "vconsole.keymap"
// has none.
bool names_a_secret(std::string_view name) {
    std::string part;
    for (char letter : std::string(name) + ".") {
        bool ends = letter == '.' || letter == '-' || letter == '_' || letter == '"';
        if (ends && is_secret_part(part))
            return true;
        bool is_capital = letter >= 'A' && letter <= 'Z';
        part = ends ? "" : part + static_cast<char>(is_capital ? letter - 'A' + 'a' : letter);
    }
    return false;
}

// "iscsi:USER:PASSWORD@…" and "SCHEME://USER:PASSWORD@…": what stands between the mark and the '@'.
std::string without_user(std::string_view word) {
    for (std::string_view mark : {"://", "iscsi:"}) {
        std::size_t at = word.find(mark);
        if (at == std::string_view::npos)
            continue;
        std::size_t start = at + mark.size(), end = word.find('@', start);
        if (end != std::string_view::npos &&
            word.substr(start, end - start).find(':') != std::string_view::npos)
            return std::string(word.substr(0, start)).append(hidden).append(word.substr(end));
    }
    return std::string(word);
}

std::string masked_word(std::string_view word) {
    std::size_t equals = word.find('=');
    if (equals != std::string_view::npos && names_a_secret(word.substr(0, equals)))
        return std::string(word.substr(0, equals + 1)).append(hidden);
    return without_user(word);
}

} // namespace

std::string masked_command_line(std::string_view line) {
    std::string masked;
    std::size_t done = 0;
    for (std::string_view word : words_of(line)) {
        auto start = static_cast<std::size_t>(word.data() - line.data());
        masked.append(line.substr(done, start - done)).append(masked_word(word));
        done = start + word.size();
    }
    return masked.append(line.substr(done));
}

std::string join_command_lines(std::string_view first, std::string_view second) {
    std::string line(first);
    if (!first.empty() && !second.empty())
        line += ' ';
    return line.append(second);
}

} // namespace kexec
