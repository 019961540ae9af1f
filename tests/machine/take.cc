// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/elf.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/temporary.h"

#include <array>
#include <cerrno>
#include <filesystem>

using namespace kexec;
using namespace kexec::testing;
namespace fs = std::filesystem;

namespace {

using Root = TemporaryDirectory; // a directory that stands for the root of a machine

Snapshot take(const Root &root, Source source) { return take_snapshot(std::span(&source, 1), root.path()); }

} // namespace

TEST_CASE("a star stands for any text inside one component") {
    Root root;
    for (const char *name : {"/cpu/cpu0/notes", "/cpu/cpu12/notes", "/cpu/cpu1/other", "/cpu/freq/notes",
                             "/cpu/cpu3/a/notes", "/cpu/notes"})
        root.write(name, "x");
    CHECK(take(root, {"/cpu/cpu*/notes", ""}).paths() ==
          std::vector<std::string_view>{"/cpu/cpu0/notes", "/cpu/cpu12/notes"});
    CHECK(take(root, {"/*/*/notes", ""}).paths().size() == 3);
    CHECK(take(root, {"/none/*/notes", ""}).paths().empty());
}

TEST_CASE("a file longer than the ceiling is cut and says so, one of just that length is not") {
    Root root;
    root.write("/a", "12345678");
    Snapshot longer = take(root, {"/a", "", 7}), fits = take(root, {"/a", "", 8});
    CHECK(longer.text("/a") == "1234567");
    CHECK(longer.is_cut("/a"));
    CHECK(fits.text("/a") == "12345678");
    CHECK_FALSE(fits.is_cut("/a"));
}

TEST_CASE("what is missing is left out, what cannot be read leaves its errno") {
    Root root;
    root.write("/file", "x");
    fs::create_directory(root.path("directory"));
    CHECK(take(root, {"/none", ""}).paths().empty());
    CHECK(take(root, {"/file/below", ""}).paths().empty());
    CHECK(take(root, {"/directory", ""}).error("/directory") == EISDIR);
}

TEST_CASE("of an ELF file only its headers are read, in both byte orders") {
    Root root;
    for (std::endian order : {std::endian::little, std::endian::big}) {
        Buffer core = write_core_header(62, order, std::vector<ElfSegment>(3, {1, 7, 0, 0, 0, 0, 0, 0}));
        std::uint64_t headers = 64 + 3 * 56;
        REQUIRE(core.size() == headers);
        root.write("/kcore", std::string(as_text(core)) + std::string(100, 'm'));
        Snapshot snapshot = take(root, {"/kcore", "", 4096, Extent::program_headers});
        CHECK(snapshot.text("/kcore") == as_text(core));
        CHECK_FALSE(snapshot.is_cut("/kcore"));
        CHECK(take(root, {"/kcore", "", 100, Extent::program_headers}).is_cut("/kcore"));
    }
}

TEST_CASE(
    "a file that only claims to be ELF is read to its 64th byte, and lying headers end at the ceiling") {
    Root root;
    for (const std::string &start : {std::string("not ELF"), std::string("\177ELF\1\1", 6), std::string()}) {
        root.write("/kcore", start + std::string(start.empty() ? 10 : 200, 'm'));
        Snapshot snapshot = take(root, {"/kcore", "", 4096, Extent::program_headers});
        CHECK(snapshot.bytes("/kcore")->size() == (start.empty() ? 10 : 64));
    }
    // e_phoff and e_phnum of all ones
    root.write("/kcore", "\177ELF\2\1" + std::string(10000, '\xff'));
    Snapshot snapshot = take(root, {"/kcore", "", 4096, Extent::program_headers});
    CHECK(snapshot.bytes("/kcore")->size() == 4096);
    CHECK(snapshot.is_cut("/kcore"));
}

TEST_CASE("the sources of this machine can be taken") {
    Snapshot snapshot = take_snapshot(common_sources());
    CHECK(snapshot.text("/proc/iomem"));
    CHECK(snapshot.text("/proc/cmdline"));
}

TEST_CASE("of an ELF file its headers and all its notes are read") {
    Root root;
    constexpr std::uint64_t headers = 64 + 2 * 56;
    Buffer core = write_core_header(183, std::endian::little,
                                    std::vector<ElfSegment>{{4, 0, headers, 0, 0, 20, 0, 0},
                                                            {1, 7, 4096, 0, 0, 100, 100, 0}});
    root.write("/kcore", std::string(as_text(core)) + std::string(20, 'n') + std::string(5000, 'm'));
    Snapshot snapshot = take(root, {"/kcore", "", 4096, Extent::notes});
    CHECK(snapshot.text("/kcore") == std::string(as_text(core)) + std::string(20, 'n'));
    CHECK_FALSE(snapshot.is_cut("/kcore"));
}

TEST_CASE("notes that are said to lie far off are cut at the ceiling") {
    Root root;
    Buffer core =
        write_core_header(183, std::endian::little,
                          std::vector<ElfSegment>{{4, 0, 1 << 30, 0, 0, UINT64_MAX - (1 << 30), 0, 0}});
    root.write("/kcore", std::string(as_text(core)) + std::string(5000, 'm'));
    Snapshot snapshot = take(root, {"/kcore", "", 4096, Extent::notes});
    CHECK(snapshot.bytes("/kcore")->size() == 4096);
    CHECK(snapshot.is_cut("/kcore"));
}

TEST_CASE("two stars stand for every file below, at any depth; links are not followed") {
    Root root;
    root.write("/tree/model", "m");
    root.write("/tree/cpus/cpu@0/reg", "r");
    fs::create_directory_symlink(root.path("tree"), root.path("tree") + "/cpus/again");
    CHECK(take(root, {"/tree/**", ""}).paths() ==
          std::vector<std::string_view>{"/tree/cpus/cpu@0/reg", "/tree/model"});
    CHECK(take(root, {"/none/**", ""}).paths().empty());
}

TEST_CASE("what stands in for another file is looked at only where that one is missing") {
    Root root;
    root.write("/other", "o");
    const std::array both = {Source{"/first", ""}, Source{"/other", "", 10, Extent::whole, "/first"}};
    CHECK(take_snapshot(both, root.path()).paths() == std::vector<std::string_view>{"/other"});
    root.write("/first", "f");
    CHECK(take_snapshot(both, root.path()).paths() == std::vector<std::string_view>{"/first"});
}

TEST_CASE("what belongs to another file is looked at only where that one is there, readable or not") {
    Root root;
    root.write("/vendor", "v");
    const std::array both = {Source{"/table", ""}, only_with("/table", {"/vendor", ""})};
    CHECK(take_snapshot(both, root.path()).paths().empty());
    fs::create_directory(root.path("table"));
    CHECK(take_snapshot(both, root.path()).text("/vendor") == "v");
}

TEST_CASE("a source that two lists name is looked at once") {
    Root root;
    root.write("/file", "1234");
    const std::array both = {Source{"/file", "", 10}, Source{"/file", "", 2}};
    CHECK(take_snapshot(both, root.path()).text("/file") == "1234");
}

TEST_CASE("attributes are read whole, whether they end inside a page or with it") {
    for (std::size_t size : {0u, 1u, 4095u, 4096u}) {
        Root root;
        root.write("/sys/kernel/data", std::string(size, 'd'));
        Snapshot snapshot = take(root, {"/sys/kernel/data", "", 4096});
        CHECK(snapshot.text("/sys/kernel/data") == std::string(size, 'd'));
        CHECK_FALSE(snapshot.is_cut("/sys/kernel/data"));
    }
    Root root;
    root.write("/sys/kernel/data", std::string(4097, 'd'));
    CHECK(take(root, {"/sys/kernel/data", "", 4096}).is_cut("/sys/kernel/data"));
    root.write("/proc/cmdline", std::string(10000, 'c'));
    CHECK(take(root, {"/proc/cmdline", ""}).text("/proc/cmdline") == std::string(10000, 'c'));
}
