// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory --plan takes on a large machine: what is asked for and not yet given back is
// counted (tests/support/counted_memory.h). A machine with a hundred
// thousand files takes long to lay out; two small ones tell what each range and CPU takes.
#include "kexec/command.h"
#include "tests/catch.h"
#include "tests/kexec/fake_world.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"
#include "tests/support/counted_memory.h"

#include <algorithm>
#include <fmt/format.h>

using namespace kexec;
using namespace kexec::test;
using namespace kexec::testing;

namespace {

constexpr unsigned most_ranges = 30000;
constexpr std::size_t most_bytes = 32 << 20;

void lay_out(const TemporaryDirectory &root, unsigned ranges) {
    for (const auto &[path, text] : giant_files(ranges, ranges * 4096 / most_ranges))
        root.write(path, text);
}

// The most that a plan holds at any time, from reading the machine to printing the last word.
std::size_t memory_of_plan(const TemporaryDirectory &root, const std::string &kernel, const std::string &form,
                           const char *action) {
    FakeKernel calls(root);
    std::size_t printed = 0;
    World world{.calls = calls,
                .arch = *arch_named("x86_64"),
                .root = root.path(),
                .print = [&](std::string_view text) { printed += text.size(); },
                .complain = [](std::string_view text) { FAIL(std::string(text)); }};
    const char *words[] = {form.c_str(), action, "-c", kernel.c_str()};
    std::size_t before = counted_memory.most = counted_memory.now;
    CHECK(run_command(world, words, Order::any) == 0);
    CHECK(printed > 1000);
    return counted_memory.most - before;
}

} // namespace

TEST_CASE("a plan for 64 TiB in 30 000 ranges with 4096 CPUs takes less than 32 MiB") {
    constexpr std::size_t few = 250, more = 500;
    TemporaryDirectory files, small, large;
    std::string kernel = files.add("/bzImage", bzimage_file());
    lay_out(small, few);
    lay_out(large, more);
    for (std::string form : {"--plan=text", "--plan=json", "--plan=svg"})
        for (const char *action : {"-l", "-p"}) {
            std::size_t one = memory_of_plan(small, kernel, form, action),
                        two = memory_of_plan(large, kernel, form, action);
            std::size_t of_each = (two - one) / (more - few);
            INFO(form << " " << action << ": " << one << " bytes, and " << of_each << " for each range more");
            CHECK(two > one);
            CHECK(one + of_each * (most_ranges - few) < most_bytes);
        }
}
