// SPDX-License-Identifier: GPL-2.0-or-later
// What is private is not in a recording, whatever form it has; all else stays, and a second time changes
// nothing.
#include "extras/blank.h"

#include "arch/arch.h"
#include "base/compress.h"
#include "base/devicetree.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/support/bundle.h"
#include "tests/support/pack.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

const std::string in_tree = "/proc/device-tree/";

Snapshot one(const std::string &path, const Buffer &content) {
    Snapshot snapshot;
    snapshot.put(path, content);
    return snapshot;
}

std::string after_blank(const std::string &path, std::string_view content) {
    Snapshot snapshot = one(path, buffer(content));
    blank(snapshot);
    return std::string(snapshot.text(path).value());
}

} // namespace

TEST_CASE("numbers of devices and seeds in a device tree become zeros of the same length") {
    for (std::string name : {"serial-number", "host-serial", "ethernet@1/local-mac-address", "mac-address",
                             "chosen/kaslr-seed", "chosen/rng-seed", "vm,uuid", "ibm,partition-uuid",
                             "system-id", "bt/local-bd-address", "pci/ibm,loc-code", "vpd/ibm,vpd"})
        CHECK(after_blank(in_tree + name, "secret") == std::string(6, '\0'));
    for (std::string name : {"aliases/serial0", "compatible", "name", "memory@0/reg", "chosen/stdout-path"})
        CHECK(after_blank(in_tree + name, "public") == "public");
}

TEST_CASE("the flattened tree loses the same, and nothing else") {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set_text("/", "serial-number", "1234"));
    REQUIRE(tree.set_text("/soc/ethernet@1", "local-mac-address", "abcdef"));
    REQUIRE(tree.set_text("/soc/ethernet@1", "compatible", "vendor,net"));
    REQUIRE(tree.set_text("/chosen", "bootargs", "root=/dev/sda luks.passphrase=hush quiet"));
    REQUIRE(tree.reserve({0x1000, 0x2000}));
    Snapshot snapshot = one("/sys/firmware/fdt", tree.packed());
    CHECK(blank(snapshot) == std::vector<std::string>{"/sys/firmware/fdt"});
    DeviceTree left = DeviceTree::read(*snapshot.bytes("/sys/firmware/fdt")).value();
    CHECK(as_text(*left.property("/", "serial-number")) == std::string_view("\0\0\0\0\0", 5));
    CHECK(as_text(*left.property("/soc/ethernet@1", "local-mac-address")) ==
          std::string_view("\0\0\0\0\0\0\0", 7));
    CHECK(text_until_nul(*left.property("/soc/ethernet@1", "compatible")) == "vendor,net");
    CHECK(text_until_nul(*left.property("/chosen", "bootargs")) ==
          "root=/dev/sda luks.passphrase=(hidden) quiet");
    CHECK(left.reservations().size() == 1);
    CHECK(blank(snapshot).empty());
}

TEST_CASE("what claims to be a tree and is none stays for planning to complain of") {
    CHECK(after_blank("/sys/firmware/fdt", "no tree") == "no tree");
}

TEST_CASE("keys on a command line are hidden, its end stays") {
    CHECK(after_blank("/proc/cmdline", "root=/dev/sda rd.luks.key=abc\n") ==
          "root=/dev/sda rd.luks.key=(hidden)\n");
    CHECK(after_blank(in_tree + "chosen/bootargs", std::string("luks.key=a b\0", 13)) ==
          std::string("luks.key=(hidden) b\0", 20));
}

TEST_CASE("of the notes of /proc/kcore only vmcoreinfo stays") {
    Snapshot snapshot = recorded_machine("arm64-virt-1g");
    Machine before = arch_named("arm64")->understand(snapshot).value();
    Bytes kept = *snapshot.bytes("/proc/kcore");
    Buffer as_on_a_machine(kept.begin(), kept.end());
    // The kept recording has zeros in the structure of the task, from 3e0 on.
    REQUIRE(as_on_a_machine.size() >= 0x13e0);
    for (std::size_t at = 0x3e0; at < 0x13e0; at++)
        as_on_a_machine[at] = std::byte{0x5a};
    snapshot.put("/proc/kcore", as_on_a_machine);
    CHECK(blank(snapshot) == std::vector<std::string>{"/proc/kcore"});
    CHECK(snapshot.bytes("/proc/kcore")->size() == as_on_a_machine.size());
    CHECK(has(*snapshot.text("/proc/kcore"), "VMCOREINFO"));
    CHECK_FALSE(has(*snapshot.text("/proc/kcore"), "ZZZ"));
    CHECK(description(arch_named("arm64")->understand(snapshot).value()) == description(before));
}

TEST_CASE("the serial number of the screen goes, in its number and in its text") {
    Buffer parameters(4096, std::byte{7});
    MutableBytes text_block = MutableBytes(parameters).subspan(0x140 + 54 + 18, 18);
    std::ranges::fill(text_block.first(5), std::byte{0});
    text_block[3] = std::byte{0xff};
    Snapshot snapshot = one("/sys/kernel/boot_params/data", parameters);
    blank(snapshot);
    Bytes left = *snapshot.bytes("/sys/kernel/boot_params/data");
    CHECK(std::ranges::count(left, std::byte{0}) == 4 + 4 + 13);
    CHECK(left[0x140 + 12] == std::byte{0});
    CHECK(left[0x140 + 54 + 18 + 5] == std::byte{0});
    CHECK(left[0x140 + 16] == std::byte{7});
}

TEST_CASE("of a configuration the lines about kexec stay") {
    std::string text = "CONFIG_A=y\nCONFIG_KEXEC_SIG_FORCE=y\n# CONFIG_KEXEC_FILE is not set\nCONFIG_Z=m\n";
    std::string left = "CONFIG_KEXEC_SIG_FORCE=y\n# CONFIG_KEXEC_FILE is not set\n";
    CHECK(after_blank("/boot/config-6.1", text) == left);
    Snapshot snapshot = one("/proc/config.gz", pack(buffer(text), Compression::gzip));
    blank(snapshot);
    CHECK(as_text(decompress(*snapshot.bytes("/proc/config.gz"), Compression::gzip, 4096).value()) == left);
    CHECK(blank(snapshot).empty());
}

TEST_CASE("a machine is understood the same without what is private, and blank twice is blank once") {
    for (std::string name : {"x86_64-uefi-1g", "arm64-uefi-6g", "ppc64-numa", "ppc64-powernv", "s390x-1g"}) {
        INFO(name);
        const Arch &arch = *arch_named(name.substr(0, name.find('-')));
        Snapshot snapshot = recorded_machine(name);
        Machine before = arch.understand(snapshot).value();
        blank(snapshot);
        Machine after = arch.understand(snapshot).value();
        CHECK(after.memory == before.memory);
        CHECK(after.system_ram == before.system_ram);
        CHECK(after.cpu_notes.size() == before.cpu_notes.size());
        CHECK(blank(snapshot).empty());
    }
}
