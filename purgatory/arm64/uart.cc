// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the PrimeCell UART (PL011) reference manual, of which the generic UART of Arm's server base system
// architecture is a part, and the data sheet of the PC16550D. Both take characters in register 0.
#include "purgatory/arm64/uart.h"

namespace purgatory {

namespace {

constexpr uint64_t pl011_flags = 0x18;
constexpr uint32_t transmit_fifo_full = 1 << 5;

constexpr uint64_t line_status = 5; // the number of the register, not its offset
constexpr uint32_t transmitter_empty = 1 << 5;

// A read takes a tenth of a microsecond or more; at 300 bits per second a character takes 33 milliseconds.
constexpr uint32_t status_reads = 1000000;

} // namespace

Uart::Uart(const OwnParameters &parameters) {
    const auto &console = parameters.console;
    if (console.kind == console_kind::uart_pl011) {
        address = console.address;
        status_offset = pl011_flags;
        status_mask = transmit_fifo_full;
        status_when_ready = 0;
    } else if (console.kind == console_kind::uart_8250_memory) {
        address = console.address;
        uint64_t wanted = parameters.machine[arm64_word::register_width];
        width = wanted == 2 || wanted == 4 ? wanted : 1;
        status_offset = line_status * width;
        status_mask = status_when_ready = transmitter_empty;
    }
}

void Uart::write(char character) {
    if (character == '\n')
        send('\r');
    send(character);
}

void Uart::send(char character) {
    if (address == 0 || !wait_until_ready())
        return;
    auto value = static_cast<uint8_t>(character);
    if (width == 1)
        *reinterpret_cast<volatile uint8_t *>(address) = value;
    else if (width == 2)
        *reinterpret_cast<volatile uint16_t *>(address) = value;
    else
        *reinterpret_cast<volatile uint32_t *>(address) = value;
}

uint32_t Uart::read_register(uint64_t offset) {
    if (width == 1)
        return *reinterpret_cast<volatile uint8_t *>(address + offset);
    if (width == 2)
        return *reinterpret_cast<volatile uint16_t *>(address + offset);
    return *reinterpret_cast<volatile uint32_t *>(address + offset);
}

bool Uart::wait_until_ready() {
    for (uint32_t i = 0; i < status_reads; i++) {
        if ((read_register(status_offset) & status_mask) == status_when_ready)
            return true;
    }
    address = 0;
    return false;
}

} // namespace purgatory
