// SPDX-License-Identifier: GPL-2.0-or-later
// Understanding an arm64 machine from made-up files.
#include "arch/arm64/arm64.h"
#include "tests/arch/arm64/board.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr const char *iomem = "40000000-7fffffff : System RAM\n"
                              "  42000000-430fffff : Kernel code\n"
                              "  43100000-439fffff : reserved\n"
                              "  43a00000-4400ffff : Kernel data\n"
                              "  7d200000-7d20ffff : reserved\n"
                              "80000000-8000ffff : reserved\n";

Snapshot board_files() {
    Snapshot snapshot = snapshot_of({{"/proc/iomem", iomem}});
    snapshot.put("/sys/firmware/fdt", board_tree().packed());
    return snapshot;
}

Arm64Facts understood(const Snapshot &snapshot) {
    return std::get<Arm64Facts>(understand_arm64(snapshot).value().own);
}

Buffer auxiliary(std::uint64_t page_size) {
    Buffer vector;
    for (std::uint64_t word : {std::uint64_t{33}, std::uint64_t{0x7fff0000}, std::uint64_t{6}, page_size})
        append(vector, bytes_of(le64(word)));
    return vector;
}

} // namespace

TEST_CASE("memory is free that neither the kernel nor the tree keeps") {
    Machine machine = understand_arm64(board_files()).value();
    Ranges free = free_ram(machine);
    CHECK(free.contains(range(0x40000000, 0x403fffff)));
    CHECK(free.contains(range(0x42000000, 0x430fffff))); // the running kernel itself
    CHECK_FALSE(free.overlaps(range(0x43100000, 0x439fffff)));
    CHECK_FALSE(free.overlaps(range(0x7d200000, 0x7d20ffff)));
    CHECK_FALSE(free.overlaps(range(0x40400000, 0x404fffff))); // of /reserved-memory
    CHECK_FALSE(free.overlaps(range(0x4f000000, 0x4f000fff))); // of /memreserve/
    CHECK(machine.system_ram == Ranges{range(0x40000000, 0x7fffffff)});
}

TEST_CASE("the page size is the running kernel's, or the largest there is") {
    Snapshot snapshot = board_files();
    CHECK(understood(snapshot).page_size == 65536);
    for (std::uint64_t size : {4096u, 16384u, 65536u}) {
        snapshot.put("/proc/self/auxv", auxiliary(size));
        CHECK(understood(snapshot).page_size == size);
        CHECK(understood(snapshot).page_size_words == "/proc/self/auxv");
    }
    snapshot.put("/proc/self/auxv", auxiliary(1000));
    CHECK(understood(snapshot).page_size == 65536);
    snapshot.put("/proc/self/auxv", Buffer(15));
    CHECK(understood(snapshot).page_size == 65536);
}

TEST_CASE("the tree is the firmware's, else the files of /proc/device-tree") {
    Snapshot snapshot = board_files();
    CHECK(understood(snapshot).device_tree == board_tree().packed());
    Snapshot files = snapshot_of({{"/proc/iomem", iomem}, {"/proc/device-tree/model", "a board"}});
    Arm64Facts facts = understood(files);
    CHECK(facts.device_tree_words == "/proc/device-tree");
    CHECK(as_text(*DeviceTree::read(facts.device_tree)->property("/", "model")) == "a board");
    facts = understood(snapshot_of({{"/proc/iomem", iomem}}));
    CHECK(facts.device_tree.empty());
    CHECK(facts.device_tree_words ==
          "there is no /sys/firmware/fdt, /proc/device-tree: there is no such directory");
}

TEST_CASE("a tree that is damaged is none, and what is wrong with it is kept") {
    Snapshot snapshot = board_files();
    snapshot.put("/sys/firmware/fdt", buffer("not a tree, but long enough to have a header of one"));
    Arm64Facts facts = understood(snapshot);
    CHECK(facts.device_tree.empty());
    CHECK(facts.device_tree_words ==
          "/sys/firmware/fdt: it starts with 6e6f7420, a device tree with d00dfeed");
}

TEST_CASE("serial ports are those with an address") {
    Snapshot snapshot = board_files();
    for (const auto &[path, text] : Files{{"ttyAMA0/iomem_base", "0x9000000\n"},
                                          {"ttyAMA0/iomem_reg_shift", "0\n"},
                                          {"ttyAMA0/type", "32\n"},
                                          {"ttyS0/iomem_base", "0x0\n"},
                                          {"ttyS0/type", "0\n"}})
        snapshot.put("/sys/class/tty/" + path, buffer(text));
    auto ports = understood(snapshot).serial_ports;
    REQUIRE(ports.size() == 1);
    CHECK(ports[0].name == "ttyAMA0");
    CHECK(ports[0].address == 0x9000000);
    CHECK(ports[0].type == 32);
}
