// SPDX-License-Identifier: GPL-2.0-or-later
// As kexec-tools has it: --console-serial alone prints on the first port; --serial without it prints nothing.
#include "arch/x86_64/console.h"

#include "arch/x86_64/options.h"

namespace kexec::x86_64 {

Result<void> set_console(PurgatorySettings &told, const Settings &settings) {
    if (settings.has(OptionId::console_vga))
        told.flags |= purgatory::flag::console_vga;
    if (settings.has(OptionId::reset_vga))
        told.flags |= purgatory::flag::reset_vga;
    if (!settings.has(OptionId::console_serial))
        return {};
    told.console = {.address = default_serial_port,
                    .kind = purgatory::console_kind::uart_8250_port,
                    .baud = 0};
    if (auto port = settings.given.find(OptionId::serial); port != settings.given.end())
        told.console.address = TRY(parse_serial_port(port->second));
    if (auto baud = settings.given.find(OptionId::serial_baud); baud != settings.given.end())
        told.console.baud = TRY(parse_serial_baud(baud->second));
    return {};
}

} // namespace kexec::x86_64
