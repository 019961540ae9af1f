// SPDX-License-Identifier: GPL-2.0-or-later
// Where the purgatory is told to print.
#include "arch/x86_64/console.h"

#include "tests/catch.h"

using namespace kexec;

namespace {

Result<PurgatorySettings> told_for(std::map<OptionId, std::string> given) {
    Settings settings;
    settings.given = std::move(given);
    PurgatorySettings told{};
    auto done = x86_64::set_console(told, settings);
    if (!done)
        return Failure(done.error());
    return told;
}

PurgatorySettings told(std::map<OptionId, std::string> given) { return told_for(std::move(given)).value(); }

} // namespace

TEST_CASE("without an option nothing is printed anywhere") {
    CHECK(told({}).console.kind == purgatory::console_kind::none);
    CHECK(told({}).flags == 0);
}

TEST_CASE("--console-serial prints on the first port at the speed it has") {
    auto it = told({{OptionId::console_serial, ""}});
    CHECK(it.console.kind == purgatory::console_kind::uart_8250_port);
    CHECK(it.console.address == 0x3f8);
    CHECK(it.console.baud == 0);
}

TEST_CASE("--serial and --serial-baud choose port and speed") {
    auto second =
        told({{OptionId::console_serial, ""}, {OptionId::serial, "ttyS1"}, {OptionId::serial_baud, "9600"}});
    CHECK(second.console.address == 0x2f8);
    CHECK(second.console.baud == 9600);
    auto odd = told(
        {{OptionId::console_serial, ""}, {OptionId::serial, "0xe060"}, {OptionId::serial_baud, "115200"}});
    CHECK(odd.console.address == 0xe060);
    CHECK(odd.console.baud == 115200);
}

TEST_CASE("--serial alone prints nothing") {
    CHECK(told({{OptionId::serial, "ttyS1"}, {OptionId::serial_baud, "9600"}}).console.kind ==
          purgatory::console_kind::none);
}

TEST_CASE("--console-vga and --reset-vga are flags of their own") {
    CHECK(told({{OptionId::console_vga, ""}}).flags == purgatory::flag::console_vga);
    CHECK(told({{OptionId::reset_vga, ""}}).flags == purgatory::flag::reset_vga);
    auto both =
        told({{OptionId::console_vga, ""}, {OptionId::reset_vga, ""}, {OptionId::console_serial, ""}});
    CHECK(both.flags == (purgatory::flag::console_vga | purgatory::flag::reset_vga));
    CHECK(both.console.kind == purgatory::console_kind::uart_8250_port);
}

TEST_CASE("a port or a speed that is none is an error in usage") {
    for (const char *port : {"ttyS2", "3f8", "0x10000", "0x", ""}) {
        auto result = told_for({{OptionId::console_serial, ""}, {OptionId::serial, port}});
        INFO(port);
        REQUIRE_FALSE(result);
        CHECK(result.error().cause == Cause::bad_usage);
    }
    for (const char *baud : {"0", "4800", "9601", "230400", "fast"}) {
        auto result = told_for({{OptionId::console_serial, ""}, {OptionId::serial_baud, baud}});
        INFO(baud);
        REQUIRE_FALSE(result);
        CHECK(result.error().cause == Cause::bad_usage);
    }
}
