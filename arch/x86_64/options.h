// SPDX-License-Identifier: GPL-2.0-or-later
// Every option that kexec knows on x86_64, and what the arguments of those about a serial port mean.
#pragma once

#include "plan/option.h"

#include <cstdint>

namespace kexec {

std::span<const Option> x86_64_options();

// --serial: "ttyS0", "ttyS1" or 0x… below 0x10000: an I/O port. Cause::bad_usage for anything else.
Result<std::uint16_t> parse_serial_port(std::string_view argument);
inline constexpr std::uint16_t default_serial_port = 0x3f8;

// --serial-baud: a divisor of 115200 from 9600 up. Cause::bad_usage for anything else.
Result<std::uint32_t> parse_serial_baud(std::string_view argument);

} // namespace kexec
