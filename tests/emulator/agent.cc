// SPDX-License-Identifier: GPL-2.0-or-later
// The agent's orders and reports, and what kind of program it is.
#include "emulator/agent.h"

#include "arch/arch.h"
#include "base/elf.h"
#include "tests/catch.h"

using namespace kexec;

TEST_CASE("the agent is a small program that needs nothing but the kernel") {
    Elf elf = read_elf(agent_program).value();
    CHECK(elf.is_64_bit);
    CHECK_FALSE(has_interpreter(elf));
    CHECK(agent_program.size() < 100'000);
}

TEST_CASE("orders are words with a NUL behind each") {
    CHECK(orders_for_first("abc", "crash", {"/kexec", "-p", "a b"}) ==
          std::string("first\0abc\0crash\0/kexec\0-p\0a b\0", 30));
    CHECK(orders_for_second("abc", "/init") == std::string("second\0abc\0/init\0", 17));
}

TEST_CASE("a report is found in a line of the kernel's log") {
    auto report = report_in("[    9.442054] @kexec-test abc memory 220684 198020 197748 0 ;", "abc");
    REQUIRE(report);
    CHECK(report->key == "memory");
    CHECK(report->values == std::vector<std::string>{"220684", "198020", "197748", "0"});
    CHECK(report_in("<2>@kexec-test abc stayed ;", "abc")->values.empty());
}

TEST_CASE("a report that is cut, empty or somebody else's is none") {
    for (std::string line : {"@kexec-test abc load 1", "@kexec-test abc ", "@kexec-test abc  ;",
                             "@kexec-test abcd load 0 ;", "kexec-test abc load 0 ;", ""})
        CHECK_FALSE(report_in(line, "abc"));
}
