// SPDX-License-Identifier: GPL-2.0-or-later
// What is understood of an s390x machine: memory by /proc/iomem, less what is offline.
#include "arch/s390x/s390x.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string memory = "/sys/devices/system/memory/";

// 1 GiB, of which 128 MiB are reserved: on this machine they are no part of System RAM.
Files usual_files() {
    return {{"/proc/iomem", "00000000-37ffffff : System RAM\n"
                            "  00100000-00ae0fff : Kernel code\n"
                            "38000000-3fffffff : Crash kernel\n"},
            {"/sys/kernel/kexec_crash_size", "134217728\n"}};
}

Error error_of(const Files &files) {
    auto machine = understand_s390x(snapshot_of(files));
    REQUIRE(!machine);
    return machine.error();
}

} // namespace

TEST_CASE("an s390x machine without memory hotplug is understood from /proc/iomem alone") {
    auto machine = understand_s390x(snapshot_of(usual_files()));
    REQUIRE(machine);
    CHECK(machine->system_ram == Ranges{range(0, 0x37ffffff)});
    CHECK(free_ram(*machine) == Ranges{range(0, 0x37ffffff)});
    REQUIRE(machine->crash_reservations.size() == 1);
    CHECK(machine->crash_reservations[0] == range(0x38000000, 0x3fffffff));
}

TEST_CASE("blocks of s390x memory that are offline are no memory") {
    Files files = usual_files();
    files["/proc/iomem"] = "00000000-3fffffff : System RAM\n40000000-7fffffff : System RAM\n";
    files[memory + "block_size_bytes"] = "10000000\n";
    files[memory + "memory3/state"] = "online\n";
    files[memory + "memory4/state"] = "offline\n";
    files[memory + "memory5/state"] = "going-offline\n";
    files[memory + "memory7/state"] = "offline\n";
    auto machine = understand_s390x(snapshot_of(files));
    REQUIRE(machine);
    CHECK(machine->system_ram == Ranges{range(0, 0x3fffffff), range(0x50000000, 0x6fffffff)});
    CHECK(free_ram(*machine) == machine->system_ram);
}

TEST_CASE("an s390x memory block without a place is an error that names it") {
    Files files = usual_files();
    files[memory + "memory4/state"] = "offline\n";
    CHECK(error_of(files).what ==
          "/sys/devices/system/memory/memory4: block_size_bytes is 0x0, which gives it no place");
    files[memory + "block_size_bytes"] = "8000000000000000\n";
    CHECK(has(error_of(files).what, "memory4: block_size_bytes is 0x8000000000000000"));
    files[memory + "block_size_bytes"] = "many\n";
    CHECK(has(error_of(files).what, "block_size_bytes"));
}

TEST_CASE("an s390x machine whose /proc/iomem does not parse, or names no RAM, is not understood") {
    Files files = usual_files();
    files["/proc/iomem"] = "00000000-37ffffff : System RAM\n38000000-3ffffffg : Crash kernel\n";
    CHECK(has(error_of(files).what, "line 2 is \"38000000-3ffffffg : Crash kernel\""));
    files["/proc/iomem"] = "38000000-3fffffff : Crash kernel\n";
    CHECK(has(error_of(files).what, "no line \"System RAM\""));
}
