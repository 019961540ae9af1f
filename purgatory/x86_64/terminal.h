// SPDX-License-Identifier: GPL-2.0-or-later
// Where messages go on x86_64: the serial port and the screen that the parameters name, or nowhere.
#pragma once

#include "purgatory/verify.h"
#include "purgatory/x86_64/serial.h"
#include "purgatory/x86_64/vga.h"

namespace purgatory {

class Terminal {
public:
    // Sets the devices up as the parameters say.
    explicit Terminal(const OwnParameters &parameters);

    void write(char character);

private:
    Serial serial;
    Vga vga;
};

} // namespace purgatory
