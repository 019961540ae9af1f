// SPDX-License-Identifier: GPL-2.0-or-later
// Reading what the kernel says about kexec.
#include "kexec/kernel_state.h"

#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

using namespace kexec;
using namespace kexec::test;

TEST_CASE("what is not there is not known") {
    TemporaryDirectory root;
    KernelState state = look_at_kernel(root.path());
    CHECK_FALSE(state.loaded);
    CHECK_FALSE(state.crash_loaded);
    CHECK_FALSE(state.crash_size);
    CHECK_FALSE(state.load_disabled);
    CHECK_FALSE(state.has_sysfs);
}

TEST_CASE("old and new names are read") {
    TemporaryDirectory root;
    root.write("/sys/kernel/kexec/loaded", "1\n");
    root.write("/sys/kernel/kexec/crash_loaded", "1\n");
    root.write("/sys/kernel/kexec/crash_size", "4096\n");
    KernelState state = look_at_kernel(root.path());
    CHECK(state.loaded == 1U);
    CHECK(state.crash_loaded == 1U);
    CHECK(state.crash_size == 4096U);
    root.write("/sys/kernel/kexec_loaded", "0\n");
    CHECK(look_at_kernel(root.path()).loaded == 0U);
}

TEST_CASE("sysctls are read") {
    TemporaryDirectory root;
    root.write("/proc/sys/kernel/kexec_load_disabled", "1\n");
    root.write("/proc/sys/kernel/kexec_load_limit_reboot", "-1\n");
    root.write("/proc/sys/kernel/kexec_load_limit_panic", "3\n");
    KernelState state = look_at_kernel(root.path());
    CHECK(state.load_disabled == 1U);
    CHECK_FALSE(state.reboot_loads_left);
    CHECK(state.panic_loads_left == 3U);
}
