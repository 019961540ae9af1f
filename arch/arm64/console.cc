// SPDX-License-Identifier: GPL-2.0-or-later
// As kexec-tools has it: --serial names a port by its device ("ttyAMA0"), and /sys/class/tty tells its
// address. What kind of port stands there is told next to it, in the numbers of
// include/uapi/linux/serial_core.h.
#include "arch/arm64/console.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::arm64 {
namespace {

constexpr std::uint64_t port_amba = 32;                           // PL011, and SBSA's subset of it
constexpr std::uint64_t first_port_8250 = 1, last_port_8250 = 31; // what drivers/tty/serial/8250 drives

std::optional<std::uint32_t> kind_of(const Arm64SerialPort &port) {
    if (port.type == port_amba)
        return purgatory::console_kind::uart_pl011;
    if (port.type >= first_port_8250 && port.type <= last_port_8250)
        return purgatory::console_kind::uart_8250_memory;
    return std::nullopt;
}

std::string names_of(const std::vector<Arm64SerialPort> &ports) {
    std::string names;
    for (const Arm64SerialPort &port : ports)
        names += (names.empty() ? "" : ", ") + port.name;
    return names.empty() ? "none" : names;
}

} // namespace

Result<void> set_console(PurgatorySettings &told, const Request &request) {
    auto given = request.settings.given.find(OptionId::serial);
    if (given == request.settings.given.end())
        return {};
    const auto &ports = std::get<Arm64Facts>(request.machine.own).serial_ports;
    std::string_view wanted = given->second;
    if (wanted.starts_with("/dev/"))
        wanted.remove_prefix(5);
    auto port = std::ranges::find(ports, wanted, &Arm64SerialPort::name);
    if (port == ports.end())
        return fail(Cause::unsupported,
                    fmt::format("--serial {}: there is no such serial port with an address in "
                                "/sys/class/tty/*/iomem_base",
                                printable(given->second)),
                    fmt::format("name one of these: {}", names_of(ports)));
    auto kind = kind_of(*port);
    if (!kind)
        return fail(Cause::unsupported,
                    fmt::format("--serial {}: it is a port of type {}, only a PL011 (32) and 8250s (1 to 31) "
                                "can be printed on",
                                port->name, port->type),
                    "leave out --serial");
    if (port->shift > 2)
        return fail(Cause::unsupported,
                    fmt::format("--serial {}: its iomem_reg_shift is {}, at most 2 was expected", port->name,
                                port->shift),
                    "leave out --serial");
    told.console = {.address = port->address, .kind = *kind, .baud = 0};
    if (*kind == purgatory::console_kind::uart_8250_memory)
        told.machine[purgatory::arm64_word::register_width] = std::uint64_t{1} << port->shift;
    return {};
}

} // namespace kexec::arm64
