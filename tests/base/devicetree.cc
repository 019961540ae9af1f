// SPDX-License-Identifier: GPL-2.0-or-later
// Reading, changing and packing device trees; what damaged ones are told.
#include "base/devicetree.h"

#include "tests/catch.h"

#include <algorithm>

using namespace kexec;

namespace {

DeviceTree sample() {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/chosen", "bootargs", "quiet"));
    REQUIRE(tree.set_number("/memory@40000000", "reg", 0x4000000040000000));
    REQUIRE(tree.set_text("/soc/serial@9000000", "compatible", "arm,pl011"));
    REQUIRE(tree.reserve({0x48000000, 0x1000}));
    return tree;
}

void put32(Buffer &blob, std::size_t offset, std::uint32_t value) { write_at(blob, offset, be32(value)); }

Error refusal(Bytes blob) {
    auto tree = DeviceTree::read(blob);
    REQUIRE_FALSE(tree);
    CHECK(tree.error().cause == Cause::bad_image);
    CHECK_FALSE(tree.error().remedy.empty());
    return tree.error();
}

} // namespace

TEST_CASE("a tree that is packed and read again is the same") {
    DeviceTree tree = DeviceTree::read(sample().packed()).value();
    CHECK(text_until_nul(*tree.property("/chosen", "bootargs")) == "quiet");
    CHECK(tree.number("/memory@40000000", "reg") == 0x4000000040000000);
    CHECK(text_until_nul(*tree.property("/soc/serial@9000000", "compatible")) == "arm,pl011");
    REQUIRE(tree.reservations().size() == 1);
    CHECK(tree.reservations()[0].address == 0x48000000);
    CHECK(tree.children(DeviceTree::root).size() == 3);
    CHECK(tree.packed() == sample().packed());
}

TEST_CASE("a tree grows as it must") {
    DeviceTree tree = sample();
    for (unsigned i = 0; i < 300; i++)
        REQUIRE(tree.set("/big/node" + std::to_string(i), "value", Buffer(1000, std::byte{0x5a})));
    DeviceTree again = DeviceTree::read(tree.packed()).value();
    CHECK(again.children(*again.find("/big")).size() == 300);
    CHECK(again.property("/big/node299", "value")->size() == 1000);
    CHECK(text_until_nul(*again.property("/chosen", "bootargs")) == "quiet");
}

TEST_CASE("a tree that would pass the ceiling is refused, not cut") {
    DeviceTree tree = DeviceTree::empty();
    Buffer large(largest_device_tree / 2);
    Result<void> set;
    for (unsigned i = 0; i < 5 && set; i++)
        set = tree.set("/chosen", "p" + std::to_string(i), large);
    REQUIRE_FALSE(set);
    CHECK(set.error().cause == Cause::no_room);
}

TEST_CASE("properties and reservations are replaced and removed") {
    DeviceTree tree = sample();
    CHECK(tree.set_text("/chosen", "bootargs", "longer than it was before"));
    CHECK(text_until_nul(*tree.property("/chosen", "bootargs")) == "longer than it was before");
    CHECK(tree.remove("/chosen", "bootargs"));
    CHECK_FALSE(tree.property("/chosen", "bootargs"));
    CHECK(tree.remove("/chosen", "bootargs"));
    CHECK(tree.remove("/none", "bootargs"));
    CHECK(tree.release({0x48000000, 0x2000}));
    CHECK(tree.reservations().size() == 1);
    CHECK(tree.release({0x48000000, 0x1000}));
    CHECK(tree.reservations().empty());
}

TEST_CASE("a number has one cell or two") {
    DeviceTree tree = DeviceTree::empty();
    CHECK(tree.set("/a", "one", bytes_of(be32(0x12345678))));
    CHECK(tree.set("/a", "three", Buffer(12)));
    CHECK(tree.number("/a", "one") == 0x12345678);
    CHECK_FALSE(tree.number("/a", "three"));
    CHECK_FALSE(tree.number("/a", "none"));
}

TEST_CASE("every truncation of a tree is refused") {
    Buffer whole = sample().packed();
    for (std::size_t size = 0; size < whole.size(); size++)
        refusal(Bytes(whole).first(size));
    whole.resize(whole.size() + 100); // files may be padded
    CHECK(DeviceTree::read(whole));
}

TEST_CASE("a tree that lies about its size is told so") {
    Buffer blob = sample().packed();
    put32(blob, 4, static_cast<std::uint32_t>(blob.size() + 1));
    CHECK(refusal(blob).what == "it says that it has " + std::to_string(blob.size() + 1) +
                                    " bytes, there are only " + std::to_string(blob.size()));
    put32(blob, 4, 48);
    refusal(blob);
}

TEST_CASE("a tree of a form before 2005's is refused, in which libfdt follows a null pointer at the root") {
    Buffer blob = sample().packed();
    put32(blob, 20, 15);
    put32(blob, 24, 1); // the last version that it can be read as
    CHECK(refusal(blob).what == "it is of version 15, those from 16 on are taken");
    CHECK(DeviceTree::view(blob, blob.size()).error().what == refusal(blob).what);
    put32(blob, 20, 16);
    CHECK(DeviceTree::read(blob));
}

TEST_CASE(
    "a property that is longer than what is left is refused, which leads libfdt before 1.7 in a circle") {
    Buffer whole = sample().packed();
    std::size_t first_property = *read_at<be32>(whole, 8, "");
    while (*read_at<be32>(whole, first_property, "") != 3U) // FDT_PROP
        first_property += 4;
    for (std::uint32_t version : {16U, 17U})
        for (std::uint32_t length = 0xffffff00; length != 0; length += 4) {
            Buffer blob = whole;
            put32(blob, 20, version);
            put32(blob, first_property + 4, length);
            CHECK(
                refusal(blob).what.starts_with("a property has " + std::to_string(length) + " bytes, only "));
        }
    put32(whole, first_property + 4, static_cast<std::uint32_t>(whole.size()));
    CHECK(refusal(whole).what.ends_with("are left of the nodes"));
}

TEST_CASE("what is no device tree is told what it starts with") {
    CHECK(refusal(Buffer(100)).what == "it starts with 00000000, a device tree with d00dfeed");
}

TEST_CASE("any header field and any word of the structure may be wrong without harm") {
    Buffer whole = sample().packed();
    for (std::size_t offset = 0; offset + 4 <= whole.size(); offset += 4) {
        for (std::uint32_t value : {0u, 1u, 3u, 9u, 0x7fffffffu, 0xfffffff0u, 0xffffffffu}) {
            Buffer blob = whole;
            put32(blob, offset, value);
            auto tree = DeviceTree::read(blob);
            if (!tree)
                continue;
            (void)tree->children(DeviceTree::root);
            (void)tree->set_text("/chosen", "bootargs", "x");
            (void)tree->packed();
        }
    }
}

TEST_CASE("an alias that names itself is not followed") {
    DeviceTree tree = sample();
    CHECK(tree.set_text("/aliases", "serial0", "serial0"));
    CHECK_FALSE(tree.find("serial0"));
    CHECK_FALSE(tree.set_text("serial0", "a", "b"));
}

TEST_CASE("a writer makes the tree that changing one makes") {
    DeviceTreeWriter writer;
    writer.begin_node("");
    writer.property("#address-cells", bytes_of(be32(2)));
    writer.begin_node("chosen");
    writer.property("bootargs", as_bytes(std::string_view("quiet\0", 6)));
    writer.property("large", Buffer(200000));
    writer.end_node();
    writer.end_node();
    DeviceTree tree = writer.finish().value();
    CHECK(tree.number("/", "#address-cells") == 2);
    CHECK(text_until_nul(*tree.property("/chosen", "bootargs")) == "quiet");
    CHECK(tree.property("/chosen", "large")->size() == 200000);
}

TEST_CASE("a writer tells what went wrong at the end") {
    DeviceTreeWriter writer;
    writer.begin_node("");
    writer.end_node();
    writer.end_node();
    auto tree = writer.finish();
    REQUIRE_FALSE(tree);
    CHECK_FALSE(tree.error().remedy.empty());
}

TEST_CASE("a node is as large as what it holds, to the end of the last one") {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/a", "name1", "0123456789"));
    REQUIRE(tree.set_text("/b/below", "name1", "0123456789"));
    std::uint64_t a = tree.size_of(*tree.find("/a")), b = tree.size_of(*tree.find("/b"));
    CHECK(a >= 11 + 12);
    CHECK(a < 64);
    CHECK(b > a);
    CHECK(b < 128);
}

TEST_CASE("the properties of a node can be named without knowing them") {
    DeviceTree tree = sample();
    REQUIRE(tree.set("/chosen", "linux,booted-from-kexec", {}));
    std::vector<std::string> names = tree.property_names(*tree.find("/chosen"));
    std::ranges::sort(names);
    CHECK(names == std::vector<std::string>{"bootargs", "linux,booted-from-kexec"});
    CHECK(tree.property_names(*tree.find("/soc")).empty());
}

namespace {

DeviceTree labelled_tree() {
    DeviceTree tree = DeviceTree::empty();
    be32 phandle = 7;
    REQUIRE(tree.set("/soc/led", "phandle", bytes_of(phandle)));
    REQUIRE(tree.set_text("/__symbols__", "led0", "/soc/led"));
    return tree;
}

// What dtc -@ makes of "&led0 { status = "okay"; };".
DeviceTree labelled_overlay(const std::string &label = "led0") {
    DeviceTree overlay = DeviceTree::empty();
    be32 unknown = 0xffffffff;
    REQUIRE(overlay.set("/fragment@0", "target", bytes_of(unknown)));
    REQUIRE(overlay.set_text("/fragment@0/__overlay__", "status", "okay"));
    REQUIRE(overlay.set_text("/__fixups__", label, "/fragment@0:target:0"));
    return overlay;
}

std::string overlay_error(DeviceTree &tree, const DeviceTree &overlay) {
    auto applied = tree.apply_overlay(overlay.packed());
    REQUIRE_FALSE(applied);
    CHECK(applied.error().cause == Cause::bad_image);
    CHECK_FALSE(applied.error().remedy.empty());
    return applied.error().what;
}

} // namespace

TEST_CASE("an overlay is applied by its labels, and by a path") {
    DeviceTree tree = labelled_tree();
    CHECK_FALSE(tree.is_overlay());
    CHECK(labelled_overlay().is_overlay());
    REQUIRE(tree.apply_overlay(labelled_overlay().packed()));
    CHECK(text_until_nul(*tree.property("/soc/led", "status")) == "okay");
    DeviceTree by_path = DeviceTree::empty();
    REQUIRE(by_path.set_text("/fragment@0", "target-path", "/"));
    REQUIRE(by_path.set("/fragment@0/__overlay__/big", "value", Buffer(100000, std::byte{1})));
    REQUIRE(tree.apply_overlay(by_path.packed()));
    CHECK(tree.property("/big", "value")->size() == 100000);
    DeviceTree plain = DeviceTree::empty();
    Buffer blob = plain.packed();
    DeviceTree viewed = DeviceTree::view(blob).value();
    REQUIRE(viewed.apply_overlay(by_path.packed()));
    CHECK(viewed.find("/big"));
}

TEST_CASE("an overlay that cannot be applied says why, and leaves the tree as it was") {
    DeviceTree bare = DeviceTree::empty();
    CHECK(
        overlay_error(bare, labelled_overlay()) ==
        "the overlay refers to labels (led0), and the device tree has no /__symbols__ that would tell where "
        "they are");
    DeviceTree tree = labelled_tree();
    Buffer before = tree.packed();
    CHECK(overlay_error(tree, labelled_overlay("led1")) ==
          "the overlay refers to the label led1, which the device tree's /__symbols__ does not have");
    CHECK(overlay_error(tree, sample()) == "it is no overlay: it has no fragment with a node __overlay__");
    DeviceTree elsewhere = DeviceTree::empty();
    REQUIRE(elsewhere.set_text("/fragment@0", "target-path", "/missing"));
    REQUIRE(elsewhere.add_node("/fragment@0/__overlay__"));
    CHECK(overlay_error(tree, elsewhere) ==
          "the overlay does not fit the device tree: there is no such node");
    DeviceTree deep = DeviceTree::empty();
    REQUIRE(deep.set_text("/fragment@0", "target-path", "/"));
    std::string path = "/fragment@0/__overlay__";
    for (int i = 0; i < 70; i++)
        path += "/a";
    REQUIRE(deep.add_node(path));
    CHECK(overlay_error(tree, deep) == "the overlay nests more than 64 nodes in each other");
    CHECK(tree.packed() == before);
}

TEST_CASE("a view of a tree is read where it lies, and copied where it is changed") {
    Buffer blob = sample().packed();
    DeviceTree tree = DeviceTree::view(blob).value();
    Bytes value = *tree.property("/chosen", "bootargs");
    CHECK(value.data() > blob.data());
    CHECK(value.data() < blob.data() + blob.size());
    CHECK(tree.size() == blob.size());
    CHECK(tree.packed() == blob);
    REQUIRE(tree.set_text("/chosen", "bootargs", "changed"));
    CHECK(text_until_nul(*tree.property("/chosen", "bootargs")) == "changed");
    CHECK(blob == sample().packed());
    Buffer shifted(1);
    append(shifted, blob);
    CHECK(DeviceTree::view(Bytes(shifted).subspan(1)).value().packed() == blob);
    CHECK_FALSE(DeviceTree::view(Bytes(blob).first(100)));
    CHECK_FALSE(DeviceTree::view(blob, 1 << 20)->find("/missing"));
    CHECK(DeviceTree::view(blob, 10).error().what.ends_with(" are taken"));
}
