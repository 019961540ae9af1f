// SPDX-License-Identifier: GPL-2.0-or-later
// How a vmlinux is recognised, and what is refused as one.
#include "arch/x86_64/kernel.h"
#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

Result<x86_64::Vmlinux> examine(const VmlinuxFile &what) {
    Buffer file = vmlinux_file(what);
    return x86_64::examine_vmlinux(read_elf(file).value());
}

x86_64::Vmlinux examine_version(std::string version) {
    VmlinuxFile file = movable_vmlinux();
    file.segments[0].text = fmt::format("Linux version {} (a@b)\n", version);
    return examine(file).value();
}

Error fault(const VmlinuxFile &what) {
    auto kernel = examine(what);
    REQUIRE_FALSE(kernel);
    CHECK_FALSE(kernel.error().remedy.empty());
    return kernel.error();
}

} // namespace

TEST_CASE("a vmlinux spans all its loadable segments, in whole pages") {
    auto kernel = examine(movable_vmlinux()).value();
    CHECK(kernel.linked == span(0x1000000, 0x1800fff));
    CHECK(kernel.version.starts_with("6.1.0-50-amd64"));
}

TEST_CASE("one that keeps its physical base can be moved") {
    CHECK(examine(movable_vmlinux()).value().movable);
    CHECK_FALSE(examine(fixed_vmlinux(0x1000000)).value().movable);
}

TEST_CASE("a kernel that still has its symbols is recognised by them") {
    VmlinuxFile file = fixed_vmlinux(0x1000000);
    file.symbols = {"_text", "phys_base"};
    CHECK(examine(file).value().movable);
    file.symbols = {"_text", "phys_base_of_something"};
    CHECK_FALSE(examine(file).value().movable);
}

TEST_CASE("the name phys_base counts only inside what is loaded") {
    VmlinuxFile file = movable_vmlinux();
    file.segments[1].text = "phys_bas";
    CHECK_FALSE(examine(file).value().movable);
    file.segments[2].text = "phys_base";
    CHECK(examine(file).value().movable);
}

TEST_CASE("EFI is handed to kernels from Linux 3.14 on") {
    CHECK(examine_version("3.14.0").takes_efi);
    CHECK(examine_version("3.100").takes_efi);
    CHECK(examine_version("6.12.107+deb13-cloud-amd64").takes_efi);
    CHECK_FALSE(examine_version("3.13.11").takes_efi);
    CHECK_FALSE(examine_version("2.6.32-754.el6").takes_efi);
}

TEST_CASE("an ELF file without Linux' banner is no kernel") {
    VmlinuxFile file = movable_vmlinux();
    file.segments[0].text = "GRUB";
    Error error = fault(file);
    CHECK(error.cause == Cause::unsupported);
    CHECK(error.what == "this ELF file is no Linux kernel: it holds no \"Linux version\" text");
}

TEST_CASE("segments that overlap or do not start on a page are refused") {
    VmlinuxFile overlapping = movable_vmlinux();
    overlapping.segments[1].physical_address = 0x1004000;
    CHECK(fault(overlapping).cause == Cause::bad_image);
    CHECK(fault(overlapping).what ==
          "the program header for 12288 bytes at 0x1004000 overlaps another, is not on a page, or wraps");
    VmlinuxFile off_page = movable_vmlinux();
    off_page.segments[1].physical_address = 0x1200010;
    CHECK(fault(off_page).cause == Cause::bad_image);
}

TEST_CASE("two segments that share a page are refused") {
    VmlinuxFile file = movable_vmlinux();
    file.segments[0].memory_size = 0x5001;
    file.segments[1].physical_address = 0x1006000;
    CHECK(examine(file));
    file.segments[1].physical_address = 0x1005000;
    CHECK(fault(file).cause == Cause::bad_image);
}

TEST_CASE("an entry outside the loadable segments is refused") {
    VmlinuxFile file = movable_vmlinux();
    file.entry = 0x1006000; // between two of them
    Error error = fault(file);
    CHECK(error.cause == Cause::bad_image);
    CHECK(error.what == "the entry 0x1006000 lies in no loadable segment");
}

TEST_CASE("a segment that takes no memory says nothing of the place") {
    VmlinuxFile file = movable_vmlinux();
    file.segments.push_back({0x10, 0, 0, ""});
    CHECK(examine(file).value().linked == span(0x1000000, 0x1800fff));
}
