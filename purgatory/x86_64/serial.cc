// SPDX-License-Identifier: GPL-2.0-or-later
// Follows the data sheet of the PC16550D: registers at port + 0 to + 5, divisor of a 1.8432 MHz clock by
// sixteen.
#include "purgatory/x86_64/serial.h"

#include "purgatory/x86_64/io.h"

namespace purgatory {

namespace {

enum Register : uint8_t { data, interrupt_enable, fifo_control, line_control, modem_control, line_status };

constexpr uint8_t line_8n1 = 0x03, divisor_access = 0x80;
constexpr uint8_t terminal_ready_and_request_to_send = 0x03;
constexpr uint8_t transmitter_empty = 0x20;
constexpr uint32_t highest_baud = 115200;

// A status read takes about a microsecond; at 300 bits per second a character takes 33 milliseconds.
constexpr uint32_t status_reads = 100000;

void write_register(uint16_t port, Register which, uint8_t value) {
    write_port(static_cast<uint16_t>(port + which), value);
}

void set_divisor(uint16_t port, uint32_t baud) {
    uint32_t divisor = baud < highest_baud ? highest_baud / baud : 1;
    write_register(port, line_control, line_8n1 | divisor_access);
    write_register(port, data, static_cast<uint8_t>(divisor));
    write_register(port, interrupt_enable, static_cast<uint8_t>(divisor >> 8));
}

} // namespace

Serial::Serial(uint16_t at, uint32_t baud) : port(at) {
    if (port == 0)
        return;
    if (baud != 0)
        set_divisor(port, baud);
    write_register(port, line_control, line_8n1);
    write_register(port, interrupt_enable, 0);
    write_register(port, fifo_control, 0);
    write_register(port, modem_control, terminal_ready_and_request_to_send);
}

void Serial::write(char character) {
    if (character == '\n')
        send('\r');
    send(character);
}

void Serial::send(char character) {
    if (port != 0 && wait_until_ready())
        write_register(port, data, static_cast<uint8_t>(character));
}

bool Serial::wait_until_ready() {
    for (uint32_t i = 0; i < status_reads; i++) {
        if ((read_port(static_cast<uint16_t>(port + line_status)) & transmitter_empty) != 0)
            return true;
    }
    port = 0;
    return false;
}

} // namespace purgatory
