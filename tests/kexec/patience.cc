// SPDX-License-Identifier: GPL-2.0-or-later
// Which errnos are tried again, and how often.
#include "kexec/patience.h"

#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <algorithm>
#include <cerrno>

using namespace kexec;
using namespace kexec::test;

namespace {

// Calls with the debug flag 0x10 set and gives the answers in turn, the last one for ever.
struct Run {
    std::vector<int> answers;
    std::vector<std::uint32_t> flags_seen = {};
    FakeWorld fake = {};
    std::string err = {};

    int call(std::uint32_t flags = 0x11) {
        World world{.calls = fake.kernel,
                    .arch = fake_arch(),
                    .root = {},
                    .print = [](std::string_view) {},
                    .complain = [&](std::string_view text) { err += text; }};
        return call_patiently(world, flags, 0x10, [&](std::uint32_t now) {
            flags_seen.push_back(now);
            return answers[std::min(flags_seen.size(), answers.size()) - 1];
        });
    }
    auto waits() const { return std::count(fake.kernel.log.begin(), fake.kernel.log.end(), "wait"); }
};

} // namespace

TEST_CASE("success and a plain refusal end at once") {
    Run good{{0}}, bad{{EPERM, 0}};
    CHECK(good.call() == 0);
    CHECK(good.flags_seen.size() == 1);
    CHECK(bad.call() == EPERM);
    CHECK(bad.flags_seen.size() == 1);
}

TEST_CASE("CPUs that cannot be stopped are not waited for") {
    FakeWorld world;
    world.kernel.load_answers = {EBUSY};
    world.kernel.messages = {"kexec: Can't kexec: CPUs are stuck in the kernel."};
    Outcome outcome = world.run({"-l", "-c", world.kernel_file});
    CHECK(outcome.status == 255);
    CHECK(world.kernel.log.size() == 1);
    CHECK(outcome.err.find("cannot be stopped") != std::string::npos);
    CHECK(outcome.err.find("waiting") == std::string::npos);
}

TEST_CASE("an interrupted call is made again") {
    Run run{{EINTR, EINTR, 0}};
    CHECK(run.call() == 0);
    CHECK(run.flags_seen.size() == 3);
    CHECK(run.waits() == 0);
}

TEST_CASE("a busy kernel is waited for, which is said once, and not for ever") {
    Run run{{EBUSY, EBUSY, 0}};
    CHECK(run.call() == 0);
    CHECK(run.waits() == 2);
    CHECK(run.err.find("waiting") == run.err.rfind("waiting"));
    Run stuck{{EBUSY}};
    CHECK(stuck.call() == EBUSY);
    CHECK(stuck.waits() == most_pauses);
}

TEST_CASE("the debug flag is dropped where the kernel does not know it") {
    Run run{{EINVAL, 0}};
    CHECK(run.call() == 0);
    CHECK(run.flags_seen == std::vector<std::uint32_t>{0x11, 0x01});
    Run refused{{EINVAL}};
    CHECK(refused.call() == EINVAL);
    CHECK(refused.flags_seen.size() == 2);
    Run without{{EINVAL}};
    CHECK(without.call(0x01) == EINVAL);
    CHECK(without.flags_seen.size() == 1);
}
