// SPDX-License-Identifier: GPL-2.0-or-later
// EFI programs with one field changed, and unified kernel images: what is taken out of each and what is said
// of it. One cut short at every byte; every field of the headers at its limits.
#include "image/uki.h"

#include "base/devicetree.h"
#include "image/pe.h"
#include "tests/catch.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/field_values.h"
#include "tests/support/pack.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

using Texts = std::vector<std::string>;

Buffer buffer_of(std::string_view text) {
    Bytes bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

PePlan small_uki() {
    PePlan plan;
    plan.sections.push_back({.name = ".text", .contents = packable_bytes(100)});
    plan.sections.push_back({.name = ".osrel", .contents = packable_bytes(50)});
    plan.sections.push_back({.name = ".linux", .contents = packable_bytes(1000)});
    return plan;
}

// Sections of text, by their names.
PePlan with(std::vector<std::pair<std::string, std::string>> sections, PePlan plan = small_uki()) {
    for (const auto &[name, text] : sections)
        plan.sections.push_back({.name = name, .contents = buffer_of(text)});
    return plan;
}

Result<std::optional<TakenOut>> open(Bytes file, const Selection &selection = {}) {
    return open_uki(file, pe_machine_arm64, selection);
}

Companions companions_of(const PePlan &plan, const Selection &selection = {}) {
    static std::vector<Buffer> files; // what the companions are views of
    files.push_back(build_pe(plan));
    return open(files.back(), selection).value().value().companions.value();
}

Texts texts_of(const std::vector<Bytes> &pieces) {
    Texts texts;
    for (Bytes piece : pieces)
        texts.emplace_back(as_text(piece));
    return texts;
}

std::string tree_for(std::string_view compatible) {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/", "compatible", compatible));
    return std::string(as_text(tree.packed()));
}

std::string an_overlay() {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/fragment@0", "target-path", "/"));
    REQUIRE(tree.set_text("/fragment@0/__overlay__", "model", "mended"));
    return std::string(as_text(tree.packed()));
}

std::string error_of(const PePlan &plan, const Selection &selection = {}) {
    auto opened = open(build_pe(plan), selection);
    REQUIRE(!opened);
    CHECK(!opened.error().remedy.empty());
    return opened.error().what;
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
    auto taken = open(file);
    REQUIRE(taken);
    REQUIRE(*taken);
    CHECK((*taken)->container == "UKI");
    CHECK(std::ranges::equal((*taken)->kernel, packable_bytes(1000)));
    CHECK(!(*taken)->companions->command_line);
    CHECK((*taken)->companions->initrds.empty());
    CHECK(!(*taken)->companions->device_tree);
}

TEST_CASE("each damaged field of an EFI program is named with what it is and what is needed") {
    for (const Damage &damage : damages) {
        PePlan plan = small_uki();
        damage.edit(plan);
        auto kernel = open(build_pe(plan));
        CAPTURE(damage.sentence);
        REQUIRE(!kernel);
        CHECK(kernel.error().cause == Cause::bad_image);
        CHECK(kernel.error().what == std::string("the EFI program is damaged: ") + damage.sentence);
        CHECK(!kernel.error().remedy.empty());
    }
}

TEST_CASE("what goes with the kernel of a UKI comes with it, and nothing else") {
    Companions found = companions_of(with({{".cmdline", "quiet\n root=/dev/vda1 \0\0"},
                                           {".initrd", "the initrd"},
                                           {".ucode", "microcode"},
                                           {".dtb", tree_for("maker,board")},
                                           {".uname", "6.1.0-25-arm64\n"},
                                           {".sbat", "sbat,1"},
                                           {".splash", "picture"}}));
    CHECK(found.command_line == "quiet root=/dev/vda1");
    CHECK(texts_of(found.initrds) == Texts{"the initrd"});
    CHECK(texts_of(found.microcode) == Texts{"microcode"});
    CHECK(as_text(found.device_tree.value()) == tree_for("maker,board"));
    CHECK(found.release == "6.1.0-25-arm64");
    CHECK(found.notes.empty());
}

TEST_CASE("a section that occurs twice counts once, and an empty initial ramdisk is none") {
    Companions found = companions_of(with({{".cmdline", "first"}, {".cmdline", "second"}, {".initrd", ""}}));
    CHECK(found.command_line == "first");
    CHECK(found.initrds.empty());
}

TEST_CASE("a damaged section that would be handed over is an error, any other is not looked at") {
    for (const char *name : {".cmdline", ".initrd", ".ucode", ".dtb", ".dtbauto", ".uname"}) {
        PePlan plan = with({{name, "text"}});
        plan.sections.back().offset = 0x100000;
        CHECK(error_of(plan).starts_with(
            fmt::format("the EFI program is damaged: the file ends inside the section {}: ", name)));
    }
    PePlan plan = with({{".splash", "text"}});
    plan.sections.back().offset = 0x100000;
    CHECK(open(build_pe(plan)));
}

TEST_CASE("a command line has a ceiling") {
    CHECK(companions_of(with({{".cmdline", std::string(64 << 10, 'a')}})).command_line->size() == 64 << 10);
    CHECK(error_of(with({{".cmdline", std::string(65 << 10, 'a')}})) ==
          "the section .cmdline has 65 KiB of text, at most 64 are taken");
}

TEST_CASE("of the trees in .dtbauto the one is taken that is for this machine, before .dtb") {
    PePlan plan = with({{".dtbauto", tree_for("maker,first")},
                        {".dtb", tree_for("maker,any")},
                        {".dtbauto", tree_for("maker,second")},
                        {".dtbauto", "no tree"}});
    Companions found = companions_of(plan, {.compatible = "maker,second"});
    CHECK(as_text(found.device_tree.value()) == tree_for("maker,second"));
    CHECK(found.notes == Texts{"device tree from .dtbauto for maker,second"});
    for (const char *other : {"maker,third", "maker", ""}) {
        found = companions_of(plan, {.compatible = other});
        CHECK(as_text(found.device_tree.value()) == tree_for("maker,any"));
    }
    CHECK(!companions_of(with({{".dtbauto", tree_for("maker,first")}})).device_tree);
}

TEST_CASE("a profile's sections count before those in front of all profiles") {
    PePlan plan = with({{".cmdline", "base"},
                        {".initrd", "base initrd"},
                        {".profile", "ID=regular\nTITLE=\"Regular boot\"\n"},
                        {".profile", "ID=reset\n TITLE=Factory reset\n"},
                        {".cmdline", "reset"},
                        {".linux", "another kernel"},
                        {".profile", ""},
                        {".initrd", "third initrd"}});
    Companions found = companions_of(plan);
    CHECK(found.command_line == "base");
    CHECK(found.notes == Texts{"profile 0 of 3: Regular boot"});
    found = companions_of(plan, {.profile = 1});
    CHECK(found.command_line == "reset");
    CHECK(texts_of(found.initrds) == Texts{"base initrd"});
    CHECK(found.notes == Texts{"profile 1 of 3: Factory reset"});
    Buffer file = build_pe(plan);
    CHECK(as_text(open(file, {.profile = 1}).value()->kernel) == "another kernel");
    CHECK(std::ranges::equal(open(file).value()->kernel, packable_bytes(1000)));
    found = companions_of(plan, {.profile = 2});
    CHECK(texts_of(found.initrds) == Texts{"third initrd"});
    CHECK(found.notes == Texts{"profile 2 of 3"});
    CHECK(error_of(plan, {.profile = 3}) == "profile 3 was asked for, and this UKI has 0 to 2");
}

TEST_CASE("a UKI without profiles is its own first one, and has no others") {
    CHECK(companions_of(with({{".cmdline", "quiet"}}), {.profile = 0}).command_line == "quiet");
    CHECK(error_of(small_uki(), {.profile = 1}) == "profile 1 was asked for, and this UKI has no profiles");
    PePlan elsewhere = with({{".profile", ""}, {".profile", ""}, {".linux", "kernel"}}, {});
    CHECK(error_of(elsewhere) == "the kernel of this UKI belongs to another profile");
    CHECK(open(build_pe(elsewhere), {.profile = 1}));
}

TEST_CASE("a UKI of another machine is refused, and both are named") {
    PePlan plan = small_uki();
    plan.machine = pe_machine_x86_64;
    CHECK(error_of(plan) == "this UKI is for x86_64, one for arm64 is needed");
    CHECK(open_uki(build_pe(plan), pe_machine_x86_64, {}).value());
    CHECK(machine_of_uki(build_pe(plan)) == pe_machine_x86_64);
}

TEST_CASE("an add-on brings what it holds, an overlay apart from a whole tree") {
    Buffer file = build_pe(with({{".cmdline", " a  b "}, {".dtb", an_overlay()}, {".ucode", "u"}}, {}));
    Companions found = open_uki_addon(file, pe_machine_arm64, "6.1", "").value();
    CHECK(found.command_line == "a b");
    CHECK(texts_of(found.microcode) == Texts{"u"});
    CHECK(!found.device_tree);
    CHECK(texts_of(found.overlays) == Texts{an_overlay()});
    file = build_pe(with({{".dtb", tree_for("maker,board")}}, {}));
    found = open_uki_addon(file, pe_machine_arm64, "", "").value();
    CHECK(found.overlays.empty());
    CHECK(as_text(found.device_tree.value()) == tree_for("maker,board"));
}

TEST_CASE("an add-on that is none, or for something else, says why") {
    auto error = [](Bytes file) { return open_uki_addon(file, pe_machine_arm64, "6.1", "").error().what; };
    CHECK(error(as_bytes("text")) == "it is no add-on: it is no EFI program");
    CHECK(error(build_pe(small_uki())) == "it is no add-on: it holds a kernel");
    CHECK(error(build_pe(with({{".uname", "6.12"}}, {}))) ==
          "it is for a kernel of release 6.12, this one is 6.1");
    PePlan other = with({{".cmdline", "a"}}, {});
    other.machine = pe_machine_x86_64;
    CHECK(error(build_pe(other)) == "this add-on is for x86_64, one for arm64 is needed");
    CHECK(error(build_pe(with({{".dtb", "no tree"}}, {}))).starts_with("its device tree: "));
    CHECK(open_uki_addon(build_pe(with({{".uname", "6.1\n"}}, {})), pe_machine_arm64, "6.1", ""));
    CHECK(open_uki_addon(build_pe(with({{".uname", "6.12"}}, {})), pe_machine_arm64, "", ""));
}

TEST_CASE("add-ons are joined in the order of the specification") {
    auto piece = [](std::string_view text) { return as_bytes(text); };
    Companions all;
    all.command_line = "uki";
    all.microcode = {piece("ucode")};
    all.initrds = {piece("initrd")};
    all.device_tree = piece("tree");
    for (std::string_view name : {"1", "2"}) {
        Companions addon;
        addon.command_line = name;
        addon.microcode = addon.initrds = addon.overlays = {piece(name)};
        add_addon(all, addon);
    }
    CHECK(all.command_line == "uki 1 2");
    CHECK(texts_of(all.microcode) == Texts{"2", "1", "ucode"});
    CHECK(texts_of(all.initrds) == Texts{"initrd", "1", "2"});
    CHECK(texts_of(all.overlays) == Texts{"1", "2"});
    Companions other;
    other.device_tree = piece("another tree");
    add_addon(all, other);
    CHECK(as_text(all.device_tree.value()) == "another tree");
    CHECK(all.overlays.empty());
    Companions alone;
    add_addon(alone, companions_of(with({{".cmdline", "a"}})));
    CHECK(alone.command_line == "a");
}

TEST_CASE("a UKI cut short anywhere is an error; before its PE header it is no EFI program") {
    Buffer file = build_pe(with({{".cmdline", "quiet"}}));
    constexpr std::size_t end = 0xc00 + 5;
    for (std::size_t size = 0; size < end; size++) {
        auto taken = open(Bytes(file).first(size));
        CAPTURE(size);
        REQUIRE(taken.has_value() == size < built_pe_offset + 4);
        if (taken)
            REQUIRE(!*taken);
        else
            REQUIRE((taken.error().cause == Cause::bad_image && !taken.error().remedy.empty()));
    }
    CHECK(open(Bytes(file).first(end)));
}

TEST_CASE("whatever the headers of a UKI hold, what is taken out lies in the file") {
    Buffer whole = build_pe(with({{".initrd", "initrd"}, {".profile", "TITLE=a"}, {".ucode", "u"}}));
    with_each_value(whole, 0x1e0, [](const Buffer &altered) {
        auto taken = open(altered);
        if (!taken || !*taken)
            return;
        bool sound = lies_in((*taken)->kernel, altered);
        for (const auto &pieces : {(*taken)->companions->initrds, (*taken)->companions->microcode})
            for (Bytes piece : pieces)
                sound = sound && lies_in(piece, altered);
        REQUIRE(sound);
    });
}

TEST_CASE("other EFI programs and other files are no UKI") {
    PePlan plan = small_uki();
    plan.sections.pop_back();
    CHECK(!*open(build_pe(plan)));
    CHECK(!machine_of_uki(build_pe(plan)));
    plan = small_uki();
    plan.signature = 0x1234;
    CHECK(!*open(build_pe(plan)));
    plan.pe_offset = 0xffffffff;
    CHECK(!*open(build_pe(plan)));
    CHECK(!*open({}));
    CHECK(!*open(Buffer(10000)));
}
