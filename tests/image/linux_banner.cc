// SPDX-License-Identifier: GPL-2.0-or-later
// The release of a kernel, found and not found.
#include "image/linux_banner.h"

#include "tests/catch.h"
#include "tests/formats/build_bzimage.h"
#include "tests/formats/build_elf.h"
#include "tests/formats/build_s390x.h"

#include <algorithm>
#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

std::optional<std::string> version_in_text(std::string_view text, std::uint32_t segment_type = PT_LOAD) {
    ElfPlan plan;
    add_segment(plan, segment_type, as_bytes(text), 0x1000000);
    Buffer file = build_elf(plan);
    return linux_version(*read_elf(file));
}

std::optional<std::string> version_at(std::uint16_t pointer, std::string_view text) {
    SetupHeader header = usual_setup_header();
    header.kernel_version = pointer;
    Buffer file = build_bzimage(header, {}, text);
    return linux_version(**parse_bzimage(file));
}

const std::uint16_t usual_pointer = usual_setup_header().kernel_version;

} // namespace

TEST_CASE("a vmlinux is known by the banner in what is loaded") {
    Buffer file =
        build_elf(small_vmlinux("6.12.107+deb13-amd64")); // a format string stands before the banner there
    CHECK(linux_version(*read_elf(file)) == "6.12.107+deb13-amd64");
    CHECK(version_in_text("Linux version 5.10.0 (x)") == "5.10.0");
}

TEST_CASE("what is no Linux has no banner") {
    CHECK(!version_in_text("Xen version 4.17 (x)"));
    CHECK(!version_in_text("Linux version %s (%s)"));
    CHECK(!version_in_text("Linux version "));
    CHECK(!version_in_text("Linux version 5.10.0\n"));
    CHECK(!version_in_text("Linux version \x01.0 (x)"));
    CHECK(!version_in_text("Linux version 6" + std::string(100, '1') + " (x)"));
    CHECK(!version_in_text(""));
    CHECK(!version_in_text("Linux version 5.10.0 (x)", PT_NOTE)); // not loaded
}

TEST_CASE("a bzImage says its release where its header points") {
    CHECK(version_at(usual_pointer, "6.1.0-50-amd64 (builder) #1 SMP") == "6.1.0-50-amd64");
    CHECK(version_at(usual_pointer, "6.1.0") == "6.1.0");
    CHECK(!version_at(0, "6.1.0"));                // no pointer
    CHECK(!version_at(0xffff, "6.1.0"));           // out of the setup code
    CHECK(!version_at(5120 - 0x200 - 1, "6.1.0")); // to its last byte, a NUL
    CHECK(!version_at(usual_pointer, "none"));
}

TEST_CASE("the banner tells how the kernel was built, up to the end of its line") {
    auto banner = linux_banner(as_bytes("xLinux version 6.1.0 (a@b) (gcc) #1 SMP now\nmore"));
    REQUIRE(banner);
    CHECK(banner->release == "6.1.0");
    CHECK(banner->build == "(a@b) (gcc) #1 SMP now");
    CHECK(linux_banner(as_bytes("Linux version 6.1.0 "))->build.empty());
    CHECK(!linux_banner(as_bytes("Linux version %s (%s)")));
    CHECK(!linux_banner(Bytes()));
}

TEST_CASE("of two banners the one with the number of the build counts") {
    using namespace std::string_view_literals;
    auto build = [](std::string_view text) { return linux_banner(as_bytes(text))->build; };
    CHECK(build("Linux version 6.1.0 (a) # SMP\0Linux version 6.1.0 (a) #1 SMP\0"sv) == "(a) #1 SMP");
    CHECK(build("Linux version 6.1.0 (a) #2 SMP\0Linux version 6.1.0 (a) # SMP\0"sv) == "(a) #2 SMP");
    CHECK(build("Linux version 6.1.0 (a) # SMP\0Linux version 6.1.0 (b) # SMP\0"sv) == "(a) # SMP");
    CHECK(build("Linux version 6.1.0 " + std::string(2000, 'x')).size() == 512 - 6);
}

TEST_CASE("a file full of banners is not searched to its end") {
    std::string text;
    for (unsigned i = 0; i < 16; i++)
        text += std::string("Linux version 6.1.0 (a) # SMP\0", 30);
    text += "Linux version 6.1.0 (b) #1 SMP";
    CHECK(linux_banner(as_bytes(text))->build == "(a) # SMP");
}

TEST_CASE("a bzImage and an image of s390x tell how they were built") {
    Buffer bzimage = build_bzimage(usual_setup_header(), {}, "6.1.0-50 (builder) #1 SMP");
    auto banner = linux_banner(**parse_bzimage(bzimage));
    REQUIRE(banner);
    CHECK(banner->release == "6.1.0-50");
    CHECK(banner->build == "(builder) #1 SMP");

    Buffer image = build_s390x_image();
    auto parsed = [&] { return linux_banner(**parse_s390x_image(image)); };
    constexpr int text_at = 0x12000;
    constexpr std::uint64_t pointer = s390x_layout::parameters + 0x28;
    std::string_view text("6.1.0-s390x (b) #2 S\0", 21);
    std::ranges::copy(as_bytes(text), image.begin() + text_at);
    write_at(image, pointer, be64(std::uint64_t{text_at}));
    REQUIRE(parsed());
    CHECK(parsed()->release == "6.1.0-s390x");
    CHECK(parsed()->build == "(b) #2 S");
    for (std::uint64_t wrong :
         {std::uint64_t{0}, std::uint64_t{0x10000}, std::uint64_t{image.size()}, UINT64_MAX}) {
        write_at(image, pointer, be64(wrong));
        CHECK(!parsed());
    }
}
