// SPDX-License-Identifier: GPL-2.0-or-later
// Archives as the cpio program reads them.
#include "base/cpio.h"

#include "base/process.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/temporary.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Buffer sample() {
    Archive archive;
    archive.add_file("a/b/c", as_bytes("hello"), 0755);
    archive.add_file("a/d", {}, 0644);
    archive.add_directory("a");
    archive.add_character_device("dev/console", 5, 1);
    return archive.finish();
}

} // namespace

TEST_CASE("the entries of an archive are what the cpio program lists and unpacks") {
    auto program = find_program("cpio");
    if (!program) {
        WARN("skipped: cpio is not installed");
        return;
    }
    TemporaryDirectory directory;
    std::string archive = directory.add("/archive", sample()), listed = directory.path("/listed");
    REQUIRE(run_program("/bin/sh", {"-c", "cd \"$1\" && cpio -itv <archive >listed && cpio -i 'a*' <archive",
                                    "sh", directory.path()}) == 0);
    std::string text = text_of_file(listed);
    for (std::string_view line :
         {"drwxr-xr-x", "-rwxr-xr-x", " a/b/c\n", " a/d\n", "crw-------", "5,   1", " dev/console\n"}) {
        INFO(line << " in\n" << text);
        CHECK(text.find(line) != std::string::npos);
    }
    CHECK(text_of_file(directory.path("/a/b/c")) == "hello");
}

TEST_CASE("directories above are there once and first, and another archive may follow") {
    Buffer archive = sample();
    std::string_view text = as_text(archive);
    CHECK(archive.size() % 4 == 0);
    CHECK(text.find(std::string("a\0", 2)) < text.find("a/b/c"));
    std::size_t entries = 0;
    for (std::size_t at = 0; (at = text.find("070701", at)) != std::string_view::npos; at++)
        entries++;
    CHECK(entries == 7); // a, a/b, a/b/c, a/d, dev, dev/console, the trailer
}

TEST_CASE("what was written is read again, up to where the archive ends") {
    Buffer archive = sample();
    std::size_t size = archive.size();
    append(archive, as_bytes("what follows"));
    std::string found;
    auto end = read_archive(archive, [&](const ArchiveEntry &entry) {
        found += std::string(entry.path) + "=" + std::string(as_text(entry.content)) + ";";
    });
    CHECK(end.value() == size);
    CHECK(found == "a=;a/b=;a/b/c=hello;a/d=;dev=;dev/console=;");
    for (std::size_t cut = 0; cut < size; cut += 7)
        CHECK_FALSE(read_archive(Bytes(archive).first(cut), [](const ArchiveEntry &) {}));
}
