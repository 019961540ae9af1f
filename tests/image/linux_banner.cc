// SPDX-License-Identifier: GPL-2.0-or-later
// The release of a kernel, found and not found.
#include "image/linux_banner.h"

#include "tests/catch.h"
#include "tests/formats/build_bzimage.h"
#include "tests/formats/build_elf.h"

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
