// SPDX-License-Identifier: GPL-2.0-or-later
// What is seen of initial ramdisks: sound ones of every kind, and damaged ones.
#include "image/initramfs_facts.h"

#include "tests/catch.h"
#include "tests/formats/build_initramfs.h"
#include "tests/support/pack.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t page = 4096;

Buffer joined(std::vector<Buffer> parts) {
    Buffer all;
    for (const Buffer &part : parts)
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

Buffer text(std::string_view words) { return {as_bytes(words).begin(), as_bytes(words).end()}; }

} // namespace

TEST_CASE("an archive is measured in the pages that its files take") {
    Buffer archive = build_initramfs({{"a", 1}, {"b", 4096}, {"c", 4097}, {"empty", 0}});
    InitramfsFacts facts = facts_of_initramfs(archive, page);
    CHECK(facts.is_archive);
    CHECK_FALSE(facts.remainder);
    CHECK(facts.packed == archive.size());
    CHECK(facts.files == 4);
    CHECK(facts.unpacked == 4 * page);
    CHECK(facts_of_initramfs(archive, 65536).unpacked == 3 * 65536);
}

TEST_CASE("modules and their release are found, wherever lib/modules lies") {
    InitramfsFacts facts = facts_of_initramfs(usual_initramfs("6.1.0-50-amd64"), page);
    CHECK(facts.releases == std::set<std::string>{"6.1.0-50-amd64"});
    CHECK(facts.modules == std::set<std::string>{"loop", "test_wdt"});
    auto releases_of = [](const std::string &name) {
        return facts_of_initramfs(build_initramfs({{name, 1}}), page).releases;
    };
    CHECK(releases_of("lib/modules/1/a.ko").size() == 1);
    CHECK(releases_of("lib/modules/1/modules.dep").empty());
    CHECK(releases_of("glib/modules/1/a.ko").empty());
    CHECK(releases_of("lib/modules/a.ko").empty());
}

TEST_CASE("archives lie one behind the other, plain and packed, with zeros between") {
    Buffer whole = joined({build_initramfs({{"microcode", 5000}}), Buffer(512), build_initramfs({{"a", 1}}),
                           pack(usual_initramfs("6.1"), Compression::gzip)});
    InitramfsFacts facts = facts_of_initramfs(whole, page);
    CHECK_FALSE(facts.remainder);
    CHECK(facts.files == 5);
    CHECK(facts.compressions == std::set{Compression::gzip});
    CHECK(facts.releases == std::set<std::string>{"6.1"});
}

TEST_CASE("another file system is taken as it is") {
    InitramfsFacts facts = facts_of_initramfs(text("the initial ramdisk"), page);
    CHECK_FALSE(facts.is_archive);
    CHECK_FALSE(facts.remainder);
    CHECK(facts.unpacked == facts.packed);
}

TEST_CASE("an archive that is cut inside an entry is damaged, and what was before is kept") {
    Buffer archive = usual_initramfs("6.1");
    std::size_t whole_entries = 0;
    for (std::size_t size = 6; size + 4 < archive.size(); size++) {
        InitramfsFacts facts = facts_of_initramfs(Bytes(archive).first(size), page);
        INFO(size);
        CHECK(facts.is_archive);
        CHECK(facts.files <= 3);
        whole_entries += !facts.remainder && size % 4 == 0; // without a trailer it is an archive as well
    }
    CHECK(whole_entries < 20);
    Buffer packed = pack(archive, Compression::gzip);
    InitramfsFacts facts = facts_of_initramfs(Bytes(packed).first(packed.size() / 2), page);
    CHECK(facts.remainder);
}

TEST_CASE("numbers that are none, or lead out of the file, are damage") {
    Buffer archive = usual_initramfs("6.1");
    for (std::string number : {"ffffffff", "zzzzzzzz"})
        for (std::size_t field : {6U, 11U}) {
            Buffer changed = archive;
            std::ranges::copy(as_bytes(number), changed.begin() + 6 + static_cast<std::ptrdiff_t>(field) * 8);
            CHECK(facts_of_initramfs(changed, page).remainder);
        }
    Buffer behind = joined({archive, text("trailing words")});
    REQUIRE(facts_of_initramfs(behind, page).remainder);
    CHECK(facts_of_initramfs(behind, page).remainder->what.find("are no archive") != std::string::npos);
}
