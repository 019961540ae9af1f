// SPDX-License-Identifier: GPL-2.0-or-later
// The I/O ports of x86.
#pragma once

#include <stdint.h>

namespace purgatory {

inline void write_port(uint16_t port, uint8_t value) {
    asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

inline uint8_t read_port(uint16_t port) {
    uint8_t value;
    asm volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

} // namespace purgatory
