// SPDX-License-Identifier: GPL-2.0-or-later
// A decision as people read it.
#include "plan/plan.h"
#include "tests/catch.h"

#include <cerrno>

using namespace kexec;

namespace {

Range sized(std::uint64_t first, std::uint64_t size) { return Range::sized(first, size).value(); }

} // namespace

TEST_CASE("a plan for kexec_load is printed segment by segment") {
    std::string_view abc = "abc";
    SegmentLoad plan{};
    plan.entry = 0x7ffff000;
    plan.flags = 0x3e0001;
    plan.purgatory = std::make_shared<Buffer>(16);
    plan.command_line = "root=/dev/vda quiet";
    plan.notes = {"told: 00100000-7fffffff System RAM"};
    plan.segments = {
        {.name = "kernel", .destination = sized(0x1000000, 0x2000), .bytes = as_bytes(abc)},
        {.name = "backup", .destination = sized(0x2000000, 0x9f000), .bytes = {}, .verified = false},
        {.name = "boot parameters",
         .destination = sized(0x7fffe000, 0x1000),
         .bytes = as_bytes(abc),
         .random = true},
        {.name = "purgatory",
         .destination = sized(0x7ffff000, 0x1000),
         .bytes = *plan.purgatory,
         .verified = false},
    };
    Decision decision{.attempts = {{plan, "kexec_load was asked for", {}}},
                      .warnings = {"beware; going on without"}};
    CHECK(describe(decision) ==
          "plan: kexec_load was asked for\n"
          "  kexec_load: entry 0x7ffff000, flags 0x3e0001, 4 segments\n"
          "    kernel           01000000-01001fff           3 of       8192 bytes  sha256 ba7816bf8f01cfea\n"
          "    backup           02000000-0209efff           0 of     651264 bytes  zeros, not verified\n"
          "    boot parameters  7fffe000-7fffefff           3 of       4096 bytes  random\n"
          "    purgatory        7ffff000-7fffffff          16 of       4096 bytes  purgatory, not verified\n"
          "    told: 00100000-7fffffff System RAM\n"
          "    command line: root=/dev/vda quiet\n"
          "warning: beware; going on without\n");
}

TEST_CASE("a plan for kexec_file_load names its files, and what leads on to the next plan") {
    auto file = MappedFile::open("/proc/self/exe");
    REQUIRE(file);
    auto shared = std::make_shared<const MappedFile>(std::move(*file));
    FileLoad plan{
        .kernel = shared, .unpacked = nullptr, .initrd = nullptr, .command_line = "quiet", .flags = 4};
    Decision decision{.attempts = {{plan, "kexec_file_load takes it", {ENOSYS, EINVAL}}}, .warnings = {}};
    CHECK(describe(decision) == "plan: kexec_file_load takes it\n"
                                "  kexec_file_load: flags 0x4, kernel /proc/self/exe, initrd none\n"
                                "    command line: quiet\n"
                                "  goes on after: ENOSYS EINVAL\n");
    plan.initrd = shared;
    plan.unpacked = std::make_shared<const Buffer>();
    decision.attempts = {{plan, "kexec_file_load was asked for", {}}};
    CHECK(describe(decision) ==
          "plan: kexec_file_load was asked for\n"
          "  kexec_file_load: flags 0x4, kernel /proc/self/exe (unpacked), initrd /proc/self/exe\n"
          "    command line: quiet\n");
}

TEST_CASE("a segment that is not under a digest says so") {
    SegmentLoad plan{};
    plan.segments = {
        {.name = "x", .destination = sized(0x1000, 0x1000), .bytes = as_bytes("abc"), .verified = false}};
    Decision decision{.attempts = {{plan, "r", {}}}, .warnings = {}};
    CHECK(describe(decision).find("sha256 ba7816bf8f01cfea, not verified\n") != std::string::npos);
}
