// SPDX-License-Identifier: GPL-2.0-or-later
// Boot wrappers of PowerPC: what is found in them, and what is said of those that cannot be taken apart.
#include "image/ppc_zimage.h"

#include "arch/arch.h"
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/formats/build_elf.h"
#include "tests/machine/made.h"
#include "tests/support/pack.h"

#include <algorithm>
#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string kernel = ".kernel:vmlinux.strip";

// As the kernel's build makes it: big-endian of 32 bits, or for a little-endian kernel of 64.
ElfPlan wrapper(bool is_64_bit = false) {
    ElfPlan plan;
    plan.is_64_bit = is_64_bit;
    plan.order = is_64_bit ? std::endian::little : std::endian::big;
    plan.machine = is_64_bit ? EM_PPC64 : EM_PPC;
    plan.entry = 0x4000000;
    add_segment(plan, PT_LOAD, sample_bytes(300), 0x4000000);
    return plan;
}

Buffer zimage(const std::vector<NamedSection> &more = {}, bool is_64_bit = false) {
    std::vector<NamedSection> sections = {{".text", sample_bytes(64)},
                                          {kernel, pack(ppc64_vmlinux(), Compression::gzip)}};
    sections.insert(sections.end(), more.begin(), more.end());
    return build_elf_with_sections(wrapper(is_64_bit), sections);
}

} // namespace

TEST_CASE("the kernel is taken out of wrappers of 32 and 64 bits", "[zimage]") {
    for (bool is_64_bit : {false, true}) {
        auto image = read_image(file_holding(zimage({}, is_64_bit)), arch_named("ppc64")->formats);
        REQUIRE(image);
        CHECK(image->format->name == "elf-ppc64");
        CHECK(image->wrappers == std::vector<std::string_view>{"zImage", "gzip"});
        CHECK(as_text(image->bytes) == as_text(Bytes(ppc64_vmlinux())));
    }
}

TEST_CASE("-t zImage takes a wrapper and nothing else", "[zimage]") {
    CHECK(read_image(file_holding(zimage()), arch_named("ppc64")->formats, "zImage"));
    CHECK_FALSE(read_image(file_holding(ppc64_vmlinux()), arch_named("ppc64")->formats, "zImage"));
}

TEST_CASE("other ELF files are no zImage", "[zimage]") {
    CHECK_FALSE(open_ppc_zimage(build_elf(wrapper())).value());
    CHECK_FALSE(open_ppc_zimage(build_elf(small_vmlinux())).value());
    CHECK_FALSE(open_ppc_zimage(sample_bytes(1000)).value());
    ElfPlan other = wrapper();
    other.machine = EM_386;
    CHECK_FALSE(open_ppc_zimage(build_elf_with_sections(other, {{kernel, sample_bytes(10)}})).value());
}

TEST_CASE("a wrapper that holds more than a kernel brings it along", "[zimage]") {
    Buffer initrd = sample_bytes(100), tree = lpar_tree().packed();
    auto read = [](const std::vector<NamedSection> &more) {
        return read_image(file_holding(zimage(more)), arch_named("ppc64")->formats).value();
    };
    Image both = read({{".kernel:initrd", initrd}, {".kernel:dtb", tree}});
    REQUIRE(both.companions);
    REQUIRE(both.companions->initrds.size() == 1);
    CHECK(std::ranges::equal(both.companions->initrds[0], initrd));
    CHECK(std::ranges::equal(both.companions->device_tree.value(), tree));
    CHECK_FALSE(read({{".kernel:initrd", initrd}}).companions->device_tree);
    CHECK(read({{".kernel:dtb", tree}}).companions->initrds.empty());
    CHECK_FALSE(read({{".kernel:initrd", {}}, {".kernel:dtb", {}}}).companions); // zImage.lds.S makes all
}

TEST_CASE("a wrapper without a byte of a kernel is damaged", "[zimage]") {
    for (bool no_bits : {false, true}) {
        NamedSection empty{kernel, no_bits ? sample_bytes(100) : Buffer(), no_bits};
        auto refused = open_ppc_zimage(build_elf_with_sections(wrapper(), {empty}));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().what == "this zImage is empty: its section .kernel:vmlinux.strip has no bytes");
    }
}

TEST_CASE("a wrapper cut short anywhere gives its kernel whole or none at all", "[zimage]") {
    Buffer whole = build_elf_with_sections(wrapper(), {{kernel, sample_bytes(200)}});
    for (std::size_t size = 0; size < whole.size(); size++) {
        auto opened = open_ppc_zimage(Bytes(whole).first(size));
        CHECK((!opened || !*opened || (*opened)->kernel.size() == 200));
    }
}

TEST_CASE("sections that lie about where they are are refused", "[zimage]") {
    Buffer whole = build_elf_with_sections(wrapper(true), {{kernel, sample_bytes(200)}});
    std::uint64_t table = read_at<le64>(whole, 40, "").value();
    for (std::uint64_t value : {std::uint64_t{whole.size()}, UINT64_MAX - 100, UINT64_MAX}) {
        Buffer moved = whole, grown = whole;
        write_at(moved, table + 64 + 24, le64(value));
        write_at(grown, table + 64 + 32, le64(value));
        CHECK_FALSE(open_ppc_zimage(moved));
        CHECK_FALSE(open_ppc_zimage(grown));
    }
}
