// SPDX-License-Identifier: GPL-2.0-or-later
// Kernels of s390x with one field changed: what is said of each. One cut short at every byte; the vmlinux
// that cannot be started.
#include "image/s390x_image.h"

#include "tests/catch.h"
#include "tests/formats/build_s390x.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

using Parsed = Result<std::optional<S390xImage>>;

struct Damage {
    S390xFile file;
    const char *sentence; // behind "the s390x image is damaged: "
};

const Damage damages[] = {
    {{.size = 0xffff}, "it ends before the entry points at 0x10000: it has 65535 bytes"},
    {{.size = 4096}, "it ends before the entry points at 0x10000: it has 4096 bytes"},
    {{.table = "S390XX"}, "there is no \"S390EP\" at 0x10008"},
    {{.entries = 0}, "its table of entry points at 0x10008 is empty"},
    {{.size = 0x10400}, "it ends before the parameter area at 0x10400"},
    {{.size = 0x1147f}, "max_command_line_size is 0x1000, which does not fit behind 0x10480"},
    {{.max_command_line_size = 0x3b81}, "max_command_line_size is 0x3b81, which does not fit behind 0x10480"},
    {{.max_command_line_size = UINT64_MAX},
     "max_command_line_size is 0xffffffffffffffff, which does not fit behind 0x10480"},
    {{.end = "no trail"}, "its end is missing: the last of its 81920 bytes are no trailer"},
};

void check_unsupported(const Parsed &parsed, std::string_view start) {
    REQUIRE(!parsed);
    CHECK(parsed.error().cause == Cause::unsupported);
    CHECK(parsed.error().what.starts_with(start));
    CHECK(!parsed.error().remedy.empty());
}

void check_damaged_elf(const ElfPlan &plan, std::string_view sentence) {
    auto parsed = parse_s390x_elf(build_elf(plan));
    CAPTURE(sentence);
    REQUIRE(!parsed);
    CHECK(parsed.error().cause == Cause::bad_image);
    CHECK(parsed.error().what == "the ELF kernel is damaged: " + std::string(sentence));
}

} // namespace

TEST_CASE("an s390x image of today is read in every field") {
    Buffer file = build_s390x_image();
    auto parsed = parse_s390x_image(file);
    REQUIRE(parsed);
    REQUIRE(*parsed);
    const S390xImage &image = **parsed;
    REQUIRE(image.pieces.size() == 1);
    CHECK(image.pieces[0].address == 0x10000);
    CHECK(image.pieces[0].size == 0x4000);
    CHECK(image.pieces[0].bytes.data() == file.data() + 0x10000);
    CHECK(image.pieces[0].bytes.size() == 0x4000);
    CHECK(image.end == 0x14000);
    CHECK(image.command_line_size == 4096);
    CHECK(image.starts_in_a_crash);
}

TEST_CASE("a signature may stand behind the trailer, and old s390x images have neither it nor a size") {
    CHECK(parse_s390x_image(build_s390x_image({.end = "~Module signature appended~\n"})));
    auto old = parse_s390x_image(build_s390x_image({.max_command_line_size = 0, .end = ""}));
    REQUIRE(old);
    CHECK((*old)->command_line_size == 896);
}

TEST_CASE("an s390x image without the card reader's program is known by its entry points alone") {
    auto parsed = parse_s390x_image(build_s390x_image({.channel_program = false}));
    REQUIRE(parsed);
    CHECK(*parsed);
    auto neither = parse_s390x_image(build_s390x_image({.channel_program = false, .table = "      "}));
    REQUIRE(neither);
    CHECK(!*neither);
}

TEST_CASE("an s390x kernel without crash dump is known by where its second entry leads") {
    auto parsed = parse_s390x_image(build_s390x_image({.crash_dump = false}));
    REQUIRE(parsed);
    CHECK(!(*parsed)->starts_in_a_crash);

    Buffer far = build_s390x_image({.crash_dump = false}); // a jump out of the file says nothing
    write_at(far, 0x10010, be32(0xa7f48000));
    CHECK((*parse_s390x_image(far))->starts_in_a_crash);
}

TEST_CASE("each damaged field of an s390x image is named with what it is and what is needed") {
    for (const Damage &damage : damages) {
        auto parsed = parse_s390x_image(build_s390x_image(damage.file));
        CAPTURE(damage.sentence);
        REQUIRE(!parsed);
        CHECK(parsed.error().cause == Cause::bad_image);
        CHECK(parsed.error().what == std::string("the s390x image is damaged: ") + damage.sentence);
        CHECK(parsed.error().remedy == "copy the kernel to this place again, or name another file");
    }
}

TEST_CASE("an s390x image cut short anywhere is an error; inside its first commands it is none") {
    Buffer file = build_s390x_image();
    for (std::size_t size = 0; size < file.size(); size++) {
        auto parsed = parse_s390x_image(Bytes(file).first(size));
        CAPTURE(size);
        if (size < 24)
            CHECK((parsed && !*parsed));
        else
            CHECK((!parsed && parsed.error().cause == Cause::bad_image));
    }
}

TEST_CASE("the ELF file of an s390x image is placed by its program headers from the entry on") {
    ElfPlan plan = s390x_elf();
    add_segment(plan, PT_LOAD, Buffer(0x2000), 0x40000);
    Buffer file = build_elf(plan);
    auto parsed = parse_s390x_elf(file);
    REQUIRE(parsed);
    REQUIRE(*parsed);
    const S390xImage &image = **parsed;
    REQUIRE(image.pieces.size() == 2);
    CHECK(image.pieces[0].address == 0x10000);
    CHECK(image.pieces[0].bytes.size() == 0x4000);
    CHECK(image.pieces[0].size == 0x5800); // zeros behind
    CHECK(image.pieces[1].address == 0x40000);
    CHECK(image.end == 0x42000);
    CHECK(image.command_line_size == 4096);
    CHECK(image.starts_in_a_crash);
}

TEST_CASE("an ELF file of another machine, or a program, is no s390x kernel") {
    auto none = [](const ElfPlan &plan) {
        auto parsed = parse_s390x_elf(build_elf(plan));
        return parsed && !*parsed;
    };
    ElfPlan other = s390x_elf(), little = s390x_elf(), program = s390x_elf();
    other.machine = EM_X86_64;
    little.order = std::endian::little;
    add_segment(program, PT_INTERP, Buffer(16), 0x90000);
    CHECK(none(other));
    CHECK(none(little));
    CHECK(none(program));
    CHECK_FALSE(parse_s390x_elf(as_bytes("no ELF")).value());
}

TEST_CASE("the vmlinux inside an image is refused with the reason, and so is an ELF file that is no kernel") {
    check_unsupported(parse_s390x_elf(build_elf(s390x_inner_vmlinux())),
                      "this vmlinux has no entry of its own");
    check_unsupported(parse_s390x_elf(build_elf(empty_s390x_elf(0))), "this ELF file is no Linux kernel");
    ElfPlan low = s390x_elf(); // all of it below the entry
    low.segments[0].memory_size = low.segments[0].file_size = 0x8000;
    check_unsupported(parse_s390x_elf(build_elf(low)), "this ELF file is no Linux kernel");
}

TEST_CASE("program headers of an s390x kernel that cannot be loaded are named") {
    auto with_second = [](std::uint64_t address) {
        ElfPlan plan = s390x_elf();
        add_segment(plan, PT_LOAD, Buffer(0x1000), address);
        return plan;
    };
    check_damaged_elf(
        with_second(0x15000),
        "the program header for 0x1000 bytes at 0x15000 overlaps another, is not on a page, or wraps");
    check_damaged_elf(
        with_second(0x40800),
        "the program header for 0x1000 bytes at 0x40800 overlaps another, is not on a page, or wraps");
    check_damaged_elf(with_second(0xfffffffffffff000),
                      "the program header for 0x1000 bytes at 0xfffffffffffff000 overlaps another, is not on "
                      "a page, or wraps");
}

TEST_CASE("an s390x ELF kernel is held to what its image is held to") {
    check_damaged_elf(s390x_elf({.entries = 0}), "its table of entry points at 0x10008 is empty");
    check_damaged_elf(s390x_elf({.max_command_line_size = 0x10000}),
                      "max_command_line_size is 0x10000, which does not fit behind 0x10480");
}

TEST_CASE("an s390x ELF kernel cut short anywhere is an error; inside its magic it is none") {
    Buffer file = build_elf(s390x_elf());
    for (std::size_t size = 0; size < file.size(); size++) {
        auto parsed = parse_s390x_elf(Bytes(file).first(size));
        CAPTURE(size);
        if (size < 4)
            CHECK((parsed && !*parsed));
        else
            CHECK(!parsed);
    }
}
