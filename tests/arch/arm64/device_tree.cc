// SPDX-License-Identifier: GPL-2.0-or-later
// What the new kernel is told in /chosen, and how a tree of --dtb is mended.
#include "arch/arm64/device_tree.h"

#include "machine/tree_facts.h"
#include "tests/arch/arm64/board.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/machine/made.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

Request usual() { return request_on_board(board(), build_arm64_image()); }

SegmentLoad planned(const Request &request) { return segments_of(arch_named("arm64")->plan(request)); }

std::string text_in(const DeviceTree &tree, const std::string &name) {
    auto value = tree.property("/chosen", name);
    return value ? std::string(text_until_nul(*value)) : "none";
}

bool says(const SegmentLoad &plan, std::string_view line) {
    return std::ranges::any_of(plan.notes, [&](const std::string &note) { return has(note, line); });
}

bool reserves(const DeviceTree &tree, std::uint64_t address, std::uint64_t size) {
    return std::ranges::any_of(tree.reservations(), [&](const TreeReservation &entry) {
        return entry.address == address && entry.size == size;
    });
}

Request with_tree(const DeviceTree &tree) {
    Request request = usual();
    request.dtb = file_holding(tree.packed());
    give(request, OptionId::dtb, "board.dtb");
    return request;
}

} // namespace

TEST_CASE("the running kernel's tree is handed on with another /chosen") {
    Request request = usual();
    request.initrd = file_holding(sample_bytes(12345));
    SegmentLoad plan = planned(request);
    DeviceTree tree = tree_of(plan);
    Range initrd = segment_named(plan, "initrd").destination;
    CHECK(text_in(tree, "bootargs") == "root=/dev/vda1 quiet");
    CHECK(text_in(tree, "stdout-path") == "/serial@9000000");
    CHECK(tree.property("/", "model").has_value());
    CHECK(tree.number("/chosen", "linux,initrd-start") == initrd.first());
    CHECK(tree.number("/chosen", "linux,initrd-end") == initrd.first() + 12345);
    CHECK_FALSE(reserves(tree, initrd.first(), 12345)); // the kernel does so itself
    CHECK(tree.property("/chosen", "linux,booted-from-kexec").has_value());
}

TEST_CASE("what belonged to the last boot is gone, other reservations stay") {
    DeviceTree tree = tree_of(planned(usual()));
    CHECK_FALSE(tree.property("/chosen", "linux,initrd-start"));
    CHECK_FALSE(tree.property("/chosen", "linux,initrd-end"));
    CHECK_FALSE(reserves(tree, 0x48000000, 0x123456));
    CHECK(reserves(tree, 0x4f000000, 0x1000));
    CHECK(tree.find("/reserved-memory/buffer@40400000"));
}

TEST_CASE("a tree of a crash kernel loses its core header and usable memory") {
    Machine machine = board();
    DeviceTree old = board_tree();
    Buffer header;
    append(header, bytes_of(be64(0x4e000000)));
    append(header, bytes_of(be64(0x1000)));
    REQUIRE(old.set("/chosen", "linux,elfcorehdr", header));
    REQUIRE(old.set("/chosen", "linux,usable-memory-range", header));
    REQUIRE(old.reserve({0x4e000000, 0x1000}));
    facts_of(machine).device_tree = old.packed();
    DeviceTree tree = tree_of(planned(request_on_board(machine, build_arm64_image())));
    CHECK_FALSE(tree.property("/chosen", "linux,elfcorehdr"));
    CHECK_FALSE(tree.property("/chosen", "linux,usable-memory-range"));
    CHECK_FALSE(reserves(tree, 0x4e000000, 0x1000));
}

TEST_CASE("seeds are renewed, and wiped where there is no entropy") {
    Request request = usual();
    DeviceTree tree = tree_of(planned(request));
    CHECK(tree.number("/chosen", "kaslr-seed") == 0x5e5e5e5e5e5e5e5e);
    CHECK(tree.property("/chosen", "rng-seed")->size() == 56);
    CHECK(segment_named(planned(request), "device tree").random);
    request.entropy.available = false;
    DeviceTree old = board_tree();
    REQUIRE(old.set_number("/chosen", "kaslr-seed", 0x1234)); // one that the kernel has not wiped
    facts_of(request.machine).device_tree = old.packed();
    tree = tree_of(planned(request));
    CHECK_FALSE(tree.property("/chosen", "kaslr-seed"));
    CHECK_FALSE(tree.property("/chosen", "rng-seed"));
}

TEST_CASE("without a command line the running kernel's is not inherited, that of a given tree is") {
    Request request = usual();
    request.settings.command_line.clear();
    CHECK(text_in(tree_of(planned(request)), "bootargs") == "none");
    request.dtb = file_holding(board_tree().packed());
    CHECK(text_in(tree_of(planned(request)), "bootargs") == "console=ttyAMA0 root=/dev/old");
}

TEST_CASE("EFI's properties stay as they are") {
    Machine machine = board();
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_number("/chosen", "linux,uefi-system-table", 0x13f5d0018));
    REQUIRE(tree.set_number("/chosen", "linux,uefi-mmap-start", 0x13a5f1018));
    facts_of(machine).device_tree = tree.packed();
    DeviceTree told = tree_of(planned(request_on_board(machine, build_arm64_image())));
    CHECK(told.number("/chosen", "linux,uefi-system-table") == 0x13f5d0018);
    CHECK(told.number("/chosen", "linux,uefi-mmap-start") == 0x13a5f1018);
}

TEST_CASE("a given tree without memory and /chosen gets both, and the plan says so") {
    SegmentLoad plan = planned(with_tree(bare_tree()));
    DeviceTree tree = tree_of(plan);
    CHECK(memory_in(tree).value() == Ranges{span(0x40000000, 0x7fffffff)});
    CHECK(text_in(tree, "bootargs") == "root=/dev/vda1 quiet");
    CHECK(tree.children(DeviceTree::root).size() == 2);
    CHECK(says(plan, "the given device tree had no /chosen"));
    CHECK(says(plan, "had no memory: it gets that of the running kernel's tree"));
}

TEST_CASE("memory comes from /proc/iomem where the running tree has none") {
    Request request = with_tree(bare_tree());
    facts_of(request.machine).device_tree.clear();
    SegmentLoad plan = planned(request);
    CHECK(memory_in(tree_of(plan)).value() == Ranges{span(0x40000000, 0x7fffffff)});
    CHECK(says(plan, "it gets that of /proc/iomem"));
}

TEST_CASE("on an EFI machine memory comes from EFI's map") {
    Request request = with_tree(bare_tree());
    DeviceTree running = DeviceTree::empty();
    REQUIRE(running.set_number("/chosen", "linux,uefi-system-table", 0x13f5d0018));
    REQUIRE(running.set_number("/chosen", "linux,uefi-mmap-start", 0x13a5f1018));
    facts_of(request.machine).device_tree = running.packed();
    SegmentLoad plan = planned(request);
    CHECK(tree_of(plan).number("/chosen", "linux,uefi-mmap-start") == 0x13a5f1018);
    CHECK(says(plan, "it gets EFI's memory map"));
}

TEST_CASE("a given tree with memory keeps it") {
    SegmentLoad plan = planned(with_tree(board_tree()));
    CHECK_FALSE(says(plan, "had no memory"));
    CHECK(says(plan, "device tree: /proc/self/fd/"));
}

TEST_CASE("a damaged tree is refused with its name") {
    Request request = usual();
    Buffer cut = board_tree().packed();
    cut.resize(cut.size() - 4);
    request.dtb = file_holding(cut);
    auto refused = arch_named("arm64")->plan(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.starts_with("/proc/self/fd/"));
    CHECK(has(refused.error().what, "there are only"));
    CHECK(has(refused.error().remedy, "name another device tree"));
}

TEST_CASE("memory that wraps and cells that no kernel reads are refused") {
    DeviceTree tree = bare_tree();
    Buffer reg;
    append(reg, bytes_of(be64(0xfffffffffffff000)));
    append(reg, bytes_of(be64(0x2000)));
    REQUIRE(tree.set("/memory@40000000", "reg", reg));
    CHECK(has(arch_named("arm64")->plan(with_tree(tree)).error().what, "which is no place in memory"));
    tree = bare_tree();
    REQUIRE(tree.set("/", "#address-cells", bytes_of(be32(3))));
    CHECK(has(arch_named("arm64")->plan(with_tree(tree)).error().what,
              "#address-cells of the device tree is 3"));
}

TEST_CASE("addresses that do not fit the cells of a tree are refused") {
    Buffer reg;
    CHECK(append_range(reg, span(0, 0xffffffff - 1), {1, 1}));
    CHECK(reg.size() == 8);
    auto refused = append_range(reg, sized(0x100000000, 0x1000), {1, 1});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == Cause::no_room);
    CHECK(reg.size() == 8);
    CHECK(append_range(reg, sized(0x100000000, 0x1000), {2, 1}));
    CHECK(reg.size() == 20);
    CHECK(ranges_in(reg, {2, 1}).has_value());
}
