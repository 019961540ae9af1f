// SPDX-License-Identifier: GPL-2.0-or-later
// Where a kernel goes, and by which door it is entered.
#include "arch/x86_64/kernel.h"

#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;
using x86_64::Door;

namespace {

constexpr std::uint64_t page = 4096, four_gib = 0x100000000;

Placer placer(const Ranges &free) { return Placer(free, Range::everything(), page, "make room"); }

Request load(Bytes file, std::optional<std::string_view> type = {}) {
    return request_to_load(pc(), file, Purpose::reboot, type);
}

Result<x86_64::PlacedKernel> place(const Request &request, const Ranges &free) {
    Placer placing = placer(free);
    return x86_64::place_kernel(request, placing);
}

Request by_32_bit(const BzImageFile &what = {}) {
    Request request = load(bzimage_file(what));
    give(request, OptionId::entry_32bit);
    return request;
}

const Ranges plenty{span(0x100000, 0xbfffffff), span(four_gib, 2 * four_gib - 1)};

} // namespace

TEST_CASE("a bzImage goes as high as it can, on a multiple of its alignment, with room to unpack") {
    auto kernel = place(load(bzimage_file()), plenty).value();
    REQUIRE(kernel.segments.size() == 1);
    CHECK(kernel.segments[0].destination == sized(2 * four_gib - 0x3800000, 0x3800000));
    CHECK(kernel.segments[0].bytes.size() == 4096);
    CHECK(kernel.entry == 2 * four_gib - 0x3800000 + 0x200);
    CHECK(kernel.door == Door::entry_64_bit);
    auto aligned = place(load(bzimage_file({.kernel_alignment = 0x1000000})), plenty).value();
    CHECK(aligned.segments[0].destination == sized(2 * four_gib - 0x4000000, 0x3800000));
}

TEST_CASE("a bzImage is not put below the address it prefers") {
    Ranges low{span(0x100000, 0x5ffffff)};
    CHECK(place(load(bzimage_file()), low).value().segments[0].destination.first() >= 0x1000000);
    auto none = place(load(bzimage_file({.pref_address = 0x3000000})), low);
    REQUIRE_FALSE(none);
    CHECK(none.error().cause == Cause::no_room);
    CHECK(none.error().what.find("the kernel") != std::string::npos);
}

TEST_CASE("its setup header goes into the boot parameters") {
    auto kernel = place(load(bzimage_file({.cmdline_size = 1234})), plenty).value();
    Bytes header = bytes_of(kernel.header);
    CHECK(read_at<le32>(header, 0x202 - 0x1f1, "x").value() == 0x53726448);
    CHECK(read_at<le16>(header, 0x206 - 0x1f1, "x").value() == 0x020f);
    CHECK(read_at<le32>(header, 0x238 - 0x1f1, "x").value() == 1234);
}

TEST_CASE("what a bzImage says of EFI is believed") {
    CHECK(place(load(bzimage_file()), plenty).value().takes_efi);
    CHECK_FALSE(place(load(bzimage_file({.xloadflags = 0x0f})), plenty).value().takes_efi);
}

TEST_CASE("the door is the 64-bit one unless the image has none, or the other is asked for") {
    CHECK(x86_64::door_of(load(bzimage_file())) == Door::entry_64_bit);
    CHECK(x86_64::door_of(by_32_bit()) == Door::entry_32_bit);
    CHECK(x86_64::door_of(load(bzimage_file(), "bzImage")) == Door::entry_32_bit);
    CHECK(x86_64::door_of(load(bzimage_file({.xloadflags = 0}))) == Door::entry_32_bit);
    CHECK(x86_64::door_of(load(bzimage_file({.xloadflags = 1}))) == Door::entry_32_bit); // not above 4 GiB
    Request vmlinux = load(vmlinux_file(movable_vmlinux()));
    give(vmlinux, OptionId::entry_32bit);
    CHECK(x86_64::door_of(vmlinux) == Door::entry_64_bit);
}

TEST_CASE("the 32-bit entry: as low as the preferred address allows, entered at the first byte") {
    auto kernel = place(by_32_bit(), plenty).value();
    CHECK(kernel.segments[0].destination == sized(0x1000000, 0x3800000));
    CHECK(kernel.entry == 0x1000000);
    CHECK(kernel.door == Door::entry_32_bit);
}

TEST_CASE("the 32-bit entry: the initrd lies where the image can reach it") {
    CHECK(place(by_32_bit(), plenty).value().initrd_window.last() == 0x7fffffff);
    CHECK(place(by_32_bit({.initrd_addr_max = 0x37ffffff}), plenty).value().initrd_window.last() ==
          0x37ffffff);
    BzImageFile low{.pref_address = 0x100000, .init_size = 0x100000, .initrd_addr_max = 0x7fffff};
    CHECK(place(by_32_bit(low), plenty).value().initrd_window.last() == 0x7fffff);
    CHECK(place(load(bzimage_file()), plenty).value().initrd_window.last() > four_gib);
}

TEST_CASE("the 32-bit entry: memory above its reach is no room") {
    auto kernel = place(by_32_bit(), {span(four_gib, 2 * four_gib - 1)});
    REQUIRE_FALSE(kernel);
    CHECK(kernel.error().cause == Cause::no_room);
    auto unreachable = place(by_32_bit({.pref_address = 0x80000000}), plenty);
    REQUIRE_FALSE(unreachable);
    CHECK(unreachable.error().cause == Cause::bad_image);
    CHECK(unreachable.error().what.find("0x80000000") != std::string::npos);
}

TEST_CASE("a bzImage that is not relocatable lies at 1 MiB, and owns memory up to where it will have "
          "unpacked itself") {
    BzImageFile fixed{.xloadflags = 0, .relocatable_kernel = false, .init_size = 0x800000};
    auto kernel = place(load(bzimage_file(fixed)), plenty).value();
    CHECK(kernel.segments[0].destination == span(0x100000, 0x17fffff));
    CHECK(kernel.entry == 0x100000);
    auto elsewhere = place(load(bzimage_file(fixed)), {span(0x200000, 0xbfffffff)});
    REQUIRE_FALSE(elsewhere);
    CHECK(elsewhere.error().cause == Cause::no_room);
    CHECK_FALSE(place(load(bzimage_file(fixed)), {span(0x100000, 0x17fefff)}));
}

TEST_CASE("a vmlinux lies where it was linked if that is free, movable or not") {
    auto movable = place(load(vmlinux_file(movable_vmlinux())), plenty).value();
    REQUIRE(movable.segments.size() == 3);
    CHECK(movable.segments[0].destination == sized(0x1000000, 0x5000));
    CHECK(movable.segments[1].destination == sized(0x1200000, 0x3000));
    CHECK(movable.segments[2].destination == sized(0x1400000, 0x401000));
    CHECK(movable.segments[2].bytes.size() == 0x1000);
    CHECK(movable.entry == 0x1000000);
    CHECK(movable.door == Door::entry_64_bit);
    auto fixed = place(load(vmlinux_file(fixed_vmlinux(0x1000000))), plenty).value();
    CHECK(fixed.segments[0].destination == sized(0x1000000, 0x5000));
    CHECK(fixed.entry == 0x1000100);
}

TEST_CASE("a 32-bit vmlinux lies where it was linked, is entered in 32-bit mode, and is never moved") {
    VmlinuxFile file = movable_vmlinux();
    file.is_64_bit = false;
    Request request = load(vmlinux_file(file));
    CHECK(request.image.format->name == "elf-x86");
    auto kernel = place(request, plenty).value();
    CHECK(kernel.segments[0].destination == sized(0x1000000, 0x5000));
    CHECK(kernel.entry == 0x1000000);
    CHECK(kernel.door == Door::entry_32_bit);
    CHECK(kernel.initrd_window == span(0x1000000, 0x37ffffff));
    CHECK_FALSE(kernel.takes_efi);
    CHECK(place(request, {span(0x30000000, 0x3fffffff)}).error().cause == Cause::no_room);
    file.segments[2].physical_address = 0xfffff000;
    auto wraps = place(load(vmlinux_file(file)), {span(0x1000000, 2 * four_gib)});
    REQUIRE_FALSE(wraps);
    CHECK(wraps.error().what.starts_with("the 32-bit program spans "));
}

TEST_CASE("a movable vmlinux moves as a whole, up or down, by steps of 2 MiB") {
    auto up = place(load(vmlinux_file(movable_vmlinux())), {span(0x30012000, 0x3fffffff)}).value();
    CHECK(up.segments[0].destination == sized(0x30200000, 0x5000));
    CHECK(up.segments[1].destination == sized(0x30400000, 0x3000));
    CHECK(up.segments[2].destination == sized(0x30600000, 0x401000));
    CHECK(up.entry == 0x30200000);
    auto down = place(load(vmlinux_file(movable_vmlinux())), {span(0x100000, 0xffffff)}).value();
    CHECK(down.segments[0].destination == sized(0x200000, 0x5000));
    CHECK(down.entry == 0x200000);
    auto high = place(load(vmlinux_file(movable_vmlinux())), {span(four_gib, 2 * four_gib - 1)}).value();
    CHECK(high.entry == four_gib);
}

TEST_CASE("what lies between a vmlinux' segments is its own") {
    Request request = load(vmlinux_file(movable_vmlinux()));
    Placer placing = placer(plenty);
    REQUIRE(x86_64::place_kernel(request, placing));
    CHECK_FALSE(placing.is_free(span(0x1100000, 0x1100fff)));
    CHECK(placing.is_free(span(0x1801000, 0x1801fff)));
}

TEST_CASE("a vmlinux that cannot be moved names its place, and the reservation it is not in") {
    Machine machine = pc();
    reserve(machine, sized(0x30000000, 0x10000000));
    Request crash = request_to_load(machine, vmlinux_file(fixed_vmlinux(0x1000000)), Purpose::crash);
    auto kernel = place(crash, {sized(0x30000000, 0x10000000)});
    REQUIRE_FALSE(kernel);
    CHECK(kernel.error().cause == Cause::no_room);
    CHECK(kernel.error().what ==
          "this vmlinux cannot be moved and must lie at 01000000-012fffff, which is not in the "
          "crash reservation 30000000-3fffffff");
    Request inside = request_to_load(machine, vmlinux_file(fixed_vmlinux(0x31000000)), Purpose::crash);
    CHECK(place(inside, {sized(0x30000000, 0x10000000)}).value().entry == 0x31000100);
}

TEST_CASE("a vmlinux comes with the header that its bzImage would have") {
    auto kernel = place(load(vmlinux_file(movable_vmlinux())), plenty).value();
    Bytes header = bytes_of(kernel.header);
    auto u32 = [&](std::size_t offset) {
        return std::uint32_t{read_at<le32>(header, offset - 0x1f1, "x").value()};
    };
    CHECK(std::uint16_t{read_at<le16>(header, 0x1fe - 0x1f1, "x").value()} == 0xaa55); // boot_flag
    CHECK(u32(0x202) == 0x53726448);                                                   // header: "HdrS"
    CHECK(std::uint16_t{read_at<le16>(header, 0x206 - 0x1f1, "x").value()} >= 0x020c); // version
    CHECK(u32(0x22c) == 0x7fffffff);                                                   // initrd_addr_max
    CHECK(u32(0x230) == 0x200000);                                                     // kernel_alignment
    CHECK(u32(0x238) == 2047);                                                         // cmdline_size
    CHECK(u32(0x258) == 0x1000000);                                                    // pref_address
    CHECK(u32(0x260) == 0x801000);                                                     // init_size
}

TEST_CASE("the image says how long its command line may be") {
    CHECK(x86_64::command_line_limit(load(bzimage_file({.cmdline_size = 255})).image) == 255);
    CHECK(x86_64::command_line_limit(load(vmlinux_file(movable_vmlinux())).image) == 2047);
}
