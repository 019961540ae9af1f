// SPDX-License-Identifier: GPL-2.0-or-later
// Text as /proc and /sys hold it: lines, words, numbers. A number is wholly a number or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// Digits of the given base only, no sign, no white space; a hexadecimal number may start with 0x. Nothing
// where that does not hold or 64 bits are too few.
std::optional<std::uint64_t> parse_decimal(std::string_view text);
std::optional<std::uint64_t> parse_hexadecimal(std::string_view text);
// The number that a text begins with, as strtoul and strtol find it in a base of 2 to 36, or with 0 in the
// one that its prefix tells: 0x… hexadecimal, 0… octal, else decimal.
struct LeadingNumber {
    std::uint64_t magnitude = 0;
    bool negative = false;
    bool fits = true;       // into 64 bits, without the sign
    std::size_t length = 0; // with blanks and sign; 0: there is no number
};
LeadingNumber leading_number(std::string_view text, int base);
// As strtoul takes it with base 0, which is how kexec-tools reads numbers: 0x… hexadecimal, 0… octal, else
// decimal; white space and a sign may stand in front (-1 is the largest number); an empty text is 0.
std::optional<std::uint64_t> parse_c_number(std::string_view text);

// Without blanks and line ends at both ends.
std::string_view trimmed(std::string_view text);
// Without line ends; a last line without one counts.
std::vector<std::string_view> lines_of(std::string_view text);
// Split at runs of blanks. With quotes as the kernel's command line knows them: blanks inside "…" do not
// split, and the quotes stay in the word.
std::vector<std::string_view> words_of(std::string_view text);

// The words with one blank between each: a text of any lines as one line.
std::string one_line(std::string_view text);

// The name of a module or a parameter with '_' for '-': the kernel takes the two for one
// (kernel-parameters.rst).
std::string with_underscores(std::string_view name);

// The letters of ASCII alone.
std::string in_lower_case(std::string_view text);

// Foreign text as an error may quote it: at most 60 characters and "...", each that is not plain ASCII shown
// as '?'.
std::string printable(std::string_view text);

// Of what a program has said, the last line that is not blank, as printable() shows it. Empty where there is
// none.
std::string last_line(std::string_view text);

} // namespace kexec
