// SPDX-License-Identifier: GPL-2.0-or-later
// Consoles, and what is understood of them.
#include "emulator/listener.h"

#include "tests/catch.h"

using namespace kexec;

namespace {

constexpr std::chrono::seconds watch{30};

struct Heard {
    Outcome outcome;
    std::vector<std::optional<std::chrono::seconds>> answers; // to each line
};

Heard listen_to(const std::vector<std::string> &lines, const std::string &ending = {}) {
    Listener listener("n", watch, ending);
    Heard heard;
    for (const std::string &line : lines)
        heard.answers.push_back(listener.hear(line));
    heard.outcome = std::move(listener).outcome();
    return heard;
}

const std::string first = "@kexec-test n first 6.1 ;", loaded = "@kexec-test n load 0 ;",
                  second = "[ 9.0] @kexec-test n second 6.12 ;",
                  crash = "Kernel panic - not syncing: sysrq triggered crash";

} // namespace

TEST_CASE("a second kernel that reaches its user space and stays healthy is proven") {
    Heard heard =
        listen_to({"BIOS", first, "kexec: a warning", loaded, crash, second,
                   "@kexec-test n memory 1000 800 700 0 ;", "@kexec-test n memory 1000 800 600 0 ;"});
    const Outcome &outcome = heard.outcome;
    CHECK(is_proven(outcome));
    CHECK(outcome.first_release == "6.1");
    CHECK(outcome.second_release == "6.12");
    CHECK(outcome.load_output == std::vector<std::string>{"kexec: a warning"});
    CHECK(outcome.panics.empty());
    REQUIRE(outcome.memory);
    CHECK(outcome.memory->total == 1000);
    CHECK(outcome.memory->first == 800);
    CHECK(outcome.memory->least == 600);
    CHECK(heard.answers[5] == watch);
    CHECK(outcome.console.size() == 8);
}

TEST_CASE("how far it came is told at every step") {
    CHECK(listen_to({}).outcome.reached == Reached::nothing);
    CHECK(listen_to({first}).outcome.reached == Reached::first_kernel);
    CHECK(listen_to({first, loaded}).outcome.reached == Reached::loaded);
    CHECK_FALSE(is_proven(listen_to({first, loaded, crash}).outcome));
}

TEST_CASE("a load that fails ends the machine, with what was said of it") {
    Heard heard = listen_to({first, "kexec: there is no room", "@kexec-test n load 255 ;"});
    CHECK(heard.answers.back() == std::chrono::seconds(0));
    CHECK(heard.outcome.load_status == 255U);
    CHECK(heard.outcome.load_output.size() == 1);
    CHECK(heard.outcome.reached == Reached::first_kernel);
}

TEST_CASE("a second kernel that panics is not proven, before its user space and after it") {
    const std::string panic = "[ 1.7] Kernel panic - not syncing: System is deadlocked on memory";
    for (const auto &lines :
         {std::vector{first, loaded, crash, panic}, std::vector{first, loaded, second, panic}}) {
        Heard heard = listen_to(lines);
        CHECK_FALSE(is_proven(heard.outcome));
        CHECK(heard.outcome.panics ==
              std::vector<std::string>{"Kernel panic - not syncing: System is deadlocked on memory"});
        CHECK(heard.answers.back().has_value());
    }
    CHECK(listen_to({panic}).outcome.panics.empty());
}

TEST_CASE("processes killed for want of memory are counted, from the log and by the kernel itself") {
    Heard heard = listen_to({first, loaded, second, "Out of memory: Killed process 71 (cp) total-vm:1kB"});
    CHECK(heard.outcome.kills.size() == 1);
    CHECK_FALSE(is_proven(heard.outcome));
    CHECK_FALSE(
        is_proven(listen_to({first, loaded, second, "@kexec-test n memory 1000 800 10 2 ;"}).outcome));
}

TEST_CASE("a crash or a start that does not happen, and an /init that is not there, are told") {
    CHECK(listen_to({first, loaded, "@kexec-test n stayed ;"}).outcome.stayed);
    Heard heard = listen_to({first, loaded, second, "@kexec-test n without-init 2 ;"});
    CHECK(heard.outcome.without_init == 2U);
}

TEST_CASE("a text that is waited for ends the watch, in the second kernel alone") {
    Heard heard = listen_to({"dump saved", first, loaded, second, "all: dump saved"}, "dump saved");
    CHECK_FALSE(heard.answers.front());
    CHECK(heard.answers.back() == std::chrono::seconds(0));
    CHECK(heard.outcome.saw_ending);
}
