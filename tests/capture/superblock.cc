// SPDX-License-Identifier: GPL-2.0-or-later
// File systems as mkfs makes them, and bytes that are none.
#include "capture/superblock.h"

#include "base/file.h"
#include "base/process.h"
#include "tests/catch.h"
#include "tests/support/temporary.h"

#include <algorithm>
#include <array>

using namespace kexec::testing;

namespace kexec::capture {

namespace {

constexpr std::string_view uuid = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9";
constexpr std::uint64_t disk_size = 320 << 20; // the least that mkfs.xfs takes is 300 MiB

struct Maker {
    std::string program;
    std::vector<std::string> arguments;
    std::string type;
};

const std::vector<Maker> makers{
    {"mkfs.ext2", {"-q", "-U", std::string(uuid), "-L", "the disk"}, "ext2"},
    {"mkfs.ext3", {"-q", "-U", std::string(uuid), "-L", "the disk"}, "ext3"},
    {"mkfs.ext4", {"-q", "-U", std::string(uuid), "-L", "the disk"}, "ext4"},
    {"mkfs.xfs", {"-q", "-m", "uuid=" + std::string(uuid), "-L", "the disk"}, "xfs"},
    {"mkfs.btrfs", {"-q", "-U", std::string(uuid), "-L", "the disk"}, "btrfs"},
};

Buffer made_by(const Maker &maker) {
    TemporaryDirectory directory;
    std::string path = directory.write("disk", "");
    REQUIRE(*run_program("/usr/bin/truncate", {"-s", std::to_string(disk_size), path}) == 0);
    std::vector<std::string> words = maker.arguments;
    words.push_back(path);
    auto program = find_program(maker.program);
    INFO(maker.program << " is in the packages of tools/packages");
    REQUIRE(program);
    REQUIRE(*run_program(*program, words) == 0);
    return *read_start_of_file(path, superblock_reach);
}

} // namespace

TEST_CASE("superblock: what mkfs has made is told with its UUID and its label") {
    for (const Maker &maker : makers) {
        INFO(maker.program);
        auto system = recognise_file_system(made_by(maker));
        REQUIRE(system);
        CHECK(system->type == maker.type);
        CHECK(system->uuid == uuid);
        CHECK(system->label == "the disk");
        CHECK(system->devices == 1);
        CHECK(is_named(*system, "LABEL=the disk"));
        CHECK(is_named(*system, "UUID=0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9"));
        CHECK_FALSE(is_named(*system, "LABEL=the"));
        CHECK_FALSE(is_named(*system, "the disk"));
    }
}

TEST_CASE("superblock: no label is no name") {
    FileSystem system{"ext4", std::string(uuid), ""};
    CHECK_FALSE(is_named(system, "LABEL="));
}

TEST_CASE("superblock: every cut of a file system is one or none, and noise is none") {
    Buffer xfs = made_by(makers[3]);
    for (std::size_t size : {0U, 1U, 119U, 120U, 4096U})
        CHECK(recognise_file_system(Bytes(xfs).first(size)).has_value() == (size >= 120));
    Buffer btrfs = made_by(makers[4]);
    for (std::size_t size : {std::size_t{65536 + 554}, std::size_t{65536 + 555}})
        CHECK(recognise_file_system(Bytes(btrfs).first(size)).has_value() == (size >= 65536 + 555));
    CHECK_FALSE(recognise_file_system(Buffer(superblock_reach)));
}

TEST_CASE("superblock: swap space as mkswap makes it for pages of each size is another use") {
    for (const char *page : {"4096", "16384", "65536"}) {
        INFO(page);
        TemporaryDirectory directory;
        std::string path = directory.write("disk", std::string(1 << 20, '\0'));
        REQUIRE(*run_program(find_program("mkswap").value(), {"-q", "-p", page, path}) == 0);
        CHECK(recognise_other_use(*read_start_of_file(path, superblock_reach)) == "swap space");
    }
}

TEST_CASE(
    "superblock: another use is told by its mark at each place where that may lie, and none by half of one") {
    struct Use {
        std::size_t place;
        std::string_view magic, use;
    };
    constexpr std::array<Use, 13> uses{{{0, "LUKS\xba\xbe", "a LUKS volume"},
                                        {0, "LABELONE", "a physical volume of LVM"},
                                        {512, "LABELONE", "a physical volume of LVM"},
                                        {1024, "LABELONE", "a physical volume of LVM"},
                                        {1536, "LABELONE", "a physical volume of LVM"},
                                        {0, "\xfc\x4e\x2b\xa9", "a part of a RAID"},
                                        {4096, "\xfc\x4e\x2b\xa9", "a part of a RAID"},
                                        {4086, "SWAPSPACE2", "swap space"},
                                        {16374, "SWAPSPACE2", "swap space"},
                                        {65526, "SWAPSPACE2", "swap space"},
                                        {512, "EFI PART", "a partition table"},
                                        {4096, "EFI PART", "a partition table"},
                                        {510, "\x55\xaa", "a partition table or a boot sector"}}};
    for (const Use &use : uses) {
        INFO(use.use << " at " << use.place);
        Buffer start(superblock_reach);
        std::ranges::copy(as_bytes(use.magic), start.begin() + static_cast<std::ptrdiff_t>(use.place));
        CHECK(recognise_other_use(start) == use.use);
        CHECK_FALSE(recognise_file_system(start));
        std::size_t end = use.place + use.magic.size();
        CHECK(recognise_other_use(Bytes(start).first(end)) == use.use);
        CHECK_FALSE(recognise_other_use(Bytes(start).first(end - 1)));
    }
    CHECK_FALSE(recognise_other_use(Buffer(superblock_reach)));
}

} // namespace kexec::capture
