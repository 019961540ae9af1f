// SPDX-License-Identifier: GPL-2.0-or-later
// The policy of errnos from end to end: which calls follow on a refusal, whether a crash kernel is left, and
// what is said. refused_calls.table has the refusals; the kernel behind the calls drops the old crash kernel
// before it refuses a new one, as the real one does.
#include "tests/catch.h"
#include "tests/kexec/stage.h"

#include <cerrno>

using namespace kexec;
using namespace kexec::test;

TEST_CASE("each refusal leads to the calls, the exit status and the reasons of the table") {
    for (const auto &fields : rows_of("refused_calls.table", 8))
        for (const std::string &arch : archs_of(fields[1])) {
            Played played = stage_of(arch).play(fields[3], fields[2]);
            INFO(fields[0] << ", " << arch << ": " << fields[3] << "\n" << played.err);
            CHECK(std::to_string(played.status) == fields[4]);
            if (fields[5] != "*")
                CHECK(played.calls == fields[5]);
            CHECK((played.crash_loaded ? "armed" : "none") == fields[6]);
            CHECK(says(played, fields[7]));
        }
}

TEST_CASE("a load that stays busy is given up after a while, and what is loaded stays") {
    FakeWorld world;
    world.root.write("/sys/kernel/kexec_crash_loaded", "1\n");
    world.kernel.load_answers = std::deque<int>(1000, EBUSY);
    Outcome outcome = world.run({"-p", "-c", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(world.crash_loaded() == "1");
    CHECK(world.kernel.log.size() > 10);
    CHECK(world.kernel.log.size() < 1000);
    CHECK(contains(outcome.err, "another load, unload or crash is in progress"));
}
