// SPDX-License-Identifier: GPL-2.0-or-later
// Which way of dumping a machine is set up for, and the sum of what a capture kernel needs.
#include "machine/crash_state.h"

#include "machine/capture_need.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("a machine is set up for a crash kernel, by the newer names of its files or the older") {
    for (std::string folder : {"/sys/kernel/kexec/", "/sys/kernel/kexec_"}) {
        auto state = read_crash_state(
            snapshot_of({{folder + "crash_loaded", "1\n"}, {folder + "crash_size", "268435456\n"}}));
        REQUIRE(state);
        CHECK(state->mode == CrashMode::kdump);
        CHECK(state->armed == true);
        CHECK(state->reserved == 268435456);
        CHECK_FALSE(state->load_disabled);
    }
}

TEST_CASE("where firmware keeps the memory, what is loaded does not count") {
    auto state = read_crash_state(snapshot_of({{"/sys/kernel/fadump/enabled", "1\n"},
                                               {"/sys/kernel/fadump/registered", "0\n"},
                                               {"/sys/kernel/fadump/mem_reserved", "805306368\n"},
                                               {"/sys/kernel/kexec_crash_loaded", "1\n"}}));
    REQUIRE(state);
    CHECK(state->mode == CrashMode::fadump);
    CHECK(state->armed == false);
    CHECK(state->reserved == 805306368);
}

TEST_CASE("a state that no kernel writes is an error") {
    CHECK_FALSE(read_crash_state(snapshot_of({{"/sys/kernel/fadump/enabled", "on\n"}})));
}

TEST_CASE("traits are seen in the files of drivers, and in the release") {
    Snapshot snapshot = snapshot_of(
        {{"/sys/bus/pci/drivers/mlx5_core/uevent", ""}, {"/sys/devices/platform/arm-smmu-v3.0/uevent", ""}});
    CrashTraits traits = read_crash_traits(snapshot, "aarch64", "6.12.0-64k");
    CHECK(traits.has_mlx5);
    CHECK(traits.has_smmu);
    CHECK(traits.large_pages);
    CHECK_FALSE(read_crash_traits(Snapshot(), "aarch64", "6.12.0").large_pages);
}

TEST_CASE("modules are listed with their sizes, what is no line of one is passed over") {
    auto modules = loaded_modules(
        snapshot_of({{"/proc/modules", "ext4 1048576 1 - Live 0x0\nbad\nnvme 65536 3 - Live 0x0\n"}}));
    REQUIRE(modules.size() == 2);
    CHECK(modules[0].name == "ext4");
    CHECK(modules[1].size == 65536);
}

TEST_CASE("the larger of the sum and the default is recommended") {
    CrashTraits traits{.architecture = "x86_64"};
    CaptureNeed small = capture_need({{"kernel", 40 << 20, ""}, {"initrd", 1, ""}}, traits, 4ULL << 30);
    CHECK(small.needed == (40 << 20) + 1);
    CHECK(small.recommended == 256 << 20);
    CHECK(small.words == "crashkernel=2G-64G:256M,64G-:512M");
    CaptureNeed large = capture_need({{"initrd", 300ULL << 20, ""}, {"more", 1, ""}}, traits, 4ULL << 30);
    CHECK(large.recommended == 301ULL << 20);
    CHECK(large.words == "crashkernel=301M");
    CHECK(default_crash_size(traits, std::nullopt) == 0);
}
