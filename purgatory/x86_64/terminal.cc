// SPDX-License-Identifier: GPL-2.0-or-later
// The serial port and the screen at once.
#include "purgatory/x86_64/terminal.h"

namespace purgatory {

namespace {

uint16_t serial_port(const OwnParameters &parameters) {
    const auto &console = parameters.console;
    return console.kind == console_kind::uart_8250_port ? static_cast<uint16_t>(console.address) : 0;
}

} // namespace

Terminal::Terminal(const OwnParameters &parameters)
    : serial(serial_port(parameters), parameters.console.baud),
      vga((parameters.flags & flag::console_vga) != 0) {
    if ((parameters.flags & flag::reset_vga) != 0)
        reset_vga();
}

void Terminal::write(char character) {
    serial.write(character);
    vga.write(character);
}

} // namespace purgatory
