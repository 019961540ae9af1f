// SPDX-License-Identifier: GPL-2.0-or-later
// Text and numbers as characters.
#include "purgatory/messages.h"

namespace purgatory {

namespace {

char hex_digit(uint64_t value) { return static_cast<char>(value < 10 ? '0' + value : 'a' + value - 10); }

} // namespace

void Messages::write(const char *text) {
    for (; *text != '\0'; text++)
        write(*text);
}

void Messages::write_decimal(size_t value) {
    if (value >= 10)
        write_decimal(value / 10);
    write(static_cast<char>('0' + value % 10));
}

void Messages::write_address(uint64_t value) {
    int shift = 60;
    while (shift > 0 && value >> shift == 0)
        shift -= 4;
    write("0x");
    for (; shift >= 0; shift -= 4)
        write(hex_digit(value >> shift & 15));
}

void Messages::write_digest(const uint8_t (&digest)[32]) {
    for (uint8_t byte : digest) {
        write(hex_digit(byte >> 4));
        write(hex_digit(byte & 15));
    }
}

} // namespace purgatory
