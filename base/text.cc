// SPDX-License-Identifier: GPL-2.0-or-later
// Splitting text and reading numbers. strtoul's grammar is that of C17, section 7.22.1.4; a quoted blank is a
// blank of the kernel's lib/cmdline.c, next_arg.
#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace kexec {

namespace {

constexpr std::string_view blanks = " \t\n\v\f\r";

bool is_blank(char character) { return blanks.find(character) != std::string_view::npos; }

std::optional<std::uint64_t> parse_digits(std::string_view digits, int base) {
    // from_chars would take a minus sign for a signed type only; an unsigned one refuses it, and white space
    // too.
    std::uint64_t value = 0;
    const char *end = digits.data() + digits.size();
    auto [stopped, error] = std::from_chars(digits.data(), end, value, base);
    if (error != std::errc{} || stopped != end)
        return std::nullopt;
    return value;
}

std::string_view without_0x(std::string_view text) {
    return text.starts_with("0x") || text.starts_with("0X") ? text.substr(2) : text;
}

} // namespace

std::optional<std::uint64_t> parse_decimal(std::string_view text) { return parse_digits(text, 10); }

std::optional<std::uint64_t> parse_hexadecimal(std::string_view text) {
    return parse_digits(without_0x(text), 16);
}

LeadingNumber leading_number(std::string_view text, int base) {
    LeadingNumber number;
    auto read = [&](std::string_view digits, int base_of_digits) {
        auto [stopped, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), number.magnitude, base_of_digits);
        if (error == std::errc::invalid_argument)
            return false;
        number.fits = error == std::errc{};
        number.length = static_cast<std::size_t>(stopped - text.data());
        return true;
    };
    std::string_view rest = text.substr(std::min(text.find_first_not_of(blanks), text.size()));
    number.negative = rest.starts_with('-');
    if (number.negative || rest.starts_with('+'))
        rest.remove_prefix(1);
    // Of 0x without a digit behind it the 0 alone is a number.
    std::string_view hexadecimal = without_0x(rest);
    bool has_prefix = (base == 0 || base == 16) && hexadecimal.size() != rest.size();
    if (!has_prefix || !read(hexadecimal, 16))
        read(rest, base != 0 ? base : rest.starts_with('0') ? 8 : 10);
    return number;
}

std::optional<std::uint64_t> parse_c_number(std::string_view text) {
    LeadingNumber number = leading_number(text, 0);
    if (number.length != text.size() || !number.fits)
        return std::nullopt;
    return number.negative ? 0 - number.magnitude : number.magnitude;
}

std::string_view trimmed(std::string_view text) {
    std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        std::size_t length = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, length));
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return lines;
}

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    std::size_t start = 0;
    bool in_word = false, in_quotes = false;
    for (std::size_t i = 0; i < text.size(); i++) {
        if (text[i] == '"')
            in_quotes = !in_quotes;
        bool splits = !in_quotes && is_blank(text[i]);
        if (!splits && !in_word)
            start = i;
        if (splits && in_word)
            words.push_back(text.substr(start, i - start));
        in_word = !splits;
    }
    if (in_word)
        words.push_back(text.substr(start));
    return words;
}

std::string one_line(std::string_view text) {
    std::string line;
    for (std::string_view word : words_of(text))
        line.append(line.empty() ? "" : " ").append(word);
    std::ranges::replace_if(line, is_blank, ' '); // a word in quotes may have a line end in it
    return line;
}

std::string with_underscores(std::string_view name) {
    std::string text(name);
    std::ranges::replace(text, '-', '_');
    return text;
}

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    for (char &letter : lower)
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
    return lower;
}

std::string printable(std::string_view text) {
    constexpr std::size_t longest = 60;
    std::string shown(text.substr(0, longest));
    for (char &character : shown)
        if (character < ' ' || character > '~')
            character = '?';
    return text.size() > longest ? shown + "..." : shown;
}

std::string last_line(std::string_view text) {
    std::string_view last;
    for (std::string_view line : lines_of(text))
        if (!trimmed(line).empty())
            last = trimmed(line);
    return printable(last);
}

} // namespace kexec
