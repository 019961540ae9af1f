// SPDX-License-Identifier: GPL-2.0-or-later
// By Documentation/admin-guide/kernel-parameters.txt. memmap=SIZE@START and memmap=exactmap add memory, or
// begin anew, and keep nothing out.
#include "arch/x86_64/memory_words.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::x86_64 {
namespace {

// A number in C's notation with a unit behind it (memparse in lib/cmdline.c); what it ends at is left in
// `text`.
std::optional<std::uint64_t> take_size(std::string_view &text) {
    constexpr std::string_view units = "KMGTPE";
    std::size_t end = std::min(text.find_first_not_of("0123456789abcdefxABCDEFX"), text.size());
    bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    // E and the digits are told apart by the base: 1E is a size, 0x1E a number.
    if (!is_hexadecimal)
        end = std::min(text.find_first_not_of("0123456789"), text.size());
    auto number = end == 0 ? std::nullopt : parse_c_number(text.substr(0, end));
    text.remove_prefix(end);
    std::size_t unit =
        text.empty() ? std::string_view::npos : units.find(static_cast<char>(text.front() & ~0x20));
    if (!number || unit == std::string_view::npos)
        return number;
    text.remove_prefix(1);
    unsigned shift = 10 * (static_cast<unsigned>(unit) + 1);
    return *number > UINT64_MAX >> shift ? std::nullopt : std::optional(*number << shift);
}

Failure not_understood(std::string_view word) {
    return fail(Cause::bad_usage,
                fmt::format("\"{}\" on the command line cannot be understood", printable(word)),
                "write SIZE, or SIZE$START, with K, M or G behind numbers");
}

// SIZE is a limit, SIZE$START and its like a hole.
Result<void> take_memmap(MemoryWords &words, std::string_view piece) {
    std::string_view rest = piece;
    auto size = take_size(rest);
    if (piece == "exactmap" || (size && rest.starts_with('@')))
        return {};
    if (size && *size != 0 && rest.empty()) {
        words.end = std::min(words.end, *size);
        return {};
    }
    bool is_hole =
        size && !rest.empty() && std::string_view("#$!").find(rest.front()) != std::string_view::npos;
    if (is_hole)
        rest.remove_prefix(1);
    auto start = is_hole ? take_size(rest) : std::nullopt;
    if (!start || !rest.empty())
        return not_understood(piece);
    if (auto hole = Range::sized(*start, *size))
        words.kept_out.add(*hole);
    return {};
}

Result<void> take_memmaps(MemoryWords &words, std::string_view value) {
    while (!value.empty()) {
        std::size_t comma = std::min(value.find(','), value.size());
        TRY(take_memmap(words, value.substr(0, comma)));
        value.remove_prefix(std::min(comma + 1, value.size()));
    }
    return {};
}

Result<void> take_limit(MemoryWords &words, std::string_view value) {
    if (value == "nopentium")
        return {};
    std::string_view rest = value;
    auto size = take_size(rest);
    if (!size || *size == 0 || !rest.empty())
        return not_understood(value);
    words.end = std::min(words.end, *size);
    return {};
}

} // namespace

Result<MemoryWords> memory_words(std::string_view command_line) {
    MemoryWords words;
    for (std::string_view word : words_of(command_line)) {
        if (word == "--") // what follows is for init
            break;
        if (word.starts_with("mem="))
            TRY(take_limit(words, word.substr(4)));
        if (word.starts_with("memmap="))
            TRY(take_memmaps(words, word.substr(7)));
    }
    return words;
}

} // namespace kexec::x86_64
