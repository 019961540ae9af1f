// SPDX-License-Identifier: GPL-2.0-or-later
// Machines that were recorded with tools/record-machine.py, and what is understood of each. UPDATE_EXPECTED=1
// brings the kept texts up to date.
#include "arch/arch.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/bundle.h"
#include "tests/support/files.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("recorded machines are understood as the kept texts say") {
    for (std::string name :
         {"x86_64-bios-1g", "x86_64-bios-1g-6.12", "x86_64-uefi-1g", "x86_64-uefi-1g-6.1", "x86_64-above-4g",
          "x86_64-numa", "arm64-virt-1g", "arm64-uefi-6g", "arm64-rk3399-4.4", "ppc64-2g", "ppc64-numa",
          "ppc64-blocks", "ppc64-blocks-v1", "ppc64-powernv", "s390x-1g", "s390x-6g", "s390x-1g-6.1"}) {
        INFO(name);
        auto machine = arch_named(name.substr(0, name.find('-')))->understand(recorded_machine(name));
        REQUIRE(machine);
        std::string text = description(*machine);
        CHECK(text == expected_text("machines/" + name + ".understood", text));
    }
}

TEST_CASE("recordings are kept in the form in which they are written") {
    for (std::string name :
         {"x86_64-bios-1g", "x86_64-uefi-1g", "x86_64-above-4g", "x86_64-numa", "arm64-virt-1g",
          "arm64-uefi-6g", "arm64-rk3399-4.4", "ppc64-2g", "ppc64-numa", "ppc64-blocks", "ppc64-blocks-v1",
          "ppc64-powernv", "s390x-1g", "s390x-6g", "s390x-1g-6.1"})
        CHECK(write_bundle(recorded_machine(name)) ==
              text_of_file(in_tests("machines/" + name + ".machine")));
}
