// SPDX-License-Identifier: GPL-2.0-or-later
// The option table of x86_64.
#include "arch/x86_64/options.h"

#include "arch/options.h"
#include "base/text.h"

#include <fmt/core.h>

namespace kexec {
namespace {

Result<void> check_serial(std::string_view argument) {
    TRY(parse_serial_port(argument));
    return {};
}

Result<void> check_serial_baud(std::string_view argument) {
    TRY(parse_serial_baud(argument));
    return {};
}

constexpr Option architecture(OptionId id, std::string_view name, std::string_view argument,
                              OptionReach reach, std::string_view help) {
    return {id, name, 0, argument, OptionScope::architecture, reach, help};
}
constexpr Option loader(OptionId id, std::string_view name, std::string_view argument, OptionReach reach,
                        std::string_view help) {
    return {id, name, 0, argument, OptionScope::loader, reach, help};
}

constexpr std::array own_options = {
    reuse_initrd_option(OptionReach::refused, no_reuse_initrd),
    architecture(OptionId::reset_vga, "reset-vga", "", OptionReach::segments,
                 "reset a VGA card to text mode before the new kernel starts"),
    with_check(architecture(OptionId::serial, "serial", "PORT", OptionReach::segments,
                            "the serial port of --console-serial: ttyS0, ttyS1 or 0xPORT"),
               check_serial),
    with_check(architecture(OptionId::serial_baud, "serial-baud", "RATE", OptionReach::segments,
                            "the speed of that port, 9600 to 115200"),
               check_serial_baud),
    architecture(OptionId::console_vga, "console-vga", "", OptionReach::segments,
                 "print on the VGA text screen until the new kernel starts"),
    architecture(OptionId::console_serial, "console-serial", "", OptionReach::segments,
                 "print on the serial port until the new kernel starts"),
    with_note(architecture(OptionId::elf32_core_headers, "elf32-core-headers", "", OptionReach::nothing,
                           "accepted; core headers are ELF64"),
              "core headers are written as ELF64, the form that holds every address"),
    architecture(OptionId::elf64_core_headers, "elf64-core-headers", "", OptionReach::nothing,
                 "accepted; core headers are ELF64"),
    loader(OptionId::pass_memmap_cmdline, "pass-memmap-cmdline", "", OptionReach::segments,
           "tell a crash kernel its memory with memmap= words, too"),
    loader(OptionId::noefi, "noefi", "", OptionReach::segments, "do not hand EFI on to the new kernel"),
    loader(OptionId::reuse_video_type, "reuse-video-type", "", OptionReach::nothing,
           "accepted; the running kernel's video settings are always handed on"),
    loader(OptionId::args_linux, "args-linux", "", OptionReach::nothing,
           "accepted; a vmlinux is started by the Linux boot protocol"),
    loader(OptionId::args_elf, "args-elf", "", OptionReach::segments,
           "start an ELF file that is no Linux kernel, with ELF boot notes"),
    loader(OptionId::args_none, "args-none", "", OptionReach::segments,
           "start an ELF file that is no Linux kernel, with nothing"),
    with_note(loader(OptionId::module, "module", "FILE", OptionReach::nothing,
                     "multiboot modules (not offered)"),
              "kernels are not started by multiboot"),
    loader(OptionId::real_mode, "real-mode", "", OptionReach::any,
           "bzImage: enter through the 16-bit setup code (not offered)"),
    loader(OptionId::entry_32bit, "entry-32bit", "", OptionReach::segments,
           "bzImage: enter through the 32-bit entry point"),
    loader(OptionId::dtb, "dtb", "FILE", OptionReach::segments, "hand this device tree over"),
};

constexpr auto table =
    join_options(general_options, own_options, boot_options(OptionScope::loader),
                 std::array{ramdisk_option(OptionScope::loader), profile_option, fast_option});

} // namespace

std::span<const Option> x86_64_options() { return table; }

Result<std::uint16_t> parse_serial_port(std::string_view argument) {
    if (argument == "ttyS0")
        return default_serial_port;
    if (argument == "ttyS1")
        return std::uint16_t{0x2f8};
    auto port = argument.starts_with("0x") ? parse_hexadecimal(argument) : std::nullopt;
    if (!port || *port > UINT16_MAX)
        return fail(Cause::bad_usage, fmt::format("--serial={} names no serial port", argument),
                    "use ttyS0, ttyS1, or an I/O port from 0x0 to 0xffff");
    return static_cast<std::uint16_t>(*port);
}

Result<std::uint32_t> parse_serial_baud(std::string_view argument) {
    constexpr std::uint64_t fastest = 115200, slowest = 9600;
    auto baud = parse_c_number(argument);
    if (!baud || *baud < slowest || *baud > fastest || fastest % *baud != 0)
        return fail(Cause::bad_usage, fmt::format("--serial-baud={} is no speed of a serial port", argument),
                    "use 9600, 19200, 38400, 57600 or 115200");
    return static_cast<std::uint32_t>(*baud);
}

} // namespace kexec
