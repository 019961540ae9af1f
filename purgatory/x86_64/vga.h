// SPDX-License-Identifier: GPL-2.0-or-later
// The VGA text screen: 80 by 25 characters at 0xb8000.
#pragma once

#include <stddef.h>

namespace purgatory {

class Vga {
public:
    // When not enabled nothing is ever written.
    explicit Vga(bool is_enabled) : enabled(is_enabled) {}

    // On the bottom line; what was on the screen moves up at a newline.
    void write(char character);

private:
    bool enabled;
    size_t column = 0;
};

// Programs the registers for mode 3, 80 by 25 text in sixteen colours. The font in the card's memory is left
// alone.
void reset_vga();

} // namespace purgatory
