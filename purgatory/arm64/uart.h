// SPDX-License-Identifier: GPL-2.0-or-later
// A serial port in memory, a PL011 or an 8250, used as it was set up: by firmware or by the kernel before. It
// must be reached as device memory, which with the MMU off all memory is: no use of it while caches are on.
#pragma once

#include "purgatory/verify.h"

#pragma GCC visibility push(hidden)

namespace purgatory {

class Uart {
public:
    // The port that the parameters name, if any; without one nothing is ever written.
    explicit Uart(const OwnParameters &parameters);

    // A newline is preceded by a carriage return. A port that does not get ready in bounded time is written
    // off.
    void write(char character);

private:
    void send(char character);
    bool wait_until_ready();
    uint32_t read_register(uint64_t offset);

    uint64_t address = 0;
    uint64_t width = 4;         // bytes that an access has
    uint64_t status_offset = 0; // of the register with the bits below
    uint32_t status_mask = 0;
    uint32_t status_when_ready = 0; // the masked bits of a port that takes a character
};

} // namespace purgatory

#pragma GCC visibility pop
