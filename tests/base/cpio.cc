// SPDX-License-Identifier: GPL-2.0-or-later
// Archives that cpio(1) reads, and archives that are damaged.
#include "base/cpio.h"

#include "base/process.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/temporary.h"

#include <sys/stat.h>

using namespace kexec::testing;

namespace kexec {

namespace {

Buffer some_archive() {
    Archive archive;
    archive.add_directory("proc");
    archive.add_file("a/b/file", as_bytes("content"), 0640);
    archive.add_file("empty", {}, 0644);
    archive.add_link("init", "a/b/file");
    return archive.finish();
}

std::vector<std::string> paths_in(Bytes bytes) {
    std::vector<std::string> paths;
    auto read = read_archive(bytes, [&](const ArchiveEntry &entry) { paths.emplace_back(entry.path); });
    REQUIRE(read);
    return paths;
}

} // namespace

TEST_CASE("cpio: what is put in comes out, directories above included") {
    Buffer bytes = some_archive();
    CHECK(paths_in(bytes) == std::vector<std::string>{"proc", "a", "a/b", "a/b/file", "empty", "init"});
    std::uint32_t mode = 0;
    std::string content;
    auto read = read_archive(bytes, [&](const ArchiveEntry &entry) {
        if (entry.path != "a/b/file")
            return;
        mode = entry.mode;
        content = as_text(entry.content);
    });
    REQUIRE(read);
    CHECK(*read == bytes.size());
    CHECK(mode == (S_IFREG | 0640));
    CHECK(content == "content");
}

TEST_CASE("cpio: the same files give the same bytes") { CHECK(some_archive() == some_archive()); }

TEST_CASE("cpio: cpio(1) unpacks it") {
    TemporaryDirectory directory;
    directory.add("archive", some_archive());
    auto cpio = find_program("cpio");
    REQUIRE(cpio);
    REQUIRE(*run_program(*cpio, {"--quiet", "-i", "-d", "-m", "-D", directory.path(), "-F",
                                 directory.path("archive")}) == 0);
    CHECK(text_of_file(directory.path("a/b/file")) == "content");
    CHECK(text_of_file(directory.path("init")) == "content");
    struct stat status {};
    REQUIRE(::stat(directory.path("a/b/file").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);
    CHECK(status.st_mtime == 0);
}

TEST_CASE("cpio: an archive that is cut inside an entry is damaged, between two it is whole as it is") {
    Buffer bytes = some_archive();
    std::set<std::size_t> ends = {0};
    auto ignore = [](const ArchiveEntry &) {};
    for (std::size_t size = 0; size + 4 < bytes.size(); size++)
        if (auto read = read_archive(Bytes(bytes).first(size), ignore)) {
            CHECK(*read == size);
            ends.insert((size + 3) / 4 * 4); // the filling may be missing at the end
        }
    std::size_t entries = 0;
    CHECK(read_archive(bytes, [&](const ArchiveEntry &) { entries++; }).has_value());
    CHECK(ends.size() == entries + 1);
}

TEST_CASE("cpio: a damaged header is named") {
    auto ignore = [](const ArchiveEntry &) {};
    Buffer bytes = some_archive();
    bytes[8] = std::byte{'x'};
    CHECK(read_archive(bytes, ignore).error().what ==
          "the cpio archive is damaged: a header has something else than hexadecimal digits");
    bytes[0] = std::byte{'1'};
    CHECK(read_archive(bytes, ignore).error().what ==
          "the cpio archive is damaged: a header does not start with 070701");
    Buffer long_name = some_archive();
    for (std::size_t i = 0; i < 8; i++)
        long_name[94 + i] = std::byte{'F'};
    CHECK_FALSE(read_archive(long_name, ignore));
}

} // namespace kexec
