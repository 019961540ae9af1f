// SPDX-License-Identifier: GPL-2.0-or-later
// Text and numbers, character by character, for whatever console a machine has.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace purgatory {

class Messages {
public:
    // Puts one character on the device; a newline stands for the beginning of a new line.
    using Write = void (*)(void *device, char character);

    // `to` is handed to every call of `use`.
    Messages(Write use, void *to) : write_character(use), device(to) {}

    void write(const char *text);
    void write_decimal(size_t value);

    // With 0x in front, without leading zeros.
    void write_address(uint64_t value);

    // 64 hexadecimal digits.
    void write_digest(const uint8_t (&digest)[32]);

private:
    void write(char character) { write_character(device, character); }

    Write write_character;
    void *device;
};

} // namespace purgatory
