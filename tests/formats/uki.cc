// SPDX-License-Identifier: GPL-2.0-or-later
// EFI programs with one field changed, and unified kernel images: what is said of each. One cut short at
// every byte; every field of the headers at its limits.
#include "image/uki.h"

#include "image/pe.h"
#include "tests/catch.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/field_values.h"
#include "tests/support/pack.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

PePlan small_uki() {
    PePlan plan;
    plan.sections.push_back({.name = ".text", .contents = packable_bytes(100)});
    plan.sections.push_back({.name = ".osrel", .contents = packable_bytes(50)});
    plan.sections.push_back({.name = ".linux", .contents = packable_bytes(1000)});
    return plan;
}

struct Damage {
    void (*edit)(PePlan &plan);
    const char *sentence; // behind "the EFI program is damaged: "
};

const Damage damages[] = {
    {[](auto &p) { p.optional_header_size = 39; },
     "SizeOfOptionalHeader is 39, between 40 and the 2984 bytes left in the file are needed"},
    {[](auto &p) { p.optional_header_size = 0xffff; },
     "SizeOfOptionalHeader is 65535, between 40 and the 2984 bytes left in the file are needed"},
    {[](auto &p) { p.section_count = 0xffff; },
     "the file ends inside the section table (NumberOfSections is 65535)"},
    {[](auto &p) { p.sections[2].offset = 0x10000; },
     "the file ends inside the section .linux: PointerToRawData 0x10000 and its 0x3e8 bytes, the file has "
     "0xc00"},
    {[](auto &p) { p.sections[2].in_file = p.sections[2].in_memory = 0xffffffff; },
     "the file ends inside the section .linux: PointerToRawData 0x800 and its 0xffffffff bytes, the file has "
     "0xc00"},
};

} // namespace

TEST_CASE("the section .linux of a UKI is its kernel, without the padding") {
    Buffer file = build_pe(small_uki());
    auto kernel = open_uki(file, pe_machine_arm64);
    REQUIRE(kernel);
    REQUIRE(*kernel);
    CHECK(std::ranges::equal(**kernel, packable_bytes(1000)));
}

TEST_CASE("each damaged field of an EFI program is named with what it is and what is needed") {
    for (const Damage &damage : damages) {
        PePlan plan = small_uki();
        damage.edit(plan);
        auto kernel = open_uki(build_pe(plan), pe_machine_arm64);
        CAPTURE(damage.sentence);
        REQUIRE(!kernel);
        CHECK(kernel.error().cause == Cause::bad_image);
        CHECK(kernel.error().what == std::string("the EFI program is damaged: ") + damage.sentence);
        CHECK(!kernel.error().remedy.empty());
    }
}

TEST_CASE("a UKI with parts that would be lost is refused, and they are named") {
    auto with = [](std::initializer_list<const char *> names) {
        PePlan plan = small_uki();
        for (const char *name : names)
            plan.sections.push_back({.name = name, .contents = packable_bytes(10)});
        return open_uki(build_pe(plan), pe_machine_arm64);
    };
    for (const char *name : {".initrd", ".cmdline", ".dtb", ".dtbauto", ".ucode"}) {
        CAPTURE(name);
        REQUIRE(!with({name}));
        CHECK(with({name}).error().cause == Cause::unsupported);
        CHECK(with({name}).error().what ==
              fmt::format("this UKI holds {} besides its kernel, and only the kernel could be loaded", name));
    }
    CHECK(with({".cmdline", ".initrd"}).error().what ==
          "this UKI holds .initrd, .cmdline besides its kernel, and only the kernel could be loaded");
    CHECK(with({".initrd"}).error().remedy.find("--only-section=.linux") != npos);
    CHECK(with({".sbat", ".uname", ".splash"}));
}

TEST_CASE("a UKI of another machine is refused, and both are named") {
    PePlan plan = small_uki();
    plan.machine = pe_machine_x86_64;
    CHECK(open_uki(build_pe(plan), pe_machine_arm64).error().what ==
          "this UKI is for x86_64, one for arm64 is needed");
}

TEST_CASE("a UKI cut short anywhere is an error; before its PE header it is no EFI program") {
    Buffer file = build_pe(small_uki());
    constexpr std::size_t kernel_end = 0x800 + 1000;
    for (std::size_t size = 0; size < kernel_end; size++) {
        auto kernel = open_uki(Bytes(file).first(size), pe_machine_arm64);
        CAPTURE(size);
        REQUIRE(kernel.has_value() == size < built_pe_offset + 4);
        if (kernel)
            REQUIRE(!*kernel);
        else
            REQUIRE((kernel.error().cause == Cause::bad_image && !kernel.error().remedy.empty()));
    }
    CHECK(open_uki(Bytes(file).first(kernel_end), pe_machine_arm64));
}

TEST_CASE("whatever the headers of a UKI hold, its kernel lies in the file") {
    with_each_value(build_pe(small_uki()), 0x190, [](const Buffer &altered) {
        auto kernel = open_uki(altered, pe_machine_arm64);
        bool sound = !kernel || !*kernel || lies_in(**kernel, altered);
        REQUIRE(sound);
    });
}

TEST_CASE("other EFI programs and other files are no UKI") {
    PePlan plan = small_uki();
    plan.sections.pop_back();
    CHECK(!*open_uki(build_pe(plan), pe_machine_arm64));
    plan = small_uki();
    plan.signature = 0x1234;
    CHECK(!*open_uki(build_pe(plan), pe_machine_arm64));
    plan.pe_offset = 0xffffffff;
    CHECK(!*open_uki(build_pe(plan), pe_machine_arm64));
    CHECK(!*open_uki({}, pe_machine_arm64));
    CHECK(!*open_uki(Buffer(10000), pe_machine_arm64));
}
