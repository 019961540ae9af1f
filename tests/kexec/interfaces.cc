// SPDX-License-Identifier: GPL-2.0-or-later
// Which network interfaces are taken down, in which order, and brought up again.
#include "kexec/interfaces.h"

#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <cerrno>

using namespace kexec;
using namespace kexec::test;

TEST_CASE("the names of interfaces are read out of /proc/net/dev") {
    CHECK(names_of_interfaces("Inter-|   Receive       |  Transmit\n"
                              " face |bytes    packets|bytes packets\n"
                              "    lo:    1840      20     1840      20\n"
                              "a-name-of-15-by:12345  1  0  0\n"
                              "eth0.7@x: 1 2\n") ==
          std::vector<std::string>{"lo", "a-name-of-15-by", "eth0.7@x"});
    CHECK(names_of_interfaces("").empty());
}

TEST_CASE("interfaces that are up go down, shapers first, loopback never") {
    FakeWorld fake;
    fake.kernel.all_links = {
        {"lo", true, true}, {"eth0", true, false}, {"eth1", false, false}, {"shaper0", true, false}};
    LinksTakenDown taken = *take_links_down(fake.kernel);
    CHECK(taken.down == std::vector<std::string>{"shaper0", "eth0"});
    CHECK(taken.failures.empty());
    CHECK(fake.kernel.log == std::vector<std::string>{"down shaper0", "down eth0"});
}

TEST_CASE("one that fails does not keep the others from being tried") {
    FakeWorld fake;
    fake.kernel.all_links = {{"a", true, false}, {"b", true, false}, {"c", true, false}};
    fake.kernel.link_answers["a"] = EPERM;
    LinksTakenDown taken = *take_links_down(fake.kernel);
    CHECK(taken.down == std::vector<std::string>{"b", "c"});
    REQUIRE(taken.failures.size() == 1);
    CHECK(taken.failures[0].name == "a");
    CHECK(taken.failures[0].number == EPERM);
}

TEST_CASE("only those that were taken down come up again, last first") {
    FakeWorld fake;
    CHECK(bring_links_up(fake.kernel, {"a", "b"}).empty());
    CHECK(fake.kernel.log == std::vector<std::string>{"up b", "up a"});
}
