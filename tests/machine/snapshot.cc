// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/bundle.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("a snapshot tells text, words, errors and absence apart") {
    Snapshot snapshot = snapshot_of({{"/a", " 1\n"}, {"/empty", ""}});
    snapshot.put_error("/secret", 13);
    snapshot.put("/long", buffer("123"), true);
    CHECK(snapshot.text("/a") == " 1\n");
    CHECK(snapshot.word("/a") == "1");
    CHECK(snapshot.word("/empty") == "");
    CHECK_FALSE(snapshot.bytes("/none"));
    CHECK(snapshot.error("/none") == 0);
    CHECK_FALSE(snapshot.text("/secret"));
    CHECK(snapshot.error("/secret") == 13);
    CHECK(snapshot.is_cut("/long"));
    CHECK_FALSE(snapshot.is_cut("/a"));
    CHECK_FALSE(snapshot.is_cut("/none"));
}

TEST_CASE("names in a directory are each given once and sorted") {
    Snapshot snapshot = snapshot_of({{"/d/1/x", ""},
                                     {"/d/1/y", ""},
                                     {"/d/10/x", ""},
                                     {"/d/2/x", ""},
                                     {"/d/file", ""},
                                     {"/d/1-a/x", ""},
                                     {"/d/1.b", ""},
                                     {"/d/1/z/deep", ""},
                                     {"/dd/no", ""},
                                     {"/d", ""}});
    snapshot.put_error("/d/unreadable", 13);
    CHECK(snapshot.names_in("/d") ==
          std::vector<std::string>{"1", "1-a", "1.b", "10", "2", "file", "unreadable"});
    CHECK(snapshot.names_in("/nowhere").empty());
}

TEST_CASE("a name that is a file and a directory is one name") {
    CHECK(snapshot_of({{"/d/1", ""}, {"/d/1-a", ""}, {"/d/1/x", ""}}).names_in("/d") ==
          std::vector<std::string>{"1", "1-a"});
}

TEST_CASE("numbers are in the order of numbers, and what is none is left out") {
    Snapshot snapshot = snapshot_of({{"/c/cpu10/n", ""},
                                     {"/c/cpu2/n", ""},
                                     {"/c/cpu0/n", ""},
                                     {"/c/cpu00/n", ""},
                                     {"/c/cpufreq/n", ""},
                                     {"/c/cpu/n", ""},
                                     {"/c/3/n", ""},
                                     {"/c/cpu99999999999999999999/n", ""},
                                     {"/c/cpu-1/n", ""}});
    CHECK(snapshot.numbers_in("/c", "cpu") == std::vector<std::uint64_t>{0, 2, 10});
    CHECK(snapshot.numbers_in("/c") == std::vector<std::uint64_t>{3});
}

TEST_CASE("a file of one number is that number, and anything else is an error that names the file") {
    Snapshot snapshot = snapshot_of({{"/hex", "0xfF\n"},
                                     {"/plain", "10\n"},
                                     {"/bad", "1 2\n"},
                                     {"/empty", "\n"},
                                     {"/nul", std::string("1\0", 2)},
                                     {"/minus", "-1"},
                                     {"/huge", std::string(400, '9')}});
    CHECK(hexadecimal_in(snapshot, "/hex").value() == 255);
    CHECK(hexadecimal_in(snapshot, "/plain").value() == 16);
    CHECK(decimal_in(snapshot, "/plain").value() == 10);
    CHECK_FALSE(hexadecimal_in(snapshot, "/none").value());
    for (const char *path : {"/bad", "/empty", "/nul", "/minus", "/huge"}) {
        auto number = decimal_in(snapshot, path);
        REQUIRE_FALSE(number);
        CHECK(has(number.error().what, path));
        CHECK(number.error().what.size() < 200);
    }
    CHECK_FALSE(decimal_in(snapshot, "/hex"));
}

TEST_CASE("a recording that is written and read again is the same") {
    std::string binary(100, '\0');
    binary[70] = 'x';
    Snapshot snapshot = snapshot_of({{"/text", "a\n  b\n"},
                                     {"/bytes", binary},
                                     {"/empty", ""},
                                     {"/no-end", "a"},
                                     {"/looks", "=== /text\n"},
                                     {"/inside", "a\n=== b\n"}});
    snapshot.put_error("/secret", 13);
    std::string text = write_bundle(snapshot);
    Snapshot again = read_bundle(text).value();
    CHECK(again.paths() == snapshot.paths());
    CHECK(write_bundle(again) == text);
    for (const char *path : {"/text", "/bytes", "/empty", "/no-end", "/looks", "/inside"}) {
        INFO(path);
        CHECK(again.text(path) == snapshot.text(path));
    }
    CHECK(again.error("/secret") == 13);
}

TEST_CASE("a damaged recording is refused") {
    for (const char *text :
         {"", "no head\n", "=== \n", "=== /a hex\n", "=== /a hex x\n", "=== /a hex 99999999999\n",
          "=== /a hex 2\n0: 010203\n", "=== /a hex 2\n3: 01\n", "=== /a hex 2\n0: 0\n",
          "=== /a hex 2\n0 01\n", "=== /a hex 2\n0: zz\n", "=== /a other 1\n"}) {
        INFO(text);
        CHECK_FALSE(read_bundle(text));
    }
}
