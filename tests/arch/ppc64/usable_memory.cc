// SPDX-License-Identifier: GPL-2.0-or-later
// Blocks of memory in both versions of the list, and what a kernel reads back of the memory it may use.
#include "arch/ppc64/usable_memory.h"

#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;
using ppc64::blocks_in;
using ppc64::tell_usable_memory;

namespace {

constexpr std::uint64_t block = 0x10000000;
constexpr std::uint32_t assigned = 0x8, reserved = 0x80;
const std::string node = "/ibm,dynamic-reconfiguration-memory";

// As early_init_drmem_lmb of the kernel reads it: an entry for each block that is assigned and not reserved,
// none for another.
Ranges read_back(const DeviceTree &tree, const std::vector<MemoryBlock> &blocks) {
    Cursor cursor(tree.property(node, "linux,drconf-usable-memory").value());
    Ranges ranges;
    for (const MemoryBlock &each : blocks) {
        if ((each.flags & reserved) || !(each.flags & assigned))
            continue;
        std::uint64_t count = cursor.next<be64>("a count").value();
        for (; count > 0; count--) {
            std::uint64_t first = cursor.next<be64>("an address").value();
            ranges.add(sized(first, cursor.next<be64>("a size").value()));
        }
    }
    CHECK(cursor.remaining() == 0);
    return ranges;
}

} // namespace

TEST_CASE("a kernel reads back the memory that it may use, whatever blocks are missing in between") {
    const std::vector<MemoryBlock> blocks = {{0, assigned},
                                             {block, 0},
                                             {2 * block, assigned | reserved},
                                             {3 * block, assigned},
                                             {4 * block, assigned}};
    for (bool second_version : {false, true}) {
        DeviceTree tree = lpar_tree();
        add_blocks(tree, block, blocks, second_version);
        Ranges usable = {span(0x1000, 0x1fff), span(0x3000, 0x3fff),
                         span(4 * block - 0x1000, 4 * block + 0xfff)};
        REQUIRE(tell_usable_memory(tree, usable));
        CHECK(read_back(tree, blocks) == usable);
    }
}

TEST_CASE("both versions of the list say the same") {
    DeviceTree one = lpar_tree(), two = lpar_tree();
    add_blocks(one, block, {{0, 8}, {block, 0x80}}, false);
    add_blocks(two, block, {{0, 8}, {block, 0x80}}, true);
    auto first = blocks_in(one).value(), second = blocks_in(two).value();
    REQUIRE(first.size() == 2);
    REQUIRE(second.size() == 2);
    for (std::size_t i = 0; i < 2; i++) {
        CHECK(first[i].address == second[i].address);
        CHECK(first[i].flags == second[i].flags);
        CHECK(first[i].count == 1);
    }
    CHECK(ppc64::is_used(first[0]));
    CHECK_FALSE(ppc64::is_used(first[1]));
}

TEST_CASE("every pair of a node's reg is looked at, and a node without usable memory says so") {
    DeviceTree tree = lpar_tree();
    Buffer reg;
    for (std::uint64_t number : {0x0ULL, 0x10000000ULL, 0x20000000ULL, 0x10000000ULL})
        append(reg, bytes_of(be64(number)));
    REQUIRE(tree.set("/memory@0", "reg", reg));
    REQUIRE(tree.set_text("/memory@100000000", "device_type", "memory"));
    REQUIRE(tell_usable_memory(tree, {span(0x1000, 0x20000fff)}));
    Bytes usable = *tree.property("/memory@0", "linux,usable-memory");
    REQUIRE(usable.size() == 32);
    CHECK(read_at<be64>(usable, 0, "").value() == 0x1000);
    CHECK(read_at<be64>(usable, 16, "").value() == 0x20000000);
    CHECK(read_at<be64>(usable, 24, "").value() == 0x1000);
    CHECK(as_text(*tree.property("/memory@100000000", "linux,usable-memory")) == std::string(16, '\0'));
    REQUIRE(ppc64::forget_usable_memory(tree));
    CHECK_FALSE(tree.property("/memory@0", "linux,usable-memory"));
}

TEST_CASE("a list that is cut short, lies about its length or passes the end is refused by name") {
    for (bool second_version : {false, true}) {
        DeviceTree tree = lpar_tree();
        add_blocks(tree, block, {{0, 8}, {block, 8}}, second_version);
        const std::string name = second_version ? "ibm,dynamic-memory-v2" : "ibm,dynamic-memory";
        Bytes value = *tree.property(node, name);
        const Buffer whole(value.begin(), value.end());
        for (std::size_t size = 0; size < whole.size(); size++) {
            REQUIRE(tree.set(node, name, Bytes(whole).first(size)));
            auto refused = blocks_in(tree);
            REQUIRE_FALSE(refused);
            CHECK(has(refused.error().what, node + "/" + name));
        }
        Buffer more = whole;
        write_at(more, 0, be32(0xffffffff));
        REQUIRE(tree.set(node, name, more));
        CHECK_FALSE(blocks_in(tree));
    }
    DeviceTree tree = lpar_tree();
    add_blocks(tree, block, {{UINT64_MAX - 5, 8}}, true);
    CHECK(has(blocks_in(tree).error().what, "pass the end of the address space"));
    tree = lpar_tree();
    add_blocks(tree, block, {{0, 8}}, true);
    Buffer many(4 + 24);
    write_at(many, 0, be32(1));
    write_at(many, 4, be32(0xffffffff));
    REQUIRE(tree.set(node, "ibm,dynamic-memory-v2", many));
    CHECK(has(blocks_in(tree).error().what, "more than 1048576 blocks"));
    add_blocks(tree, 0, {{0, 8}}, true);
    CHECK(has(blocks_in(tree).error().what, "ibm,lmb-size"));
}
