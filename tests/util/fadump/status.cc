// SPDX-License-Identifier: GPL-2.0-or-later
// What recorded machines come to: the state, and the kept texts of `status`.
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/util/fadump/recorded.h"
#include "util/fadump/print.h"
#include "util/fadump/understand.h"

using namespace kexec;
using namespace kexec::fadump;
using kexec::fadump::test::recorded;

namespace {

State state_of(const std::string &name) { return judge(*understand(recorded(name))).state; }

bool has_note(const Facts &facts, std::string_view words) {
    for (const std::string &note : judge(facts).notes)
        if (note.find(words) != std::string::npos)
            return true;
    return false;
}

} // namespace

TEST_CASE("the state of each recorded machine", "[status]") {
    CHECK(state_of("pseries-registered") == State::registered);
    CHECK(state_of("pseries-6.12-nocma") == State::registered);
    CHECK(state_of("flat-registered") == State::registered);
    CHECK(state_of("pseries-waiting") == State::dump_waiting);
    CHECK(state_of("flat-waiting") == State::dump_waiting);
    CHECK(state_of("powernv-waiting") == State::dump_waiting);
    CHECK(state_of("pseries-released") == State::unregistered);
    CHECK(state_of("pseries-not-reserved") == State::disabled);
    CHECK(state_of("pseries-without-kernel") == State::unavailable);
}

TEST_CASE("the texts of each recorded machine", "[status]") {
    for (const char *name :
         {"pseries-registered", "pseries-6.12-nocma", "flat-registered", "pseries-waiting", "flat-waiting",
          "powernv-waiting", "pseries-released", "pseries-not-reserved", "pseries-without-kernel"}) {
        auto facts = understand(recorded(name));
        REQUIRE(facts);
        Status status = judge(*facts);
        std::string text = status_table(*facts, status) + status_json(*facts, status);
        if (facts->regions)
            text += regions_table(*facts->regions) + regions_json(*facts->regions);
        CHECK(text == testing::expected_text("util/fadump/" + std::string(name) + ".txt", text));
    }
}

TEST_CASE("a reservation is compared with the recommendation", "[status]") {
    Facts facts;
    facts.enabled = facts.registered = true;
    facts.memory = 8ULL << 30;
    facts.reserved = (768ULL << 20) + 4096;
    CHECK_FALSE(has_note(facts, "less is reserved"));
    facts.reserved = (768ULL << 20) - 1;
    CHECK(has_note(facts, "crashkernel=768M"));
    facts.enabled = false;
    CHECK_FALSE(has_note(facts, "less is reserved"));
}

TEST_CASE("what a user should know is said", "[status]") {
    Facts facts;
    CHECK(has_note(facts, "the firmware offers no"));
    facts.mode = Mode::on;
    CHECK(has_note(facts, "fadump= is on the command line"));
    facts.platform = Platform::powervm;
    CHECK(has_note(facts, "CONFIG_FA_DUMP"));
    facts.enabled = false;
    CHECK(has_note(facts, "could not reserve"));
    facts.enabled = true;
    CHECK(has_note(facts, "fadump register"));
    facts.registered = true;
    CHECK(has_note(facts, "after memory was added"));
    facts.hotplug_ready = true;
    CHECK_FALSE(has_note(facts, "after memory was added"));
    facts.opal_core = "/sys/firmware/opal/mpipl/core";
    CHECK(has_note(facts, "memory of OPAL"));
    facts.reserve_mem = "1G";
    CHECK(has_note(facts, "fadump_reserve_mem=1G is deprecated"));
    facts.registered = false;
    facts.dump_waiting = true;
    CHECK(has_note(facts, "no /proc/vmcore"));
    facts.has_vmcore = true;
    CHECK(has_note(facts, "fadump save DIR"));
    facts.saved = "/var/crash";
    CHECK_FALSE(has_note(facts, "fadump save DIR"));
}
