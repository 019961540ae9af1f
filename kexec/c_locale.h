// SPDX-License-Identifier: GPL-2.0-or-later
// What <ctype.h> says of letters in the C locale, as the C library's tables hold it (C17, 7.4).
#pragma once

#include <array>
#include <cctype>
#include <cstdint>

namespace kexec {

// By the letter + 128: a char may be negative, and so is EOF. Beyond ASCII nothing has a class.
inline constexpr int letters_below_zero = 128;
template <typename Entry> using LetterTable = std::array<Entry, letters_below_zero + 256>;

constexpr int to_lower(int letter) { return letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter; }
constexpr int to_upper(int letter) { return letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter; }

// Bits of _ISupper and its siblings.
constexpr std::uint16_t classes_of(int letter) {
    const bool is_upper = to_lower(letter) != letter, is_lower = to_upper(letter) != letter;
    const bool is_letter = is_upper || is_lower, is_digit = letter >= '0' && letter <= '9';
    const bool is_hexadecimal = is_digit || (is_letter && to_lower(letter) <= 'f');
    const bool is_blank = letter == ' ' || letter == '\t';
    const bool is_space = is_blank || (letter >= '\n' && letter <= '\r');
    const bool is_graphic = letter > ' ' && letter <= '~', is_alphanumeric = is_letter || is_digit;
    const bool is_control = (letter >= 0 && letter < ' ') || letter == '\x7f';
    auto bit = [](bool holds, int of_class) { return holds ? of_class : 0; };
    return static_cast<std::uint16_t>(
        bit(is_upper, _ISupper) | bit(is_lower, _ISlower) | bit(is_letter, _ISalpha) |
        bit(is_digit, _ISdigit) | bit(is_hexadecimal, _ISxdigit) | bit(is_space, _ISspace) |
        bit(is_graphic || letter == ' ', _ISprint) | bit(is_graphic, _ISgraph) | bit(is_blank, _ISblank) |
        bit(is_control, _IScntrl) | bit(is_graphic && !is_alphanumeric, _ISpunct) |
        bit(is_alphanumeric, _ISalnum));
}

template <typename Entry> constexpr LetterTable<Entry> table_of(Entry (*entry)(int letter)) {
    LetterTable<Entry> table;
    for (int letter = -letters_below_zero; letter < 256; letter++)
        table[static_cast<std::size_t>(letter + letters_below_zero)] = entry(letter);
    return table;
}

inline constexpr LetterTable<std::uint16_t> letter_classes = table_of(classes_of);
inline constexpr LetterTable<std::int32_t> lower_letters = table_of(to_lower);
inline constexpr LetterTable<std::int32_t> upper_letters = table_of(to_upper);

} // namespace kexec
