// SPDX-License-Identifier: GPL-2.0-or-later
// A program's libraries, found without running anything: what ldd says, and programs that are linked wrongly.
#include "base/libraries.h"

#include "base/elf_dynamic.h"
#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/support/temporary.h"

#include <algorithm>
#include <set>

using namespace kexec::testing;

namespace kexec {

namespace {

std::string file_name(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

// The names that the loader itself finds.
std::set<std::string> listed_by_loader(const std::string &program) {
    TemporaryDirectory directory;
    std::string out = directory.path("out");
    REQUIRE(*run_program("/bin/sh", {"-c", "ldd \"$1\" >\"$2\"", "sh", program, out}) == 0);
    std::set<std::string> names;
    std::string text = text_of_file(out);
    for (std::string_view line : lines_of(text))
        if (auto words = words_of(line); words.size() >= 3 && words[1] == "=>")
            names.insert(file_name(words[0]));
    return names;
}

} // namespace

TEST_CASE("libraries: they are those that ldd lists") {
    auto program = find_program("makedumpfile");
    REQUIRE(program);
    auto linked = find_libraries("", *program);
    REQUIRE(linked);
    CHECK_FALSE(linked->loader.empty());
    std::set<std::string> names;
    for (const std::string &path : linked->libraries)
        names.insert(file_name(path));
    CHECK(names.contains("libc.so.6"));
    CHECK(names == listed_by_loader(*program));
    CHECK(std::ranges::is_sorted(linked->libraries));
}

TEST_CASE("libraries: what is found starts the program from a place of its own") {
    auto program = find_program("makedumpfile");
    auto linked = find_libraries("", *program);
    REQUIRE(linked);
    TemporaryDirectory directory;
    for (const std::string &path : linked->libraries)
        directory.add(file_name(path), *read_file(path, 1 << 30));
    CHECK(*run_program(linked->loader,
                       {"--library-path", directory.path(), "--inhibit-cache", *program, "-v"}) == 0);
}

TEST_CASE("libraries: one that is nowhere is named, and a script is no program") {
    TemporaryDirectory empty;
    auto program = find_program("makedumpfile");
    empty.add("makedumpfile", *read_file(*program, 1 << 30));
    auto linked = find_libraries(empty.path(), "/makedumpfile");
    REQUIRE_FALSE(linked);
    CHECK(linked.error().cause == Cause::missing_file);
    CHECK(linked.error().what.find("/makedumpfile: it needs the library lib") == 0);
    empty.write("script", "#!/bin/sh\n");
    CHECK_FALSE(find_libraries(empty.path(), "/script"));
}

TEST_CASE("libraries: a program that is cut or damaged gives an error or names, and never more") {
    Buffer program = *read_file(*find_program("makedumpfile"), 1 << 30);
    for (std::size_t size = 64; size < program.size(); size += program.size() / 50)
        if (auto elf = read_elf(Bytes(program).first(size), ElfExtent::partial))
            (void)needed_libraries(*elf);
    auto elf = read_elf(program);
    REQUIRE(elf);
    for (ElfSegment &segment : elf->segments)
        if (segment.type == 1)
            segment.virtual_address += 1 << 30;
    auto needed = needed_libraries(*elf);
    REQUIRE_FALSE(needed);
    CHECK(needed.error().what == "the ELF file is damaged: DT_STRTAB lies in no segment");
}

} // namespace kexec
