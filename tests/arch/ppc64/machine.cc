// SPDX-License-Identifier: GPL-2.0-or-later
// Understanding a machine: recorded ones with single files changed or damaged.
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/bundle.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string tree = "/proc/device-tree";

Result<Machine> understand(const Snapshot &snapshot) { return arch_named("ppc64")->understand(snapshot); }

Snapshot recorded() { return recorded_machine("ppc64-2g"); }

void put_number(Snapshot &snapshot, const std::string &path, std::uint64_t value) {
    be64 stored = value;
    Bytes bytes = bytes_of(stored);
    snapshot.put(tree + path, Buffer(bytes.begin(), bytes.end()));
}

void put_text(Snapshot &snapshot, std::string_view path, std::string_view text) {
    snapshot.put(path, buffer(text));
}

Ppc64Facts facts_of(const Snapshot &snapshot) {
    return std::get<Ppc64Facts>(understand(snapshot).value().own);
}

} // namespace

TEST_CASE("a partition is understood by its tree") {
    Machine machine = understand(recorded()).value();
    const auto &facts = std::get<Ppc64Facts>(machine.own);
    CHECK(machine.crash_reservations == std::vector<Range>{sized(0x20000000, 0x10000000)});
    CHECK(facts.first_memory == span(0, 0x7fffffff));
    REQUIRE(facts.firmware.size() == 1);
    CHECK(facts.firmware[0].use == FirmwareUse::rtas);
    CHECK(facts.terminal == 0x71000000U);
    CHECK(facts.vector_sha);
    CHECK(facts.possible_cpus == 2);
    CHECK(facts.next_cpu == 0U);
    CHECK_FALSE(facts.fadump);
    CHECK_FALSE(facts.waiting_dump);
}

TEST_CASE("a reservation that was made smaller is as large as the kernel says") {
    Snapshot snapshot = recorded();
    put_text(snapshot, "/sys/kernel/kexec_crash_size", "134217728\n");
    CHECK(understand(snapshot)->crash_reservations == std::vector<Range>{sized(0x20000000, 0x8000000)});
    put_text(snapshot, "/sys/kernel/kexec_crash_size", "0\n");
    CHECK(understand(snapshot)->crash_reservations.empty());
}

TEST_CASE("firmware's memory on bare metal: OPAL, the hash table, TCE tables, reserved ranges that overlap") {
    Snapshot snapshot = recorded();
    put_number(snapshot, "/ibm,opal/opal-base-address", 0x30000000);
    put_number(snapshot, "/ibm,opal/opal-entry-address", 0x30004000);
    put_number(snapshot, "/ibm,opal/opal-runtime-size", 0x1000000);
    put_number(snapshot, "/chosen/linux,htab-base", 0x40000000);
    put_number(snapshot, "/chosen/linux,htab-size", 0x1000000);
    put_number(snapshot, "/a/b/pci@1/linux,tce-base", 0x50000000);
    snapshot.put(tree + "/a/b/pci@1/linux,tce-size", buffer(std::string_view("\0\x10\0\0", 4)));
    Buffer ranges;
    for (std::uint64_t number : {0x31800000ULL, 0x1000000ULL, 0x30000000ULL, 0x2000000ULL})
        append(ranges, bytes_of(be64(number)));
    snapshot.put(tree + "/reserved-ranges", ranges);
    Machine machine = understand(snapshot).value();
    const auto &facts = std::get<Ppc64Facts>(machine.own);
    auto range_of = [&](FirmwareUse use) {
        return std::ranges::find(facts.firmware, use, &FirmwareMemory::use)->range;
    };
    CHECK(range_of(FirmwareUse::opal) == sized(0x30000000, 0x1000000));
    CHECK(range_of(FirmwareUse::hash_table) == sized(0x40000000, 0x1000000));
    CHECK(range_of(FirmwareUse::tce) == sized(0x50000000, 0x100000));
    CHECK(range_of(FirmwareUse::reserved) == span(0x30000000, 0x327fffff));
    CHECK(machine.kept.contains(span(0x30000000, 0x327fffff)));
    CHECK(facts.opal->entry == 0x30004000);
}

TEST_CASE("memory of a device is no RAM for us") {
    Snapshot snapshot = recorded();
    put_text(snapshot, tree + "/memory@40000000/device_type", std::string_view("memory\0", 7));
    put_text(snapshot, tree + "/memory@40000000/compatible",
             std::string_view("ibm,coherent-device-memory\0", 27));
    Buffer reg;
    append(reg, bytes_of(be64(0x40000000)));
    append(reg, bytes_of(be64(0x10000000)));
    snapshot.put(tree + "/memory@40000000/reg", reg);
    Machine machine = understand(snapshot).value();
    CHECK_FALSE(machine.system_ram.overlaps(sized(0x40000000, 0x10000000)));
    CHECK_FALSE(machine.memory.of_type(MemoryType::ram).overlaps(sized(0x40000000, 0x10000000)));
}

TEST_CASE("a waiting dump leaves as much of the lowest memory as the kernel has in all") {
    for (std::string property : {"/rtas/ibm,kernel-dump", "/ibm,opal/dump/mpipl-boot"}) {
        Snapshot snapshot = recorded();
        put_text(snapshot, tree + property, "x");
        put_text(snapshot, "/proc/meminfo", "MemTotal:         262144 kB\nMemFree: 1 kB\n");
        auto dump = facts_of(snapshot).waiting_dump;
        REQUIRE(dump);
        CHECK(dump->property == property);
        CHECK(dump->boot_memory == Ranges{span(0, 0xfffffff)});
        put_text(snapshot, "/proc/meminfo", "nothing\n");
        CHECK(facts_of(snapshot).waiting_dump->boot_memory.empty());
    }
}

TEST_CASE("both files tell of firmware-assisted dump, the new one and the old") {
    for (const char *path : {"/sys/kernel/fadump/enabled", "/sys/kernel/fadump_enabled"}) {
        Snapshot snapshot = recorded();
        put_text(snapshot, path, "0\n");
        CHECK_FALSE(facts_of(snapshot).fadump);
        put_text(snapshot, path, "1\n");
        CHECK(facts_of(snapshot).fadump);
    }
}

TEST_CASE("the CPU of the next kernel is the one that the kernel was told of") {
    Snapshot snapshot = recorded();
    put_text(snapshot, "/sys/kernel/reboot/cpu", "1\n");
    put_text(snapshot, "/sys/devices/system/cpu/cpu1/physical_id", "8\n");
    CHECK(facts_of(snapshot).next_cpu == 8U);
}

TEST_CASE("a console that is another device is none of the hypervisor's terminals") {
    Snapshot snapshot = recorded();
    for (std::string_view path : {std::string_view("/vdevice/nothing\0", 17), std::string_view("\0", 1),
                                  std::string_view("serial0", 7), std::string_view("/memory@0", 9)}) {
        put_text(snapshot, tree + "/chosen/stdout-path", path);
        CHECK_FALSE(facts_of(snapshot).terminal);
    }
}

TEST_CASE("a property that is cut short, or of no sense, is named") {
    struct Damage {
        std::string path;
        std::string value;
        std::string sentence;
    };
    const Damage damages[] = {
        {"/rtas/linux,rtas-base", std::string(3, '\0'),
         "linux,rtas-base in /rtas of the device tree has 3 bytes"},
        {"/rtas/rtas-size", "", "rtas-size in /rtas of the device tree has 0 bytes"},
        {"/chosen/linux,kernel-end", std::string(5, '\1'),
         "linux,kernel-end in /chosen of the device tree has 5"},
        {"/chosen/linux,crashkernel-size", std::string(8, '\xff'), "which is no place in memory"},
        {"/chosen/linux,htab-base", std::string(8, '\0'),
         "has linux,htab-base in /chosen and no linux,htab-size"},
        {"/reserved-ranges", std::string(15, '\0'), "reserved-ranges of the device tree has 15 bytes"},
        {"/reserved-ranges", std::string(16, '\xff'), "which is no place in memory"},
        {"/memory@0/reg", std::string(16, '\xff'), "which is no place in memory"},
        {"/#address-cells", std::string(4, '\1'), "#address-cells of the device tree is"},
        {"/#size-cells", "", "#size-cells"},
    };
    for (const Damage &damage : damages) {
        INFO(damage.path);
        Snapshot snapshot = recorded();
        put_text(snapshot, tree + damage.path, damage.value);
        auto refused = understand(snapshot);
        REQUIRE_FALSE(refused);
        CHECK(has(refused.error().what, damage.sentence));
        CHECK(refused.error().what.starts_with(tree + ": "));
    }
}

TEST_CASE("a machine without a tree is understood as far as that goes") {
    Snapshot whole = recorded(), snapshot;
    for (std::string_view path : whole.paths())
        if (!path.starts_with(tree))
            put_text(snapshot, path, *whole.text(path));
    Ppc64Facts facts = facts_of(snapshot);
    CHECK(facts.device_tree.empty());
    CHECK(has(facts.device_tree_words, "there is no such directory"));
}
