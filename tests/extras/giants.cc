// SPDX-License-Identifier: GPL-2.0-or-later
// Machines larger than any that these tests run on: 64 TiB in 30 000 ranges, 4096 CPUs. Nothing is left out,
// and nothing takes time that grows with the square of what the machine has. The memory in use is
// counted (tests/support/counted_memory.h).
#include "arch/arch.h"
#include "extras/blank.h"
#include "extras/report.h"
#include "tests/catch.h"
#include "tests/machine/made.h"
#include "tests/plan/kernels.h"
#include "tests/support/counted_memory.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fmt/format.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr unsigned ranges = 30000, cpus = 4096;
Request request_for(const Snapshot &snapshot, Purpose purpose) {
    Request request{.settings = {},
                    .machine = arch_named("x86_64")->understand(snapshot).value(),
                    .image = image_from(bzimage_file()),
                    .initrd = nullptr,
                    .entropy = {}};
    request.settings.purpose = purpose;
    request.settings.call = Call::load;
    return request;
}

Decision plan_for(const Snapshot &snapshot, Purpose purpose) {
    return arch_named("x86_64")->plan(request_for(snapshot, purpose)).value();
}

Report report_for(const Snapshot &snapshot, Purpose purpose) {
    Request request = request_for(snapshot, purpose);
    return report_on(request, arch_named("x86_64")->plan(request).value(), {}, {});
}

// All that is told of a plan, and a recording without what nobody should see.
void tell_of(const Files &files) {
    Snapshot snapshot = snapshot_of(files);
    blank(snapshot);
    Report report = report_for(snapshot, Purpose::crash);
    CHECK_FALSE((report_text(report) + report_json(report) + report_svg(report)).empty());
}

} // namespace

TEST_CASE("a machine of 64 TiB in 30 000 ranges is planned for whole") {
    Snapshot snapshot = snapshot_of(giant_files(ranges, cpus));
    Report reboot = report_for(snapshot, Purpose::reboot), crash = report_for(snapshot, Purpose::crash);
    CHECK(reboot.memory.ram == 0x9f000 + ranges * (giant_step - 0x1000));
    CHECK(reboot.attempts[0].by_segments->told_memory.size() == 2 * ranges + 1);
    CHECK(reboot.map.size() >= 2 * ranges + 1);
    // 56 bytes for each program header: CPUs, vmcoreinfo's is missing, and the ranges less the reservation.
    for (const ReportedSegment &segment : crash.attempts[0].by_segments->segments)
        if (segment.name == "core header")
            CHECK(segment.file_bytes >= 56 * (std::uint64_t{cpus} + ranges));
    CHECK(crash.attempts[0].by_segments->around.size() < 20);
    CHECK(report_svg(reboot).size() < 1 << 20);
}

// Counted by giants_test.py, under an emulator of the CPU that tells how many instructions they take: the
// second machine has twice as much of everything as the first.
TEST_CASE("the files of a machine of 2000 ranges and 256 CPUs", "[.made-1]") {
    CHECK_FALSE(snapshot_of(giant_files(2000, 256)).paths().empty());
}

TEST_CASE("the files of a machine of 4000 ranges and 512 CPUs", "[.made-2]") {
    CHECK_FALSE(snapshot_of(giant_files(4000, 512)).paths().empty());
}

TEST_CASE("plans for a machine of 2000 ranges and 256 CPUs", "[.counted-1]") {
    CHECK(plan_for(snapshot_of(giant_files(2000, 256)), Purpose::crash).attempts.size() == 1);
}

TEST_CASE("plans for a machine of 4000 ranges and 512 CPUs", "[.counted-2]") {
    CHECK(plan_for(snapshot_of(giant_files(4000, 512)), Purpose::crash).attempts.size() == 1);
}

TEST_CASE("what is told of a machine of 2000 ranges and 256 CPUs", "[.told-1]") {
    tell_of(giant_files(2000, 256));
}

TEST_CASE("what is told of a machine of 4000 ranges and 512 CPUs", "[.told-2]") {
    tell_of(giant_files(4000, 512));
}

// The thinking alone; tests/bench runs it, too.
TEST_CASE("a plan for the giant takes less than 32 MiB beside the machine's files", "[.giant]") {
    Snapshot snapshot = snapshot_of(giant_files(ranges, cpus));
    std::size_t before = counted_memory.now;
    counted_memory.most = before;
    std::clock_t start = std::clock();
    for (Purpose purpose : {Purpose::reboot, Purpose::crash})
        CHECK(plan_for(snapshot, purpose).attempts.size() == 1);
    std::clock_t took = std::clock() - start;
    std::size_t most = counted_memory.most - before;
    CHECK(most > ranges * sizeof(Range)); // else it was not counted
    CHECK(most < 32 << 20);
    std::printf("%.0f ms for two plans, at most %zu KiB for one\n",
                1000.0 * static_cast<double>(took) / CLOCKS_PER_SEC, most >> 10);
}
