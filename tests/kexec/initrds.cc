// SPDX-License-Identifier: GPL-2.0-or-later
// Initial ramdisks that become one.
#include "kexec/initrds.h"

#include "tests/catch.h"
#include "tests/support/temporary.h"

using namespace kexec;
using namespace kexec::testing;

TEST_CASE("no initial ramdisk is none, one is the file itself", "[initrds]") {
    TemporaryDirectory files;
    CHECK(open_initrds({}).value() == nullptr);
    files.write("one", "12345");
    std::vector<std::string> paths = {files.path("one")};
    auto one = open_initrds(paths).value();
    CHECK(one->path() == paths[0]);
    CHECK(as_text(one->bytes()) == "12345");
}

TEST_CASE("several are joined, each on a multiple of four bytes", "[initrds]") {
    using namespace std::literals;
    TemporaryDirectory files;
    files.write("a", "12345");
    files.write("b", "");
    files.write("c", "6789");
    files.write("d", "x");
    std::vector<std::string> paths = {files.path("a"), files.path("b"), files.path("c"), files.path("d")};
    auto joined = open_initrds(paths).value();
    CHECK(as_text(joined->bytes()) == "12345\0\0\0006789x"sv);
    CHECK(joined->unchanged());
}

TEST_CASE("one of several that is missing is named", "[initrds]") {
    TemporaryDirectory files;
    files.write("a", "12345");
    std::vector<std::string> paths = {files.path("a"), files.path("gone")};
    auto joined = open_initrds(paths);
    REQUIRE_FALSE(joined);
    CHECK(joined.error().what.find(files.path("gone")) != std::string::npos);
}
