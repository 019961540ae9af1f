// SPDX-License-Identifier: GPL-2.0-or-later
// What a console sends becomes lines, however it is cut into pieces.
#include "emulator/console.h"

#include "tests/catch.h"

#include <vector>

using namespace kexec;

namespace {

using Lines = std::vector<std::string>;

Lines lines_of_pieces(const std::vector<std::string> &pieces) {
    Lines lines;
    ConsoleLines console([&](std::string_view line) { lines.emplace_back(line); });
    for (const std::string &piece : pieces)
        console.take(piece);
    console.finish();
    return lines;
}

} // namespace

TEST_CASE("lines end where a line ends, and the last one where there is no more") {
    CHECK(lines_of_pieces({"one\r\ntwo\n\nthree"}) == Lines{"one", "two", "three"});
    CHECK(lines_of_pieces({}).empty());
}

TEST_CASE("what moves a cursor is left out, and every cut gives the same lines") {
    const std::string sent = "\x1b"
                             "c\x1b[?7l\x1b[2J\x1b[0mSeaBIOS\x1b[1;31m 1\x07.16\r\n\tBooting\0 now\n";
    for (std::size_t cut = 0; cut <= sent.size(); cut++) {
        INFO(cut);
        CHECK(lines_of_pieces({sent.substr(0, cut), sent.substr(cut)}) == Lines{"SeaBIOS 1.16", "\tBooting"});
    }
}

TEST_CASE("a line without an end is handed on in pieces") {
    Lines lines = lines_of_pieces({std::string(10000, 'x')});
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].size() + lines[1].size() + lines[2].size() >= 9998);
}
