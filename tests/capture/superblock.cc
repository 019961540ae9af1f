// SPDX-License-Identifier: GPL-2.0-or-later
// File systems as mkfs makes them, and bytes that are none.
#include "capture/superblock.h"

#include "base/file.h"
#include "base/process.h"
#include "tests/catch.h"
#include "tests/support/temporary.h"

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
    for (std::size_t size : {0, 1, 119, 120, 4096})
        CHECK(recognise_file_system(Bytes(xfs).first(size)).has_value() == (size >= 120));
    Buffer btrfs = made_by(makers[4]);
    for (std::size_t size : {std::size_t{65536 + 554}, std::size_t{65536 + 555}})
        CHECK(recognise_file_system(Bytes(btrfs).first(size)).has_value() == (size >= 65536 + 555));
    CHECK_FALSE(recognise_file_system(Buffer(superblock_reach)));
}

} // namespace kexec::capture
