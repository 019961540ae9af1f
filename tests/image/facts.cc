// SPDX-License-Identifier: GPL-2.0-or-later
// What each format states, in the one form for all.
#include "image/facts.h"

#include "arch/arch.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_bzimage.h"
#include "tests/formats/build_elf.h"
#include "tests/formats/build_s390x.h"
#include "tests/support/temporary.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

// The facts of a file of that machine.
KernelFacts facts(std::string_view arch, Bytes content, std::optional<std::string_view> type = {}) {
    TemporaryDirectory directory;
    auto file =
        std::make_shared<const MappedFile>(MappedFile::open(directory.add("kernel", content)).value());
    return facts_of(read_image(file, arch_named(arch)->formats, type).value());
}

ElfPlan vmlinux(std::uint16_t machine, Bytes contents) {
    ElfPlan plan;
    plan.machine = machine;
    plan.entry = 0xffff800080000000;
    add_segment(plan, PT_LOAD, contents, 0x80000000).memory_size = 0x3000;
    add_segment(plan, PT_LOAD, as_bytes("Linux version 6.1.0 (x)"), 0x80010000);
    return plan;
}

} // namespace

TEST_CASE("a bzImage is entered by its 64-bit entry, or by the other where -t says so") {
    Buffer file = build_bzimage();
    KernelFacts found = facts("x86_64", file);
    CHECK(found.entry == 0x200);
    CHECK(found.entry_is_offset);
    CHECK(found.page_size == 4096U);
    CHECK(found.memory == std::uint32_t{usual_setup_header().init_size});
    CHECK(found.command_line == usual_setup_header().cmdline_size);
    CHECK(!found.initrd_last);
    CHECK(found.banner->release == "6.1.0-test");
    KernelFacts by_32_bits = facts("x86_64", file, "bzImage");
    CHECK(by_32_bits.entry == 0);
    CHECK(by_32_bits.initrd_last == usual_setup_header().initrd_addr_max);
}

TEST_CASE("an Image states its size in memory and its pages") {
    KernelFacts found = facts("arm64", build_arm64_image());
    CHECK(found.entry == 0);
    CHECK(found.entry_is_offset);
    CHECK(found.page_size == 4096U);
    CHECK(found.memory == 0x10000U);
    CHECK(found.command_line == 2047);
    CHECK(found.initrd_reach == std::uint64_t{32} << 30);
    CHECK(!found.banner);
    Arm64ImageHeader header = usual_arm64_header();
    header.flags = 0x8;
    CHECK(!facts("arm64", build_arm64_image(header)).page_size);
}

TEST_CASE("a vmlinux states its entry and what it spans; one of arm64 its pages as well") {
    Arm64ImageHeader header = usual_arm64_header();
    header.flags = 0xe; // 64 KiB
    KernelFacts found = facts("arm64", build_elf(vmlinux(EM_AARCH64, bytes_of(header))));
    CHECK(found.entry == 0xffff800080000000);
    CHECK(!found.entry_is_offset);
    CHECK(found.memory == 0x10000U + 23);
    CHECK(found.page_size == 65536U);
    CHECK(found.banner->release == "6.1.0");
    found = facts("ppc64", build_elf(vmlinux(EM_PPC64, as_bytes("text"))));
    CHECK(!found.page_size);
    CHECK(!found.initrd_reach);
    CHECK(facts("x86_64", build_elf(small_vmlinux())).page_size == 4096U);
}

TEST_CASE("a vmlinux may end with the address space, and one that loads nothing has no span") {
    ElfPlan plan = vmlinux(EM_PPC64, as_bytes("text"));
    plan.segments.front().physical_address = UINT64_MAX - 0x2fff;
    CHECK(facts("ppc64", build_elf(plan)).memory == UINT64_MAX - 0x80010000 + 1);
    plan.segments.clear();
    CHECK(!facts("ppc64", build_elf(plan)).memory);
}

TEST_CASE("an image of s390x is entered at 64 KiB and says how long its command line may be") {
    KernelFacts found = facts("s390x", build_s390x_image());
    CHECK(found.entry == 0x10000);
    CHECK(!found.entry_is_offset);
    CHECK(found.page_size == 4096U);
    CHECK(found.command_line == 4095);
    CHECK(found.memory >= 0x14000U);
}
