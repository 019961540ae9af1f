// SPDX-License-Identifier: GPL-2.0-or-later
// Loads that another process keeps out, and for how long.
#include "kexec/turn.h"

#include "base/new_file.h"
#include "kexec/patience.h"
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::test;

namespace {

Descriptor lock_of_another(const FakeWorld &world) {
    auto directory = open_private_directory(world.root.path("/run/kexec"));
    REQUIRE(directory);
    REQUIRE(try_lock(*directory));
    return *std::move(directory);
}

auto waits(const FakeWorld &world) {
    return std::count(world.kernel.log.begin(), world.kernel.log.end(), "wait");
}

} // namespace

TEST_CASE("a load waits for another's turn to end, says so once, and then goes on without") {
    FakeWorld world;
    Descriptor held = lock_of_another(world);
    auto outcome = world.run({"-l", world.kernel_file});
    CHECK(outcome.status == 0);
    CHECK(waits(world) == most_pauses);
    auto told = outcome.err.find("another load or unload is in progress; waiting for it\n");
    CHECK(told != std::string::npos);
    CHECK(told == outcome.err.rfind("another"));
    CHECK(outcome.err.find("still in progress after 10 seconds; going on without a wait\n") !=
          std::string::npos);
}

TEST_CASE("an unload waits as well; a load after it, in the same run, does not wait for itself") {
    FakeWorld world;
    {
        Descriptor held = lock_of_another(world);
        CHECK(world.run({"-u"}).status == 0);
        CHECK(waits(world) == most_pauses);
    }
    world.kernel.log.clear();
    CHECK(world.run({"-u", "-l", world.kernel_file}).status == 0);
    CHECK(waits(world) == 0);
}
