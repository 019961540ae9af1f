// SPDX-License-Identifier: GPL-2.0-or-later
// An 8250 serial port behind I/O ports.
#pragma once

#include <stdint.h>

namespace purgatory {

class Serial {
public:
    // Port 0: there is none, and nothing is written. Else the line is set to 8 data bits, no parity, one stop
    // bit, no FIFO, and to `baud` bits per second unless that is 0.
    Serial(uint16_t port, uint32_t baud);

    // A newline is preceded by a carriage return. A port that does not get ready in bounded time is written
    // off.
    void write(char character);

private:
    void send(char character);
    bool wait_until_ready();

    uint16_t port;
};

} // namespace purgatory
