// SPDX-License-Identifier: GPL-2.0-or-later
// What is expected of the screen, from what firmware set up and from who draws on it now.
#include "extras/screen.h"

#include "base/devicetree.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

// A screen_info of this kind, of 1024x768 in 32 bits at 0x4c0000000.
std::string expected(std::uint8_t kind, const std::string &claim = {}) {
    X86_64Facts facts;
    facts.boot_params = Buffer(4096);
    facts.boot_params[0x0f] = std::byte{kind};
    write_at(facts.boot_params, 0x12, le16(1024));
    write_at(facts.boot_params, 0x14, le16(768));
    write_at(facts.boot_params, 0x16, le16(32));
    write_at(facts.boot_params, 0x18, le32(0xc0000000));
    write_at(facts.boot_params, 0x3a, le32(4));
    Machine machine;
    machine.own = facts;
    if (!claim.empty())
        machine.resources.push_back({range(0x4c0000000, 0x4c02fffff), 2, claim});
    return screen_expectation(machine);
}

} // namespace

TEST_CASE("text mode, frame buffers and none are told apart") {
    CHECK(has(expected(1), "text mode of a VGA card"));
    CHECK(has(expected(0x22), "text mode of a VGA card"));
    CHECK(expected(0) == "none: firmware set none up");
    for (std::uint8_t kind : {std::uint8_t{0x23}, std::uint8_t{0x70}})
        CHECK(expected(kind).starts_with("frame buffer of 1024x768 in 32 bits at 0x4c0000000, "));
}

TEST_CASE("whether a generic driver still draws there makes the difference") {
    for (std::string claim : {"BOOTFB", "efifb", "vesafb", "simplefb"})
        CHECK(has(expected(0x70, claim), "can go on with it"));
    CHECK(has(expected(0x70), "stays dark"));
    CHECK(has(expected(0x70, "i915"), "stays dark"));
}

TEST_CASE("without boot parameters nothing is known") {
    Machine machine;
    machine.own = X86_64Facts{};
    CHECK(has(screen_expectation(machine), "not known"));
}

TEST_CASE("a device tree may name a frame buffer") {
    DeviceTree tree = DeviceTree::empty();
    Arm64Facts facts;
    facts.device_tree = tree.packed();
    Machine machine;
    machine.own = facts;
    CHECK(has(screen_expectation(machine), "none that firmware set up"));
    REQUIRE(tree.set_text("/chosen/framebuffer@1", "compatible", "simple-framebuffer"));
    facts.device_tree = tree.packed();
    machine.own = facts;
    CHECK(has(screen_expectation(machine), "that the device tree names"));
    CHECK(has(screen_expectation(Machine{}), "none"));
}
