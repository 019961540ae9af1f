// SPDX-License-Identifier: GPL-2.0-or-later
// A kernel's configuration: where it is found, what it says, and what of it is kept in a recording.
#include "machine/configuration.h"

#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/pack.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("an option has its value, or none") {
    std::string_view text =
        "CONFIG_KEXEC=y\nCONFIG_KEXEC_FILE=m\n# CONFIG_KEXEC_SIG is not set\nCONFIG_A=\"b c\"\n";
    CHECK(configured(text, "KEXEC") == "y");
    CHECK(configured(text, "KEXEC_FILE") == "m");
    CHECK(configured(text, "KEXEC_SIG").empty());
    CHECK(configured(text, "A") == "\"b c\"");
    CHECK(configured(text, "KEX").empty());
}

TEST_CASE("the configuration is beside the kernel, or packed in /proc, and speaks of kexec") {
    CHECK(running_configuration(snapshot_of({{"/boot/config-6.1", "CONFIG_KEXEC=y\n"}})) ==
          "CONFIG_KEXEC=y\n");
    Snapshot packed;
    packed.put("/proc/config.gz", pack(buffer("CONFIG_KEXEC=y\n"), Compression::gzip));
    CHECK(running_configuration(packed) == "CONFIG_KEXEC=y\n");
    CHECK_FALSE(running_configuration(snapshot_of({{"/boot/config-6.1", "of something else"}})));
    CHECK_FALSE(running_configuration(snapshot_of({{"/proc/config.gz", "not packed"}})));
    CHECK_FALSE(running_configuration(Snapshot()));
}

TEST_CASE("what decides on kexec and dumps is kept, set or not") {
    CHECK(lines_about_kexec(
              "CONFIG_SMP=y\nCONFIG_PROC_VMCORE=y\n# CONFIG_RD_XZ is not set\nCONFIG_KEXEC=y\n# Memory\n") ==
          "CONFIG_PROC_VMCORE=y\n# CONFIG_RD_XZ is not set\nCONFIG_KEXEC=y\n");
}
