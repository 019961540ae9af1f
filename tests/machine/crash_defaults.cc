// SPDX-License-Identifier: GPL-2.0-or-later
// The default crashkernel= of every kind of machine.
#include "machine/crash_defaults.h"

#include "base/text.h"
#include "tests/catch.h"
#include "tests/support/files.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

std::string text_of(const CrashTraits &traits) {
    auto parameter = default_crashkernel(traits);
    return parameter ? to_string(*parameter) : "none";
}

} // namespace

TEST_CASE("x86_64 and s390x have one table, and encrypted memory takes more", "[crash_defaults]") {
    CHECK(text_of({.architecture = "x86_64"}) == "2G-64G:256M,64G-:512M");
    CHECK(text_of({.architecture = "s390x"}) == "2G-64G:256M,64G-:512M");
    CHECK(text_of({.architecture = "x86_64", .encrypts_memory = true}) == "2G-64G:320M,64G-:576M");
}

TEST_CASE("arm64's pages, SMMU and network cards add to its table", "[crash_defaults]") {
    CHECK(text_of({.architecture = "aarch64"}) == "2G-4G:256M,4G-64G:320M,64G-:576M");
    CHECK(text_of({.architecture = "aarch64", .has_smmu = true}) == "2G-4G:256M,4G-64G:320M,64G-:576M");
    CHECK(text_of({.architecture = "aarch64", .has_mlx5 = true}) == "2G-4G:406M,4G-64G:470M,64G-:726M");
    CHECK(text_of({.architecture = "aarch64", .large_pages = true}) == "2G-4G:356M,4G-64G:420M,64G-:676M");
    CHECK(text_of({.architecture = "aarch64", .large_pages = true, .has_mlx5 = true, .has_smmu = true}) ==
          "2G-4G:940M,4G-64G:1004M,64G-:1260M");
}

TEST_CASE("ppc64 adds a MiB for each CPU of the capture kernel", "[crash_defaults]") {
    CHECK(text_of({.architecture = "ppc64le"}) ==
          "2G-4G:400M,4G-16G:528M,16G-64G:1040M,64G-128G:2064M,128G-:4112M");
    CHECK(text_of({.architecture = "ppc64le", .mode = CrashMode::fadump}) ==
          "4G-16G:784M,16G-64G:1040M,64G-128G:2064M,128G-1T:4112M,1T-2T:6160M,2T-4T:12304M,4T-8T:20496M,"
          "8T-16T:36880M,16T-32T:65552M,32T-64T:131088M,64T-:184336M");
    CHECK(text_of({.architecture = "ppc64le", .mode = CrashMode::fadump, .capture_cpus = 0})
              .starts_with("4G-16G:768M,16G-64G:1G,"));
    CHECK(text_of({.architecture = "ppc64le", .capture_cpus = 1}).starts_with("2G-4G:385M,"));
}

TEST_CASE("what there is no table for", "[crash_defaults]") {
    CHECK(text_of({.architecture = "riscv64"}) == "none");
    CHECK(text_of({.architecture = "x86_64", .mode = CrashMode::fadump}) == "none");
}

TEST_CASE("each addition has its reason", "[crash_defaults]") {
    auto additions = crash_additions({.architecture = "aarch64", .large_pages = true, .has_mlx5 = true});
    REQUIRE(additions.size() == 2);
    CHECK(additions[0].size + additions[1].size == 300 << 20);
    CHECK(crash_additions({.architecture = "s390x", .encrypts_memory = true}).empty());
}

TEST_CASE("every row of the tables is a row, for a machine that there is", "[crash_defaults]") {
    std::size_t tables = 0;
    std::string text = text_of_file(in_tests("../machine/crash_defaults.table"));
    for (std::string_view line : lines_of(text)) {
        auto words = words_of(line);
        if (words.empty() || words[0] == "#")
            continue;
        REQUIRE(words.size() >= 4);
        if (words[0] == "table") {
            auto parameter = parse_crashkernel(words[3]);
            CHECK((parameter && to_string(*parameter) == words[3] && parameter->by_ranges));
            CrashTraits traits{.architecture = std::string(words[1]), .capture_cpus = 0};
            traits.mode = words[2] == "fadump" ? CrashMode::fadump : CrashMode::kdump;
            CHECK((name_of(traits.mode) == words[2] && text_of(traits) == words[3]));
            tables++;
        } else {
            CHECK((words[0] == "more" && parse_memory_size(words[2]) && words.size() > 4));
            CHECK(text_of({.architecture = std::string(words[1])}) != "none");
        }
    }
    CHECK(tables == 5);
    CHECK(to_string(fadump_table()).ends_with(",64T-:180G"));
}
