// SPDX-License-Identifier: GPL-2.0-or-later
#include "machine/flat_tree.h"

#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

std::vector<std::string> names_below(const DeviceTree &tree, DeviceTree::Node node) {
    std::vector<std::string> names;
    for (DeviceTree::Node child : tree.children(node))
        names.emplace_back(tree.name(child));
    return names;
}

} // namespace

TEST_CASE("files become properties, directories nodes, in the order of their numbers") {
    Snapshot snapshot = snapshot_of({{"/t/name", ""},
                                     {"/t/model", "a board"},
                                     {"/t/cpus/cpu@10/reg", "x"},
                                     {"/t/cpus/cpu@2/reg", "y"},
                                     {"/t/cpus/name", "cpus"},
                                     {"/t/chosen/bootargs", "quiet"}});
    DeviceTree tree = flattened_tree(snapshot, "/t").value();
    CHECK(as_text(*tree.property("/", "model")) == "a board");
    CHECK_FALSE(tree.property("/cpus", "name"));
    CHECK(names_below(tree, *tree.find("/cpus")) == std::vector<std::string>{"cpu@2", "cpu@10"});
    CHECK(as_text(*tree.property("/cpus/cpu@10", "reg")) == "x");
}

TEST_CASE("a property that cannot be read is no node") {
    Snapshot snapshot = snapshot_of({{"/t/model", "a board"}});
    snapshot.put_error("/t/security-password", 13);
    DeviceTree tree = flattened_tree(snapshot, "/t").value();
    CHECK(tree.children(DeviceTree::root).empty());
}

TEST_CASE("directories that nest without end are refused") {
    std::string path = "/t";
    for (int i = 0; i < 40; i++)
        path += "/node";
    auto tree = flattened_tree(snapshot_of({{path + "/reg", "x"}}), "/t");
    REQUIRE_FALSE(tree);
    CHECK(has(tree.error().what, "nests deeper than 32 nodes"));
}

TEST_CASE("without files there is no tree") {
    CHECK(flattened_tree(Snapshot(), "/t").error().cause == Cause::missing_file);
}

TEST_CASE("a property that was not read to its end makes no tree") {
    Snapshot snapshot = snapshot_of({{"/t/model", "a board"}});
    snapshot.put("/t/blob", buffer("the first bytes"), true);
    auto refused = flattened_tree(snapshot, "/t");
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "/t/blob: is longer than the 15 bytes"));
}
