// SPDX-License-Identifier: GPL-2.0-or-later
// ELF files that are no Linux kernels, started with boot notes or with nothing.
#include "arch/x86_64/plain_elf.h"

#include "purgatory/parameters.h"
#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Request to_start(OptionId style, const std::string &text = "memory test", bool is_64_bit = true) {
    VmlinuxFile program{.entry = 0x1000100,
                        .segments = {{0x1000000, 0x1000, 0x1000, text}, {0x1001000, 0x800, 0x3000, "data"}},
                        .symbols = {},
                        .is_64_bit = is_64_bit};
    Request request = request_to_load(pc(), vmlinux_file(program));
    give(request, style);
    return request;
}

SegmentLoad plan(const Request &request) { return segments_of(arch_named("x86_64")->plan(request)); }

std::uint64_t word(Bytes bytes, std::size_t at) { return read_at<le32>(bytes, at, "x").value(); }

} // namespace

TEST_CASE("--args-none loads the file where it was linked, and enters it") {
    Request request = to_start(OptionId::args_none);
    auto decision = arch_named("x86_64")->plan(request).value();
    const auto &it = std::get<SegmentLoad>(decision.attempts.front().plan);
    CHECK(it.entry == 0x1000100);
    CHECK_FALSE(it.purgatory);
    REQUIRE(it.segments.size() == 2);
    CHECK(it.segments[0].destination == sized(0x1000000, 0x1000));
    CHECK(it.segments[1].destination == sized(0x1001000, 0x3000));
    REQUIRE(decision.warnings.size() == 1);
    CHECK(decision.warnings[0].find("is handed no command line") != std::string::npos);
    request.settings.entry = 0x1000200;
    CHECK(plan(request).entry == 0x1000200);
}

TEST_CASE("--args-elf hands it boot notes by way of the purgatory, which verifies it") {
    SegmentLoad it = plan(to_start(OptionId::args_elf));
    REQUIRE(it.purgatory);
    CHECK(it.entry == segment_named(it, "purgatory").destination.first());
    Bytes told = Bytes(*it.purgatory).subspan(0x100);
    CHECK(read_at<le64>(told, 0, "x").value() == 0x1000100);
    CHECK(read_at<le64>(told, 8, "x").value() == segment_named(it, "boot notes").destination.first());
    Buffer expected = x86_64::boot_notes("root=/dev/vda1 quiet");
    CHECK(std::ranges::equal(segment_named(it, "boot notes").bytes, expected));
    CHECK(segment_named(it, "kernel.0").verified);
}

TEST_CASE("a 32-bit program is told the same by way of the 32-bit hand-over, and not started without") {
    Request request = to_start(OptionId::args_elf, "memory test", false);
    request.machine = pc(std::uint64_t{8} << 30);
    SegmentLoad it = plan(request);
    Bytes told = Bytes(*it.purgatory).subspan(0x100);
    CHECK(read_at<le64>(told, 0, "x").value() == 0x1000100);
    CHECK(read_at<le64>(told, 8, "x").value() == segment_named(it, "boot notes").destination.first());
    CHECK((word(told, 16) & purgatory::flag::entry_32bit) != 0);
    for (const char *name : {"boot notes", "purgatory"})
        CHECK(segment_named(it, name).destination.last() <= 0x7fffffff);
    auto refused = arch_named("x86_64")->plan(to_start(OptionId::args_none, "memory test", false));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("this one is a 32-bit program") != std::string::npos);
}

TEST_CASE("boot notes have a head with their size and checksum, and three notes without names") {
    for (std::string_view line : {"", "abc", "abcd", "root=/dev/vda1 quiet"}) {
        Buffer block = x86_64::boot_notes(line);
        CHECK(word(block, 0) == 0x0e1fb007);
        CHECK(word(block, 4) == block.size());
        CHECK(block.size() % 4 == 0);
        CHECK(word(block, 8) >> 16 == 3);
        // RFC 1071: with the checksum in its place the sum of all words is 0xffff.
        std::uint64_t sum = 0;
        for (std::size_t at = 0; at < block.size(); at += 2)
            sum += read_at<le16>(block, at, "x").value();
        while (sum > 0xffff)
            sum = (sum & 0xffff) + (sum >> 16);
        CHECK(sum == 0xffff);
        std::size_t at = 12;
        for (auto [type, text] : {std::pair(2U, std::string_view("kexec")), {3U, "2.0.32"}, {4U, line}}) {
            CHECK(word(block, at) == 0);
            CHECK(word(block, at + 4) == text.size() + 1);
            CHECK(word(block, at + 8) == type);
            CHECK(as_text(Bytes(block).subspan(at + 12, text.size())) == text);
            CHECK(block.at(at + 12 + text.size()) == std::byte{0});
            at += 12 + text.size() / 4 * 4 + 4;
        }
        CHECK(at == block.size());
    }
}

TEST_CASE("a Linux kernel is started as one whatever is asked, and that is said") {
    for (OptionId style : {OptionId::args_none, OptionId::args_elf}) {
        auto decision = arch_named("x86_64")->plan(to_start(style, "Linux version 6.12.1 (a@b)")).value();
        CHECK(std::get<SegmentLoad>(decision.attempts.front().plan).purgatory);
        REQUIRE(decision.warnings.size() == 1);
        CHECK(decision.warnings[0].find("has no effect: Linux kernels") != std::string::npos);
    }
}

TEST_CASE("such a program is refused without being asked for, with an initrd, and where its place is taken") {
    Request plain = to_start(OptionId::args_linux);
    CHECK(arch_named("x86_64")->plan(plain).error().cause == Cause::unsupported);
    Request with_initrd = to_start(OptionId::args_none);
    with_initrd.initrd = file_holding(as_bytes("initrd"));
    CHECK(arch_named("x86_64")->plan(with_initrd).error().cause == Cause::bad_usage);
    Request taken = to_start(OptionId::args_none);
    taken.machine = pc(0x800000);
    CHECK(arch_named("x86_64")->plan(taken).error().cause == Cause::no_room);
}
