// SPDX-License-Identifier: GPL-2.0-or-later
// Where things go by booting.rst, and what stands in the way.
#include "arch/arm64/kernel.h"
#include "purgatory/parameters.h"
#include "tests/arch/arm64/board.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t two_mib = 2 << 20, gib = 1 << 30;

Result<Decision> plan(const Request &request) { return arch_named("arm64")->plan(request); }

SegmentLoad planned(const Request &request) { return segments_of(plan(request)); }

// The flags of an image that may lie anywhere, and of one that must lie low; 4 KiB pages, little-endian.
constexpr std::uint64_t anywhere = 0xa, low = 0x2;

Arm64ImageHeader header(std::uint64_t text_offset, std::uint64_t image_size, std::uint64_t flags = anywhere) {
    Arm64ImageHeader header = usual_arm64_header();
    header.text_offset = text_offset;
    header.image_size = image_size;
    header.flags = flags;
    return header;
}

Range place_of(const SegmentLoad &plan, std::string_view name) {
    return segment_named(plan, name).destination;
}

purgatory::Parameters<le64, le32> parameters_of(const SegmentLoad &plan) {
    return read_at<purgatory::Parameters<le64, le32>>(*plan.purgatory, PURGATORY_PARAMETERS, "").value();
}

} // namespace

TEST_CASE("kernel, initrd and tree lie as booting.rst asks, and the purgatory knows of them") {
    Request request = request_on_board(board(), build_arm64_image(header(0x80000, 0x300000, low)));
    request.initrd = file_holding(sample_bytes(100001));
    SegmentLoad plan = planned(request);
    Range kernel = place_of(plan, "kernel");
    CHECK(kernel == sized(0x40080000, 0x300000));
    CHECK(place_of(plan, "initrd").first() == 0x40380000);
    CHECK(is_aligned(place_of(plan, "device tree").first(), two_mib));
    auto told = parameters_of(plan);
    CHECK(told.entry == kernel.first());
    CHECK(told.argument == place_of(plan, "device tree").first());
    CHECK(plan.entry == place_of(plan, "purgatory").first());
    CHECK(plan.flags == 0xb70000);
}

TEST_CASE("a kernel that may lie anywhere goes to the top of the first 4 GiB, and the rest with it") {
    Machine machine = board();
    give_ram(machine, {sized(gib, gib), sized(8 * gib, gib)});
    Request request = request_on_board(machine, build_arm64_image(header(0, 0x300000)));
    request.initrd = file_holding(sample_bytes(gib / 4));
    SegmentLoad plan = planned(request);
    CHECK(place_of(plan, "kernel") == sized(2 * gib - 2 * two_mib, 0x300000));
    CHECK(place_of(plan, "initrd").last() == 9 * gib - 1); // there is room above, within 32 GiB
    for (std::string_view name : {"device tree", "purgatory"})
        CHECK(place_of(plan, name).first() > gib + gib / 2);
}

TEST_CASE("a kernel that may lie anywhere goes above 4 GiB only where there is no room below") {
    Machine machine = board();
    give_ram(machine, {sized(gib, 0x200000), sized(8 * gib, gib)});
    machine.kept = {};
    Request request = request_on_board(machine, build_arm64_image(header(0, 0x300000)));
    CHECK(place_of(planned(request), "kernel").first() == 8 * gib);
}

TEST_CASE("a crash kernel takes the lowest place of the reservation, wherever it might lie") {
    Machine machine = board();
    reserve(machine, sized(0x50000000, 0x10000000));
    Request request = request_on_board(machine, build_arm64_image(header(0, 0x300000)), Purpose::crash);
    CHECK(place_of(planned(request), "kernel").first() == 0x50000000);
}

TEST_CASE("a kernel takes the lowest base that has room for all of its span") {
    Machine machine = board();
    facts_of(machine).device_tree = bare_tree().packed();
    machine.kept = {sized(0x40200000, 0x1000), sized(0x40c00000, 0x1000)};
    auto base = [&](std::uint64_t size) {
        return place_of(planned(request_on_board(machine, build_arm64_image(header(0, size, low)))), "kernel")
            .first();
    };
    CHECK(base(0x200000) == 0x40000000);
    CHECK(base(0x201000) == 0x40400000);
    CHECK(base(0x800000) == 0x40400000);
    CHECK(base(0x801000) == 0x40e00000);
}

TEST_CASE("segments are made of whole pages of the running kernel, whatever the new one has") {
    Machine machine = board();
    for (std::uint64_t page : {4096u, 16384u, 65536u}) {
        facts_of(machine).page_size = page;
        for (std::uint64_t flags : {0xau, 0xcu, 0xeu}) {
            Request request = request_on_board(machine, build_arm64_image(header(0, 0x123456, flags)));
            request.initrd = file_holding(sample_bytes(70001));
            for (const Segment &segment : planned(request).segments) {
                CHECK(is_aligned(segment.destination.first(), page));
                CHECK(is_aligned(segment.destination.size(), page));
            }
        }
    }
}

TEST_CASE("a text_offset that is no multiple of the page gets zeros in front") {
    Machine machine = board();
    facts_of(machine).page_size = 65536;
    Buffer file = build_arm64_image(header(0x77000, 0x300000, low));
    SegmentLoad plan = planned(request_on_board(machine, file));
    const Segment &kernel = segment_named(plan, "kernel");
    CHECK(kernel.destination.first() == 0x40070000);
    CHECK(parameters_of(plan).entry == 0x40077000);
    CHECK(as_text(kernel.bytes.subspan(0x7000)) == as_text(file));
    CHECK(kernel.bytes[0] == std::byte{0});
    CHECK(kernel.destination.last() >= 0x40077000 + 0x300000 - 1);
}

TEST_CASE("a kernel before 3.17 has its tree within 512 MiB of its base") {
    Machine machine = board();
    give_ram(machine, {sized(gib, 0x2000000), sized(3 * gib, gib)});
    facts_of(machine).device_tree = bare_tree().packed();
    machine.kept = {};
    Request modern = request_on_board(machine, build_arm64_image(header(0, 0x1ff0000, low)));
    CHECK(place_of(planned(modern), "device tree").first() == 3 * gib);
    Request legacy = request_on_board(machine, build_arm64_image(header(0x80000, 0)));
    CHECK(place_of(planned(legacy), "device tree").first() < gib + (512 << 20));
    give_ram(machine, {sized(gib, 0x1000000 + two_mib), sized(3 * gib, gib)});
    auto refused = plan(request_on_board(machine, build_arm64_image(header(0x80000, 0))));
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "there is no room for the device tree"));
}

TEST_CASE("the initrd's windows are 32 GiB from a multiple of 1 GiB, around the kernel") {
    auto windows = arm64::initrd_windows(span(65 * gib + 5, 65 * gib + 100));
    REQUIRE(windows.size() == 2);
    CHECK(windows[0] == span(65 * gib + 101, 97 * gib - 1));
    CHECK(windows[1] == span(34 * gib, 65 * gib + 4));
    windows = arm64::initrd_windows(span(0, 2 * gib - 1));
    REQUIRE(windows.size() == 1);
    CHECK(windows[0] == span(2 * gib, 32 * gib - 1));
}

TEST_CASE("an initrd that lies beyond the reach of 32 GiB is refused in two sentences") {
    Machine machine = board();
    machine.kept = {};
    give_ram(machine, {sized(gib, 0x1000000), sized(64 * gib, gib)});
    Request request = request_on_board(machine, build_arm64_image(header(0, 0x300000, low)));
    request.initrd = file_holding(sample_bytes(0x1000000));
    auto refused = plan(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == Cause::no_room);
    CHECK(has(refused.error().what, "there is no room for the initrd"));
    CHECK(has(refused.error().what, "40300000-83fffffff"));
    CHECK_FALSE(refused.error().remedy.empty());
}

TEST_CASE("an initrd goes below the kernel where there is no room above") {
    Machine machine = board();
    facts_of(machine).device_tree = bare_tree().packed();
    machine.kept = {};
    give_ram(machine, {span(0x40001000, 0x403fffff), sized(0x900000000, 0x1000000)});
    Request request = request_on_board(machine, build_arm64_image(header(0, 0x200000)));
    request.initrd = file_holding(sample_bytes(0x1ff000));
    SegmentLoad plan = planned(request);
    CHECK(place_of(plan, "kernel").first() == 0x40200000);
    CHECK(place_of(plan, "initrd").first() == 0x40001000);
}

TEST_CASE("a vmlinux lies as its Image would") {
    SegmentLoad plan = planned(request_on_board(board(), arm64_vmlinux({0, 0x10000})));
    Range first = place_of(plan, "kernel.0");
    CHECK(is_aligned(first.first(), two_mib));
    CHECK(first.size() == 0x10000); // what lies between is zero in an Image
    CHECK(place_of(plan, "kernel.1").first() == first.last() + 1);
    CHECK(parameters_of(plan).entry == first.first());
}

TEST_CASE("segments of a vmlinux that share a page of the running kernel become one") {
    Machine machine = board();
    facts_of(machine).page_size = 65536;
    SegmentLoad plan = planned(request_on_board(machine, arm64_vmlinux({0, 0x3000})));
    const Segment &kernel = segment_named(plan, "kernel");
    CHECK(kernel.bytes.size() == 0x3800);
    CHECK(as_text(kernel.bytes.subspan(0x3000)) == as_text(sample_bytes(0x800)));
}

TEST_CASE("an ELF file that is no kernel, or makes no sense, is refused") {
    auto refused_for = [](const std::vector<std::uint64_t> &distances) {
        auto decision = plan(request_on_board(board(), arm64_vmlinux(distances)));
        return decision ? "planned" : decision.error().what;
    };
    CHECK(has(refused_for({0x1000}), "no segment of the vmlinux starts at its entry"));
    CHECK(has(refused_for({0, 0x1000}), "overlap"));
    CHECK(has(refused_for({0, 64 * gib}), "span more than 1 GiB"));
    CHECK(has(refused_for({0, std::uint64_t{0} - 0x10000}), "below its entry"));
}

TEST_CASE("the reservations of a given tree are kept free too") {
    Request request = request_on_board(board(), build_arm64_image(header(0, 0x100000)));
    DeviceTree tree = board_tree();
    REQUIRE(tree.reserve({0x7fe00000, 0x200000}));
    request.dtb = file_holding(tree.packed());
    CHECK(place_of(planned(request), "kernel").first() == 0x7fc00000);
}

TEST_CASE("a tree of more than 2 MiB is refused") {
    Machine machine = board();
    DeviceTree tree = board_tree();
    REQUIRE(tree.set("/soc", "large", Buffer(two_mib)));
    facts_of(machine).device_tree = tree.packed();
    auto refused = plan(request_on_board(machine, build_arm64_image()));
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "a kernel takes at most 2097152"));
}

TEST_CASE("without a tree there is nothing to tell a kernel") {
    Machine machine = board();
    facts_of(machine).device_tree.clear();
    facts_of(machine).device_tree_words = "there is neither one nor the other";
    auto refused = plan(request_on_board(machine, build_arm64_image()));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().remedy == "name one with --dtb");
}

TEST_CASE("options of the purgatory reach it") {
    Request request = request_on_board(board(), build_arm64_image());
    give(request, OptionId::caches_off);
    request.settings.checks = false;
    CHECK(parameters_of(planned(request)).flags ==
          (purgatory::flag::skip_checks | purgatory::flag::caches_off));
}

TEST_CASE("--serial finds the port, its kind and the width of its registers") {
    Request request = request_on_board(board(), build_arm64_image());
    give(request, OptionId::serial, "ttyAMA0");
    auto told = parameters_of(planned(request));
    CHECK(told.console.address == 0x9000000);
    CHECK(told.console.kind == purgatory::console_kind::uart_pl011);
    give(request, OptionId::serial, "/dev/ttyS0");
    told = parameters_of(planned(request));
    CHECK(told.console.address == 0xff180000);
    CHECK(told.console.kind == purgatory::console_kind::uart_8250_memory);
    CHECK(told.machine[purgatory::arm64_word::register_width] == 4);
    give(request, OptionId::serial, "ttyMSM0");
    CHECK(has(plan(request).error().what, "it is a port of type 88"));
    give(request, OptionId::serial, "ttyS7");
    CHECK(plan(request).error().remedy == "name one of these: ttyAMA0, ttyS0, ttyMSM0");
}

TEST_CASE("a GICv3 with ITS is warned of where no EFI tells the place of its tables") {
    Machine machine = board();
    Request request = request_on_board(machine, build_arm64_image(header(0, 0x300000)));
    auto warnings = [&](DeviceTree tree, Purpose purpose) {
        facts_of(request.machine).device_tree = tree.packed();
        request.settings.purpose = purpose;
        auto decision = plan(request);
        REQUIRE(decision);
        return std::ranges::count_if(decision->warnings, [](const std::string &text) {
            return text.find("ITS") != std::string::npos;
        });
    };
    DeviceTree tree = bare_tree();
    CHECK(warnings(tree, Purpose::reboot) == 0);
    REQUIRE(tree.set_text("/intc/its", "compatible", "arm,gic-v3-its"));
    CHECK(warnings(tree, Purpose::reboot) == 1);
    request.machine.crash_reservations = {sized(0x60000000, 0x10000000)};
    CHECK(warnings(tree, Purpose::crash) == 0);
    REQUIRE(tree.set_number("/chosen", "linux,uefi-system-table", 0x47000000));
    CHECK(warnings(tree, Purpose::reboot) == 0);
}
