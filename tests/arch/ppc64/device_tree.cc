// SPDX-License-Identifier: GPL-2.0-or-later
// What the new kernel is told in its tree, and how a tree of --dtb is taken.
#include "tests/arch/ppc64/lpar.h"
#include "tests/catch.h"
#include "tests/machine/made.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::testing;

namespace {

Request usual() { return request_on_lpar(lpar(), ppc64_vmlinux()); }

Result<Decision> plan(const Request &request) { return arch_named("ppc64")->plan(request); }

DeviceTree told(const Request &request) { return ppc64_tree_of(segments_of(plan(request))); }

std::string bootargs(const Request &request) {
    return std::string(text_until_nul(told(request).property("/chosen", "bootargs").value_or(Bytes())));
}

Request with_tree(const DeviceTree &tree) {
    Request request = usual();
    request.dtb = file_holding(tree.packed());
    give(request, OptionId::dtb, "lpar.dtb");
    return request;
}

} // namespace

TEST_CASE("the running kernel's tree is handed on with another /chosen") {
    Request request = usual();
    request.initrd = file_holding(sample_bytes(12345));
    SegmentLoad load = segments_of(plan(request));
    DeviceTree tree = ppc64_tree_of(load);
    std::uint64_t initrd = segment_named(load, "initrd").destination.first();
    CHECK(tree.number("/chosen", "linux,initrd-start") == initrd);
    CHECK(tree.number("/chosen", "linux,initrd-end") == initrd + 12345);
    CHECK(tree.property("/chosen", "linux,booted-from-kexec").has_value());
    CHECK(tree.property("/chosen", "stdout-path").has_value());
    for (const char *gone : {"linux,kernel-end", "linux,memory-limit", "linux,crashkernel-base"})
        CHECK_FALSE(tree.property("/chosen", gone));
    CHECK(tree.number("/rtas", "linux,rtas-base") == 0x2fff0000U);
    REQUIRE(tree.reservations().size() == 1);
    CHECK(tree.reservations()[0].address == 0x2fff0000);
    CHECK(tree.reservations()[0].size == 0x83c);
}

TEST_CASE("what only a crash kernel's tree has does not reach the next kernel") {
    Request request = usual();
    DeviceTree tree = lpar_tree();
    REQUIRE(tree.set("/memory@0", "linux,usable-memory", Buffer(16)));
    add_blocks(tree, 0x10000000, {{0, 8}}, false);
    REQUIRE(tree.set("/ibm,dynamic-reconfiguration-memory", "linux,drconf-usable-memory", Buffer(8)));
    ppc64_facts_of(request.machine).device_tree = tree.packed();
    DeviceTree handed = told(request);
    CHECK_FALSE(handed.property("/memory@0", "linux,usable-memory"));
    CHECK_FALSE(handed.property("/ibm,dynamic-reconfiguration-memory", "linux,drconf-usable-memory"));
}

TEST_CASE("the running kernel's root= is handed on where no word of the new line is one") {
    Request request = usual();
    request.settings.command_line = "nfsroot=host:/export quiet";
    CHECK(bootargs(request) == "nfsroot=host:/export quiet root=/dev/old");
    request.settings.command_line = "root=UUID=1";
    CHECK(bootargs(request) == "root=UUID=1");
    request.settings.command_line = "";
    CHECK(bootargs(request) == "root=/dev/old");
    give(request, OptionId::dt_no_old_root);
    CHECK(bootargs(request).empty());
    request = usual();
    request.settings.command_line = "quiet";
    request.machine.command_line = "console=hvc0 nfsroot=host:/export";
    CHECK(bootargs(request) == "quiet");
}

TEST_CASE("a tree of --dtb keeps its own command line where none is given, and heeds --append where one is") {
    DeviceTree tree = lpar_tree();
    REQUIRE(tree.set_text("/chosen", "bootargs", "from the file"));
    Request request = with_tree(tree);
    request.settings.command_line = "";
    CHECK(bootargs(request) == "from the file");
    request.settings.command_line = "quiet";
    CHECK(bootargs(request) == "quiet");
}

TEST_CASE("memory of the firmware is reserved in a tree of --dtb too, once") {
    DeviceTree tree = lpar_tree();
    REQUIRE(tree.reserve({0x2fff0000, 0x10000}));
    CHECK(told(with_tree(tree)).reservations().size() == 1);
    CHECK(told(with_tree(lpar_tree())).reservations().size() == 1);
}

TEST_CASE("nothing is placed where a tree of --dtb reserves memory") {
    DeviceTree tree = lpar_tree();
    REQUIRE(tree.reserve({0x7ff00000, 0x100000}));
    SegmentLoad load = segments_of(plan(with_tree(tree)));
    CHECK(segment_named(load, "kernel.0").destination.last() == 0x7fefffff);
}

TEST_CASE("a tree without the processor that will start the new kernel is refused") {
    Request request = with_tree(lpar_tree());
    ppc64_facts_of(request.machine).next_cpu = 8;
    CHECK(plan(request).has_value());
    ppc64_facts_of(request.machine).next_cpu = 16;
    auto refused = plan(request);
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "the device tree given has no processor 16"));
    CHECK(has(refused.error().remedy, "/sys/kernel/reboot/cpu"));
    request.settings.purpose = Purpose::crash;
    request.machine.crash_reservations = {sized(0x20000000, 0x10000000)};
    auto warned = plan(request);
    REQUIRE(warned);
    CHECK(std::ranges::any_of(warned->warnings,
                              [](const std::string &text) { return has(text, "no processor 16"); }));
}

TEST_CASE("a node with a name of 300 bytes is handed on") {
    DeviceTree tree = lpar_tree();
    std::string path = "/" + std::string(300, 'n');
    REQUIRE(tree.set_text(path, "model", "long"));
    CHECK(told(with_tree(tree)).property(path, "model").has_value());
}

TEST_CASE("a crash kernel needs a tree that describes memory") {
    DeviceTree tree = DeviceTree::empty();
    REQUIRE(tree.set("/cpus/cpu@0", "reg", bytes_of(be32(0))));
    Request request = with_tree(tree);
    request.settings.purpose = Purpose::crash;
    request.machine.crash_reservations = {sized(0x20000000, 0x10000000)};
    auto refused = plan(request);
    REQUIRE_FALSE(refused);
    CHECK(has(refused.error().what, "describes no memory"));
}

TEST_CASE("every tree of --dtb that is cut short is refused, and none is read past its end") {
    Buffer whole = lpar_tree().packed();
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        INFO(size);
        Request request = usual();
        request.dtb = file_holding(Bytes(whole).first(size));
        give(request, OptionId::dtb, "cut.dtb");
        auto refused = plan(request);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().cause == Cause::bad_image);
    }
}

TEST_CASE("without a tree there is nothing to hand on") {
    Request request = usual();
    ppc64_facts_of(request.machine).device_tree.clear();
    ppc64_facts_of(request.machine).device_tree_words = "/proc/device-tree: there is no such directory";
    auto refused = plan(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().cause == Cause::missing_file);
}
