// SPDX-License-Identifier: GPL-2.0-or-later
// The grammar of --dtb-set, and changes to a tree in their order.
#include "plan/tree_changes.h"

#include "plan/check.h"
#include "tests/catch.h"
#include "tests/formats/build_fit.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

using namespace std::string_view_literals;

std::string value_of(std::string_view argument) {
    return std::string(as_text(parse_tree_change(argument).value().value));
}

} // namespace

TEST_CASE("--dtb-set takes a path, a property and a value") {
    TreeChange change = parse_tree_change("/soc/serial@9000000:status=okay").value();
    CHECK(change.path == "/soc/serial@9000000");
    CHECK(change.property == "status");
    CHECK(as_text(change.value) == "okay\0"sv);
    CHECK(parse_tree_change("/:model=a:b=c").value().property == "model");
    CHECK(value_of("/:model=a:b=c") == "a:b=c\0"sv);
    CHECK(parse_tree_change("/a:b:#size-cells=<1>").value().property == "#size-cells");
}

TEST_CASE("each kind of value is written as in device tree source") {
    CHECK(value_of("/:p=").empty());
    CHECK(value_of("/:p=<>").empty());
    CHECK(value_of("/:p=<1 0x20000000 4294967295>") == "\0\0\0\1\x20\0\0\0\xff\xff\xff\xff"sv);
    CHECK(value_of("/:p=[00 11 aaBB]") == "\0\x11\xaa\xbb"sv);
    CHECK(value_of("/:p=\"a b\", \"\",\"c\"") == "a b\0\0c\0"sv);
    CHECK(value_of("/:p=two words") == "two words\0"sv);
}

TEST_CASE("what is no change is refused, and the grammar is told") {
    struct Row {
        const char *argument, *sentence;
    };
    const char *path = "the path of a node starts with a slash and has one between its names",
               *value = "the value is none of those that can be given";
    for (Row row : {Row{"", "there is no ':' in front of a '='"},
                    {"/a", "there is no ':' in front of a '='"},
                    {"/a=b:c", "there is no ':' in front of a '='"},
                    {"a:b=c", path},
                    {"/a/:b=c", path},
                    {"/a//b:c=d", path},
                    {"/a:=c", "there is no name of a property between ':' and '='"},
                    {"/:p=<1", value},
                    {"/:p=<1 x>", value},
                    {"/:p=<0x100000000>", value},
                    {"/:p=<-1>", value},
                    {"/:p=[0]", value},
                    {"/:p=[0x]", value},
                    {"/:p=[gg]", value},
                    {"/:p=\"a", value},
                    {"/:p=\"a\" \"b\"", value},
                    {"/:p=\"a\",", value}}) {
        auto change = parse_tree_change(row.argument);
        CAPTURE(row.argument);
        REQUIRE(!change);
        CHECK(change.error().cause == Cause::bad_usage);
        CHECK(change.error().what == std::string("--dtb-set=") + row.argument + ": " + row.sentence);
        CHECK(change.error().remedy.find("PATH:PROPERTY=VALUE") != npos);
    }
}

TEST_CASE("overlays are applied before properties are set, and each is noted") {
    Request request = request_to_load(pc(), bzimage_file());
    request.overlays = {file_holding(small_overlay())};
    request.settings.tree_changes = {parse_tree_change("/added:status=disabled").value(),
                                     parse_tree_change("/made/here:p=").value()};
    DeviceTree tree = DeviceTree::empty();
    std::vector<std::string> notes;
    REQUIRE(change_tree(tree, request, notes));
    CHECK(text_until_nul(*tree.property("/added", "status")) == "disabled");
    CHECK(tree.property("/made/here", "p")->empty());
    REQUIRE(notes.size() == 3);
    CHECK(notes[0] == "device tree: with the overlay " + request.overlays[0]->path());
    CHECK(notes[1] == "device tree: /added:status set to 9 bytes");
    request.overlays = {file_holding(as_bytes("no overlay"))};
    CHECK(change_tree(tree, request, notes).error().what.starts_with(request.overlays[0]->path() + ": "));
}

TEST_CASE("the file call takes no change of a tree") {
    Request request = request_to_load(pc(), bzimage_file());
    give(request, OptionId::dtb_set);
    CHECK(check_no_tree_for_file_load(request));
    request.settings.call = Call::file_load;
    CHECK(check_no_tree_for_file_load(request).error().remedy == "leave out -s, or --dtb-set");
    request.settings.given = {{OptionId::dtb_overlay, ""}};
    CHECK(check_no_tree_for_file_load(request).error().remedy == "leave out -s, or --dtb-overlay");
}
