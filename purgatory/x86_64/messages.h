// SPDX-License-Identifier: GPL-2.0-or-later
// Where messages go: the serial port and the screen that the parameters name, or nowhere.
#pragma once

#include "purgatory/verify.h"
#include "purgatory/x86_64/serial.h"
#include "purgatory/x86_64/vga.h"

namespace purgatory {

class Messages {
public:
    // Sets the devices up as the parameters say.
    explicit Messages(const OwnParameters &parameters);

    void write(const char *text);
    void write_decimal(size_t value);

    // With 0x in front, without leading zeros.
    void write_address(uint64_t value);

    // 64 hexadecimal digits.
    void write_digest(const uint8_t (&digest)[32]);

private:
    void write(char character);

    Serial serial;
    Vga vga;
};

} // namespace purgatory
