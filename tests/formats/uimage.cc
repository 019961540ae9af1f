// SPDX-License-Identifier: GPL-2.0-or-later
// uImages with one field changed: what is said of each. One cut short at every byte; every field of the
// header at its limits, with and without the checksum that belongs to it.
#include "image/uimage.h"

#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/field_values.h"
#include "tests/support/pack.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

using Edit = void (*)(UimageHeader &header);

Result<std::optional<KernelAndParts>> open_edited(Edit edit) {
    static Buffer file; // the data lies in it
    Buffer data = packable_bytes(1000);
    UimageHeader header = usual_uimage_header(data);
    edit(header);
    file = build_uimage(sealed(header), data);
    return open_uimage(file, uimage_arm64);
}

Buffer tree_bytes(std::size_t size) {
    Buffer tree = packable_bytes(size);
    write_at(tree, 0, be32(0xd00dfeed));
    return tree;
}

struct Refusal {
    Edit edit;
    Cause cause;
    const char *sentence;
};

const Refusal refusals[] = {
    {[](auto &h) { h.size = 0; }, Cause::bad_image,
     "the uImage is damaged: the header says that 0 bytes follow it, and 1000 do"},
    {[](auto &h) { h.size = 1001; }, Cause::bad_image,
     "the uImage is damaged: the header says that 1001 bytes follow it, and 1000 do"},
    {[](auto &h) { h.size = 0xffffffff; }, Cause::bad_image,
     "the uImage is damaged: the header says that 4294967295 bytes follow it, and 1000 do"},
    {[](auto &h) { h.os = 17; }, Cause::unsupported,
     "this uImage cannot be loaded: its operating system is 17 (U-Boot), 5 (Linux) is needed"},
    {[](auto &h) { h.os = 200; }, Cause::unsupported,
     "this uImage cannot be loaded: its operating system is 200, 5 (Linux) is needed"},
    {[](auto &h) { h.architecture = 2; }, Cause::unsupported,
     "this uImage cannot be loaded: its architecture is 2 (arm), 22 (arm64) is needed"},
    {[](auto &h) { h.architecture = 255; }, Cause::unsupported,
     "this uImage cannot be loaded: its architecture is 255, 22 (arm64) is needed"},
    {[](auto &h) { h.type = 3; }, Cause::unsupported,
     "this uImage cannot be loaded: its type is 3 (ramdisk), 2 (kernel), 4 (multi) or 14 (kernel_noload) is "
     "needed"},
    {[](auto &h) { h.type = 0; }, Cause::unsupported,
     "this uImage cannot be loaded: its type is 0, 2 (kernel), 4 (multi) or 14 (kernel_noload) is needed"},
    {[](auto &h) { h.compression = 7; }, Cause::unsupported,
     "the uImage says that its compression is 7, 0 (none) to 6 (zstd) is needed"},
    {[](auto &h) { h.compression = 1; }, Cause::bad_image,
     "the uImage is damaged: compression is 1 (gzip), and the data is not"},
    {[](auto &h) { h.compression = 3; }, Cause::bad_image,
     "the uImage is damaged: compression is 3 (lzma), and the data is not"},
};

} // namespace

TEST_CASE("a uImage gives its data, be it of type kernel or kernel_noload") {
    Buffer data = packable_bytes(1000);
    for (std::uint8_t type : {std::uint8_t{2}, std::uint8_t{14}}) {
        UimageHeader header = usual_uimage_header(data);
        header.type = type;
        Buffer file = build_uimage(sealed(header), data);
        auto opened = open_uimage(file, uimage_arm64);
        REQUIRE(opened);
        REQUIRE(*opened);
        CHECK((*opened)->kernel.data() == file.data() + 64);
        CHECK(std::ranges::equal((*opened)->kernel, data));
        CHECK(!(*opened)->initrd);
        CHECK(!(*opened)->device_tree);
    }
}

TEST_CASE("a uImage may be compressed by whatever U-Boot has a number for") {
    constexpr std::pair<std::uint8_t, Compression> numbers[] = {
        {1, Compression::gzip}, {2, Compression::bzip2}, {3, Compression::lzma},
        {4, Compression::lzo},  {5, Compression::lz4},   {6, Compression::zstd}};
    for (auto [number, compression] : numbers) {
        Buffer data = pack(packable_bytes(1000), compression);
        UimageHeader header = usual_uimage_header(data);
        header.compression = number;
        auto opened = open_uimage(build_uimage(sealed(header), data), uimage_arm64);
        CAPTURE(name_of(compression));
        CHECK((opened && *opened && (*opened)->kernel.size() == data.size()));
    }
}

TEST_CASE("each wrong field of a uImage is named with what it is and what is needed") {
    for (const Refusal &refusal : refusals) {
        auto opened = open_edited(refusal.edit);
        CAPTURE(refusal.sentence);
        REQUIRE(!opened);
        CHECK(opened.error().cause == refusal.cause);
        CHECK(opened.error().what == refusal.sentence);
        CHECK(!opened.error().remedy.empty());
    }
}

TEST_CASE("a changed bit of a uImage does not pass its checksums") {
    Buffer file = build_uimage(packable_bytes(100));
    for (std::size_t at = 4; at < file.size(); at++) {
        Buffer altered = file;
        altered[at] ^= std::byte{4};
        auto opened = open_uimage(altered, uimage_arm64);
        CAPTURE(at);
        REQUIRE(!opened);
        REQUIRE(opened.error().cause == Cause::bad_image);
        REQUIRE(opened.error().what.starts_with(at < 64
                                                    ? "the uImage is damaged: the header's CRC is 0x"
                                                    : "the uImage is damaged: the CRC of the data is 0x"));
    }
}

TEST_CASE("the checksum of the header is told, found and stated") {
    UimageHeader header = sealed(usual_uimage_header(packable_bytes(100)));
    std::uint32_t right = header.header_crc;
    header.header_crc = 0x1234;
    CHECK(open_uimage(build_uimage(header, packable_bytes(100)), uimage_arm64).error().what ==
          fmt::format("the uImage is damaged: the header's CRC is {:#010x}, and the header says 0x00001234",
                      right));
}

TEST_CASE("a uImage cut short anywhere is an error; before its magic it is none") {
    Buffer file = build_uimage(packable_bytes(100));
    for (std::size_t size = 0; size < file.size(); size++) {
        auto opened = open_uimage(Bytes(file).first(size), uimage_arm64);
        CAPTURE(size);
        REQUIRE(opened.has_value() == size < 4);
        if (opened)
            REQUIRE(!*opened);
        else
            REQUIRE((opened.error().cause == Cause::bad_image && !opened.error().remedy.empty()));
    }
}

TEST_CASE("what follows the data of a uImage is not looked at") {
    Buffer file = build_uimage(packable_bytes(100));
    file.resize(4096, std::byte{0xff});
    CHECK((*open_uimage(file, uimage_arm64))->kernel.size() == 100);
}

TEST_CASE("a uImage of several files gives each its part, whatever their sizes") {
    for (std::size_t size : {1000U, 1001U, 1002U, 1003U}) {
        Buffer kernel = packable_bytes(size), initrd = packable_bytes(500, 2), tree = tree_bytes(201);
        Buffer file = build_multi({kernel, initrd, tree});
        auto opened = open_uimage(file, uimage_arm64);
        CAPTURE(size);
        REQUIRE(opened);
        REQUIRE(*opened);
        CHECK(std::ranges::equal((*opened)->kernel, kernel));
        CHECK(std::ranges::equal(*(*opened)->initrd, initrd));
        CHECK(std::ranges::equal(*(*opened)->device_tree, tree));
        CHECK(lies_in((*opened)->kernel, file));
    }
    CHECK(!(*open_uimage(build_multi({packable_bytes(10)}), uimage_arm64))->initrd);
    auto without_initrd = open_uimage(build_multi({packable_bytes(10), tree_bytes(50)}), uimage_arm64);
    CHECK(!(*without_initrd)->initrd);
    CHECK((*without_initrd)->device_tree);
}

TEST_CASE("of several files the first is compressed as the header says") {
    Buffer kernel = pack(packable_bytes(1000), Compression::gzip);
    CHECK(open_uimage(build_multi({kernel, packable_bytes(10)}, 1), uimage_arm64));
    CHECK(open_uimage(build_multi({packable_bytes(10), kernel}, 1), uimage_arm64).error().what ==
          "the uImage is damaged: compression is 1 (gzip), and the data is not");
}

TEST_CASE("a list of files that lies is an error") {
    auto refused = [](Buffer data) {
        UimageHeader header = usual_uimage_header(data);
        header.type = 4;
        return open_uimage(build_uimage(sealed(header), data), uimage_arm64).error().what;
    };
    std::string damaged = "the uImage is damaged: ";
    CHECK(refused(list_of({})) == damaged + "it holds no file, between 1 and 16 files are needed");
    CHECK(refused(list_of(std::vector<std::uint32_t>(17, 4))) ==
          damaged + "it holds more, between 1 and 16 files are needed");
    CHECK(refused(Buffer(3, std::byte{1})) == damaged + "the list of its files has no end");
    CHECK(refused(Buffer(8, std::byte{1})) == damaged + "the list of its files has no end");
    CHECK(refused(list_of({1})) == damaged + "its file 1 has 1 bytes, and 0 are left");
    CHECK(refused(list_of({0xffffffff})) == damaged + "its file 1 has 4294967295 bytes, and 0 are left");
    Buffer two = build_multi({packable_bytes(10), packable_bytes(10), packable_bytes(10)});
    CHECK(open_uimage(two, uimage_arm64).error().what ==
          "this uImage cannot be loaded: it holds two files that could be its initial ramdisk");
    two = build_multi({packable_bytes(10), tree_bytes(10), tree_bytes(10)});
    CHECK(open_uimage(two, uimage_arm64).error().what ==
          "this uImage cannot be loaded: it holds two files that could be its device tree");
}

TEST_CASE("as a container, a uImage hands over what goes with the kernel, and is a mere wrapper without") {
    Buffer kernel = packable_bytes(10), initrd = packable_bytes(20, 2), tree = tree_bytes(30);
    auto take = [](const Buffer &file) { return take_out_of_uimage(file, uimage_arm64).value(); };
    CHECK(!take(packable_bytes(100)));
    for (const Buffer &alone : {build_multi({kernel}), build_uimage(kernel)}) {
        auto taken = take(alone);
        REQUIRE(taken);
        CHECK(taken->container == "uImage");
        CHECK(std::ranges::equal(taken->kernel, kernel));
        CHECK(!taken->companions);
    }
    Buffer file = build_multi({kernel, initrd, tree});
    auto taken = take(file);
    REQUIRE(taken->companions);
    CHECK(std::ranges::equal(taken->companions->initrds.at(0), initrd));
    CHECK(std::ranges::equal(taken->companions->device_tree.value(), tree));
    file = build_multi({kernel, tree});
    taken = take(file);
    CHECK(taken->companions->initrds.empty());
    CHECK(std::ranges::equal(taken->companions->device_tree.value(), tree));
}

TEST_CASE("whatever the list of files holds, they lie in the file") {
    Buffer data = multi_data({packable_bytes(50), packable_bytes(50), tree_bytes(50)});
    with_each_value(data, 24, [](const Buffer &altered) {
        UimageHeader header = usual_uimage_header(altered);
        header.type = 4;
        Buffer file = build_uimage(sealed(header), altered);
        auto opened = open_uimage(file, uimage_arm64);
        if (opened)
            REQUIRE((lies_in((*opened)->kernel, file) &&
                     lies_in((*opened)->initrd.value_or(Bytes(file)), file) &&
                     lies_in((*opened)->device_tree.value_or(Bytes(file)), file)));
    });
}

TEST_CASE("whatever the header of a uImage holds, its data lies in the file") {
    with_each_value(build_uimage(packable_bytes(100)), 64, [](Buffer altered) {
        auto sound = [&](const Result<std::optional<KernelAndParts>> &opened) {
            return !opened || !*opened || lies_in((*opened)->kernel, altered);
        };
        bool as_it_is = sound(open_uimage(altered, uimage_arm64));
        REQUIRE(as_it_is);
        write_at(altered, 0, sealed(*read_at<UimageHeader>(altered, 0, "the header")));
        bool with_checksum = sound(open_uimage(altered, uimage_arm64));
        REQUIRE(with_checksum);
    });
}
