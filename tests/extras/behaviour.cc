// SPDX-License-Identifier: GPL-2.0-or-later
// What is told of a purgatory is what its parameters say, in either byte order.
#include "extras/behaviour.h"

#include "plan/purgatory.h"
#include "tests/catch.h"
#include "tests/plan/requests.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

SegmentLoad plan_with(const PurgatorySettings &settings, std::endian order = std::endian::little,
                      std::uint32_t machine = EM_X86_64) {
    static const Buffer content(1000);
    SegmentLoad plan{};
    plan.flags = machine << 16;
    plan.order = order;
    plan.purgatory = prepare_purgatory(Buffer(8192), order, settings);
    plan.segments = {{.name = "kernel", .destination = sized(0x100000, 0x1000), .bytes = content},
                     {.name = "backup", .destination = sized(0x102000, 0x1000), .bytes = {}},
                     {.name = "purgatory",
                      .destination = sized(0x104000, 0x2000),
                      .bytes = *plan.purgatory,
                      .verified = false}};
    return plan;
}

} // namespace

TEST_CASE("a plan without a purgatory has no behaviour of one") { CHECK_FALSE(behaviour_of(SegmentLoad{})); }

TEST_CASE("verified are the segments that have bytes and are not exempt") {
    PurgatorySettings settings{};
    settings.entry = 0x1234000;
    for (std::endian order : {std::endian::little, std::endian::big}) {
        Behaviour does = behaviour_of(plan_with(settings, order)).value();
        CHECK(does.verifies);
        CHECK(does.segments == 1);
        CHECK(does.bytes == 1000);
        CHECK(does.enters == 0x1234000);
        CHECK(does.console.empty());
        CHECK_FALSE(does.saved_from);
    }
}

TEST_CASE("-i, the backup area and the consoles are told") {
    PurgatorySettings settings{};
    settings.flags =
        purgatory::flag::skip_checks | purgatory::flag::caches_off | purgatory::flag::console_vga;
    settings.backup = {.source = 0x1000, .size = 0x9f000, .destination = 0x5000000};
    settings.console = {.address = 0x3f8, .kind = purgatory::console_kind::uart_8250_port, .baud = 115200};
    Behaviour does = behaviour_of(plan_with(settings)).value();
    CHECK_FALSE(does.verifies);
    CHECK(does.bytes == 0);
    CHECK(does.caches_off);
    CHECK(does.saved_from == sized(0x1000, 0x9f000));
    CHECK(does.saved_to == 0x5000000);
    CHECK_FALSE(does.changes_places);
    CHECK(does.console == "serial port at I/O 0x3f8, VGA text screen");

    settings.console = {.address = 0x9000000, .kind = purgatory::console_kind::uart_pl011, .baud = 0};
    settings.flags = 0;
    CHECK(behaviour_of(plan_with(settings))->console == "serial port at 0x9000000");
    settings.console = {.address = 0x30000000, .kind = purgatory::console_kind::hypervisor, .baud = 0};
    CHECK(behaviour_of(plan_with(settings))->console == "the hypervisor's terminal 0x30000000");
}

TEST_CASE("on s390x a crash exchanges the reservation with the bottom of memory") {
    PurgatorySettings settings{};
    settings.flags = purgatory::flag::panic;
    settings.machine[purgatory::s390x_word::crash_base] = 0x38000000;
    settings.machine[purgatory::s390x_word::crash_size] = 0x8000000;
    Behaviour does = behaviour_of(plan_with(settings, std::endian::big, EM_S390)).value();
    CHECK(does.changes_places);
    CHECK(does.saved_from == sized(0x38000000, 0x8000000));
    CHECK(does.saved_to == 0);
}
