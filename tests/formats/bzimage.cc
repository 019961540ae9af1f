// SPDX-License-Identifier: GPL-2.0-or-later
// bzImages with one field changed: what is said of each. One cut short at every byte; every byte of the
// header changed to every value.
#include "image/bzimage.h"

#include "image/bzimage_payload.h"
#include "tests/catch.h"
#include "tests/formats/build_bzimage.h"
#include "tests/support/pack.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Result<std::optional<BzImage>> parse_edited(void (*edit)(SetupHeader &header)) {
    SetupHeader header = usual_setup_header();
    edit(header);
    static Buffer file; // the image points into it
    file = build_bzimage(header);
    return parse_bzimage(file);
}

struct Damage {
    void (*edit)(SetupHeader &header);
    const char *sentence; // behind "the bzImage is damaged: "
};

const Damage damages[] = {
    {[](SetupHeader &h) { h.boot_flag = 0xaa56; }, "boot_flag is 0xaa56, 0xaa55 is needed"},
    {[](SetupHeader &h) { h.version = 0x0106; }, "version is 0x0106, at least 0x0200 is needed"},
    {[](SetupHeader &h) { h.jump = 0xe9; }, "jump is 0xe9, 0xeb (a short jump) is needed"},
    {[](SetupHeader &h) { h.jump_distance = 0x62; },
     "jump says that the header ends at 0x264, protocol 2.15 needs it to end between 0x26c and 0x281"},
    {[](SetupHeader &h) { h.jump_distance = 0x80; },
     "jump says that the header ends at 0x282, protocol 2.15 needs it to end between 0x26c and 0x281"},
    {[](SetupHeader &h) {
         h.version = 0x020c;
         h.jump_distance = 0x65;
     },
     "jump says that the header ends at 0x267, protocol 2.12 needs it to end between 0x268 and 0x281"},
    {[](SetupHeader &h) { h.setup_sects = 200; },
     "the file ends inside the setup code: setup_sects 200 needs 102912 bytes, the file has 9216"},
    {[](SetupHeader &h) { h.syssize = 0; }, "there is no kernel behind the setup code (syssize is 0)"},
    {[](SetupHeader &h) { h.syssize = 0x101; }, "the file ends inside the kernel: syssize 0x101 needs 4112 "
                                                "bytes behind the setup code, the file has 4096"},
    {[](SetupHeader &h) { h.syssize = 0xffffffff; },
     "the file ends inside the kernel: syssize 0xffffffff needs 68719476720 bytes behind the setup code, the "
     "file has "
     "4096"},
    {[](SetupHeader &h) { h.kernel_alignment = 0; },
     "kernel_alignment is 0x0, a power of two of at least 0x1000 is needed"},
    {[](SetupHeader &h) { h.kernel_alignment = 0x300000; },
     "kernel_alignment is 0x300000, a power of two of at least 0x1000 is needed"},
    {[](SetupHeader &h) { h.kernel_alignment = 0x10; },
     "kernel_alignment is 0x10, a power of two of at least 0x1000 is needed"},
    {[](SetupHeader &h) { h.min_alignment = 22; },
     "min_alignment is 2 to the power of 22, more than kernel_alignment, 0x200000"},
    {[](SetupHeader &h) { h.min_alignment = 200; },
     "min_alignment is 2 to the power of 200, more than kernel_alignment, 0x200000"},
    {[](SetupHeader &h) { h.init_size = 0xfff; },
     "init_size is 0xfff, at least the kernel's own size, 0x1000, is needed"},
    {[](SetupHeader &h) { h.pref_address = 0x1000010; },
     "pref_address is 0x1000010, a multiple of 0x1000 is needed"},
    {[](SetupHeader &h) { h.pref_address = 0xffffffffffff1000; },
     "pref_address 0xffffffffffff1000 and init_size 0x10000 pass the end of the address space"},
    {[](SetupHeader &h) { h.initrd_addr_max = 0xfffff; },
     "initrd_addr_max is 0xfffff, at least 0x100000 is needed"},
    {[](SetupHeader &h) { h.payload_offset = 0x1001; },
     "payload_offset 0x1001 and payload_length 0x400 do not lie in the kernel, which has 0x1000 bytes"},
    {[](SetupHeader &h) { h.payload_length = 0xffffffff; },
     "payload_offset 0x240 and payload_length 0xffffffff do not lie in the kernel, which has 0x1000 bytes"},
    {[](SetupHeader &h) { h.payload_length = 0; },
     "payload_offset 0x240 and payload_length 0x0 do not lie in the kernel, which has 0x1000 bytes"},
    {[](SetupHeader &h) { h.kernel_info_offset = 0x804; },
     "kernel_info_offset is 0x804, and there is no \"LToP\" at that place of the kernel's 0x1000 bytes"},
    {[](SetupHeader &h) { h.kernel_info_offset = 0xffffffff; },
     "kernel_info_offset is 0xffffffff, and there is no \"LToP\" at that place of the kernel's 0x1000 bytes"},
    {[](SetupHeader &h) {
         h.syssize = 0x20;
         h.payload_offset = 0;
         h.kernel_info_offset = 0;
     },
     "xloadflags 0x7f says that there is an entry point at 0x200 of the kernel, which has 0x200 bytes"},
};

} // namespace

TEST_CASE("a bzImage of today is read in every field") {
    Buffer file = build_bzimage(usual_setup_header(), as_bytes("payload"));
    auto parsed = parse_bzimage(file);
    REQUIRE(parsed);
    REQUIRE(*parsed);
    const BzImage &image = **parsed;
    CHECK(image.setup.size() == 5120);
    CHECK(image.kernel.size() == 4096);
    CHECK(image.kernel.data() == file.data() + 5120);
    CHECK(image.header.data() == file.data() + 0x1f1);
    CHECK(image.header.size() == 0x26c - 0x1f1);
    CHECK(image.protocol == 0x020f);
    CHECK(image.kernel_alignment == 0x200000);
    CHECK(image.relocatable);
    CHECK(image.preferred_address == 0x1000000);
    CHECK(image.init_size == 0x10000);
    CHECK(image.initrd_last == 0x7fffffff);
    CHECK(image.command_line_size == 2047);
    CHECK(image.entry_64_bit);
    CHECK(image.above_4g);
    CHECK(image.efi_kexec);
    CHECK(image.five_level);
    REQUIRE(image.payload);
    CHECK(image.payload->size() == 0x400);
    CHECK(as_text(*image.payload).starts_with("payload"));
}

TEST_CASE("each flag of xloadflags is its own") {
    auto with = [](std::uint16_t flags) {
        SetupHeader header = usual_setup_header();
        header.xloadflags = flags;
        return **parse_bzimage(build_bzimage(header));
    };
    CHECK(with(1).entry_64_bit);
    CHECK(with(2).above_4g);
    CHECK(with(16).efi_kexec);
    CHECK(with(32).five_level);
    BzImage none = with(0xffff & ~(1 | 2 | 16 | 32));
    CHECK(!(none.entry_64_bit || none.above_4g || none.efi_kexec || none.five_level));
}

TEST_CASE("each damaged field of a bzImage is named with what it is and what is needed") {
    for (const Damage &damage : damages) {
        auto parsed = parse_edited(damage.edit);
        CAPTURE(damage.sentence);
        REQUIRE(!parsed);
        CHECK(parsed.error().cause == Cause::bad_image);
        CHECK(parsed.error().what == std::string("the bzImage is damaged: ") + damage.sentence);
        CHECK(parsed.error().remedy == "copy the kernel to this place again, or name another file");
    }
}

TEST_CASE("a zImage is recognised and not supported") {
    auto parsed = parse_edited([](SetupHeader &h) { h.loadflags = 0; });
    REQUIRE(!parsed);
    CHECK(parsed.error().cause == Cause::unsupported);
    CHECK(parsed.error().what ==
          "this is a zImage (LOADED_HIGH is not set in loadflags), a bzImage is needed");
}

TEST_CASE("a bzImage cut short anywhere is an error; before its magic it is none") {
    Buffer file = build_bzimage();
    for (std::size_t size = 0; size < file.size(); size++) {
        auto parsed = parse_bzimage(Bytes(file).first(size));
        CAPTURE(size);
        REQUIRE(parsed.has_value() == size < 0x206);
        if (parsed)
            REQUIRE(!*parsed);
        else
            REQUIRE((parsed.error().cause == Cause::bad_image && !parsed.error().remedy.empty()));
    }
}

TEST_CASE("whatever the header holds, nothing lies outside the file") {
    const Buffer file = build_bzimage();
    auto inside = [&](Bytes part, const Buffer &whole) {
        return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
    };
    for (std::size_t offset = setup_header_offset; offset < 0x26c; offset++)
        for (unsigned value = 0; value < 256; value++) {
            Buffer altered = file;
            altered[offset] = std::byte(value);
            auto parsed = parse_bzimage(altered);
            if (!parsed || !*parsed)
                continue;
            const BzImage &image = **parsed;
            bool sound = inside(image.setup, altered) && inside(image.kernel, altered) &&
                         inside(image.header, altered) &&
                         (!image.payload || inside(*image.payload, altered)) &&
                         image.init_size >= image.kernel.size() &&
                         std::has_single_bit(image.kernel_alignment) && image.kernel_alignment >= 4096;
            CAPTURE(offset, value);
            REQUIRE(sound);
        }
}

TEST_CASE("fields that an older protocol does not have get the values that its time assumed") {
    auto old = [](std::uint16_t version) {
        SetupHeader header = usual_setup_header();
        header.version = version;
        return **parse_bzimage(build_bzimage(header));
    };
    CHECK(!old(0x020b).entry_64_bit);
    CHECK(old(0x020b).init_size == 0x10000);
    CHECK(old(0x0209).init_size == 3 * 4096);
    CHECK(old(0x0209).preferred_address == 0);
    CHECK(old(0x0208).payload);
    CHECK(!old(0x0207).payload);
    CHECK(old(0x0206).command_line_size == 2047);
    CHECK(old(0x0205).command_line_size == 255);
    CHECK(old(0x0205).relocatable);
    CHECK(!old(0x0204).relocatable);
    CHECK(old(0x0204).kernel_alignment == 4096);
    CHECK(old(0x0203).initrd_last == 0x7fffffff);
    CHECK(old(0x0202).initrd_last == 0x37ffffff);
    CHECK(old(0x0200).protocol == 0x0200);
}

TEST_CASE("a setup_sects of 0 means 4") {
    SetupHeader header = usual_setup_header();
    header.setup_sects = 0;
    header.kernel_info_offset = 0;
    Buffer file = build_bzimage(header);
    CHECK((*parse_bzimage(file))->setup.size() == 5 * 512);
}

TEST_CASE("what follows the kernel in the file is not loaded, and may be short of padding in old files") {
    Buffer file = build_bzimage();
    append(file, as_bytes("a signature"));
    CHECK((*parse_bzimage(file))->kernel.size() == 4096);
    SetupHeader header = usual_setup_header();
    header.version = 0x0207;
    Buffer old = build_bzimage(header);
    old.resize(old.size() - 15);
    CHECK((*parse_bzimage(old))->kernel.size() == 4096 - 15);
    old.resize(old.size() - 1);
    CHECK(!parse_bzimage(old));
    header.version = 0x0203; // syssize had 16 bits and was too small for any bzImage
    header.syssize = 1;
    CHECK((*parse_bzimage(build_bzimage(header)))->kernel.size() == 4096);
}

TEST_CASE("a kernel that cannot be moved needs no alignment") {
    auto parsed = parse_edited([](SetupHeader &h) {
        h.relocatable_kernel = 0;
        h.kernel_alignment = 0;
    });
    REQUIRE(parsed);
    CHECK((*parsed)->kernel_alignment == 4096);
}

TEST_CASE("other files are no bzImage") {
    CHECK(!*parse_bzimage({}));
    CHECK(!*parse_bzimage(Buffer(10000)));
    Buffer boot_sector(10000);
    write_at(boot_sector, 0x1fe, le16(0xaa55));
    CHECK(!*parse_bzimage(boot_sector));
}

TEST_CASE("the vmlinux of a bzImage lies where its header says, and in an old one nowhere") {
    Buffer file = build_bzimage(usual_setup_header(), packable_bytes(500));
    auto opened = open_bzimage(file);
    REQUIRE(opened);
    REQUIRE(*opened);
    CHECK((*opened)->size() == 0x400);
    CHECK(starts_with(**opened, packable_bytes(500)));
    CHECK(!*open_bzimage(packable_bytes(5000)));
    SetupHeader old = usual_setup_header();
    old.version = 0x0207;
    auto refused = open_bzimage(build_bzimage(old));
    REQUIRE(!refused);
    CHECK(refused.error().cause == Cause::unsupported);
    CHECK(refused.error().what ==
          "this bzImage does not say where its vmlinux lies: its header is of protocol 2.07, or names none");
    CHECK(open_bzimage(Bytes(file).first(3000)).error().cause == Cause::bad_image);
}
