// SPDX-License-Identifier: GPL-2.0-or-later
// arm64 Images with one field changed: what is said of each. One cut short at every byte; every field of the
// header at its limits.
#include "image/arm64_image.h"

#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/field_values.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

using Edit = void (*)(Arm64ImageHeader &header);

Arm64ImageHeader edited(Edit edit) {
    Arm64ImageHeader header = usual_arm64_header();
    edit(header);
    return header;
}

struct Damage {
    Edit edit;
    const char *sentence; // behind "the arm64 Image is damaged: "
};

// Of the Image that is an EFI program as well: 0x1400 bytes.
const Damage damages[] = {
    {[](auto &h) { h.text_offset = 0x80; }, "text_offset is 0x80, a multiple of 0x1000 is needed"},
    {[](auto &h) { h.text_offset = UINT64_MAX; },
     "text_offset is 0xffffffffffffffff, a multiple of 0x1000 is needed"},
    {[](auto &h) { h.text_offset = UINT64_MAX << 12; },
     "text_offset 0xfffffffffffff000 and image_size 0x10000 pass the 0x800000000 bytes that kernel and "
     "initrd "
     "must lie in"},
    {[](auto &h) { h.image_size = UINT64_MAX; },
     "text_offset 0x0 and image_size 0xffffffffffffffff pass the 0x800000000 bytes that kernel and initrd "
     "must lie in"},
    {[](auto &h) { h.image_size = 0x3f; },
     "image_size is 0x3f, at least the 0x40 bytes of the header are needed"},
    {[](auto &h) { h.image_size = 0xfff; }, "image_size is 0xfff, and the section .text ends at 0x1000"},
    {[](auto &h) { h.image_size = 0x13ff; }, "image_size is 0x13ff, and the section .data ends at 0x1400"},
};

Arm64Image parsed(Bytes file) { return parse_arm64_image(file).value().value(); }

} // namespace

TEST_CASE("an Image of today is read in every field") {
    Buffer file = build_arm64_image();
    Arm64Image image = parsed(file);
    CHECK(image.text_offset == 0);
    CHECK(image.image_size == 0x10000);
    CHECK(image.order == std::endian::little);
    CHECK(image.page_size == 4096);
    CHECK(image.anywhere);
    CHECK(!image.legacy);
    CHECK(image.bytes.data() == file.data());
    CHECK(image.bytes.size() == file.size());
}

TEST_CASE("each flag of an Image is its own") {
    auto with = [](std::uint64_t flags) {
        Arm64ImageHeader header = usual_arm64_header();
        header.flags = flags;
        return parsed(build_arm64_image(header));
    };
    CHECK(with(0).order == std::endian::little);
    CHECK(with(0).page_size == 0);
    CHECK(!with(0).anywhere);
    CHECK(with(1).order == std::endian::big);
    CHECK(with(2).page_size == 4096);
    CHECK(with(4).page_size == 16384);
    CHECK(with(6).page_size == 65536);
    CHECK(with(8).anywhere);
    Arm64Image reserved = with(~std::uint64_t{15});
    CHECK((reserved.order == std::endian::little && reserved.page_size == 0 && !reserved.anywhere));
}

TEST_CASE("an Image from before 3.17 gets the values that its time assumed, in either byte order") {
    Arm64ImageHeader header = usual_arm64_header();
    header.image_size = 0;
    header.flags = 0xf; // was reserved
    header.text_offset = 0x80000;
    Arm64Image little = parsed(build_arm64_image(header));
    CHECK(little.legacy);
    CHECK(little.text_offset == 0x80000);
    CHECK(little.image_size == 8192 + (16 << 20));
    CHECK(little.order == std::endian::little);
    CHECK(little.page_size == 0);
    CHECK(!little.anywhere);
    header.text_offset = 0x80000000000; // 0x80000, the other way round
    Arm64Image big = parsed(build_arm64_image(header));
    CHECK(big.text_offset == 0x80000);
    CHECK(big.order == std::endian::big);
}

TEST_CASE("text_offset is taken where image_size is stated") {
    Arm64ImageHeader header = edited([](auto &h) { h.text_offset = 0x80000; });
    CHECK(parsed(build_arm64_image(header)).text_offset == 0x80000);
    header.text_offset = 0x1ff000;
    CHECK(parsed(build_arm64_image(header)).text_offset == 0x1ff000);
}

TEST_CASE("each damaged field of an Image is named with what it is and what is needed") {
    for (const Damage &damage : damages) {
        auto image = parse_arm64_image(build_arm64_efi_image(edited(damage.edit)));
        CAPTURE(damage.sentence);
        REQUIRE(!image);
        CHECK(image.error().cause == Cause::bad_image);
        CHECK(image.error().what == std::string("the arm64 Image is damaged: ") + damage.sentence);
        CHECK(image.error().remedy == "copy the kernel to this place again, or name another file");
    }
}

TEST_CASE("an Image cut short in its header is an error; before its magic it is none") {
    Buffer file = build_arm64_image();
    for (std::size_t size = 0; size < 64; size++) {
        auto image = parse_arm64_image(Bytes(file).first(size));
        CAPTURE(size);
        REQUIRE(image.has_value() == size < 60);
        if (image)
            REQUIRE(!*image);
        else
            REQUIRE((image.error().cause == Cause::bad_image && !image.error().remedy.empty()));
    }
}

TEST_CASE("an Image that is an EFI program is known to be cut short, but for padding") {
    Buffer file = build_arm64_efi_image();
    REQUIRE(file.size() == 0x1400);
    for (std::size_t size = 0x400; size <= 0x1200; size++) {
        auto image = parse_arm64_image(Bytes(file).first(size));
        CAPTURE(size);
        REQUIRE(!image);
        REQUIRE(image.error().what.starts_with(
            "the arm64 Image is damaged: the file ends inside the section ." +
            std::string(size <= 0xe00 ? "text, which ends at 0x1000" : "data, which ends at 0x1400")));
    }
    CHECK(parse_arm64_image(Bytes(file).first(0x1201)));
}

TEST_CASE("the start of an Image, as a vmlinux has it, says nothing of sections that lie elsewhere") {
    Buffer file = build_arm64_efi_image();
    Bytes start = Bytes(file).first(0x400);
    REQUIRE(!parse_arm64_image(start));
    auto image = parse_start_of_arm64_image(start);
    REQUIRE(image);
    CHECK((*image)->image_size == parsed(file).image_size);
    CHECK(!*parse_start_of_arm64_image(Buffer(10000)));
}

TEST_CASE("what follows the image_size of an Image is not loaded") {
    Buffer file = build_arm64_efi_image(edited([](auto &h) { h.image_size = 0x1400; }));
    append(file, as_bytes("a signature"));
    CHECK(parsed(file).bytes.size() == 0x1400);
}

TEST_CASE("whatever the header of an Image holds, nothing lies outside the file") {
    for (const Buffer &file : {build_arm64_image(), build_arm64_efi_image()})
        with_each_value(file, 0x150, [](const Buffer &altered) {
            auto image = parse_arm64_image(altered);
            if (!image || !*image)
                return;
            bool sound = lies_in((*image)->bytes, altered) && (*image)->bytes.size() >= 64 &&
                         (*image)->image_size >= (*image)->bytes.size() &&
                         (*image)->text_offset % 4096 == 0 &&
                         (*image)->text_offset + (*image)->image_size <= std::uint64_t{32} << 30;
            REQUIRE(sound);
        });
}

TEST_CASE("other files are no Image") {
    CHECK(!*parse_arm64_image({}));
    CHECK(!*parse_arm64_image(Buffer(10000)));
    CHECK(!*parse_arm64_image(as_bytes("MZ")));
}
