// SPDX-License-Identifier: GPL-2.0-or-later
// The pieces of a load that every machine's plan is made with, one by one.
#include "plan/segment_load.h"

#include "tests/catch.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t page = 4096, mib = 1 << 20;

Request some_request(Purpose purpose = Purpose::reboot) {
    Machine machine = pc();
    reserve(machine, sized(0x10000000, 64 * mib));
    reserve(machine, sized(0x20000000, 64 * mib));
    return request_to_load(std::move(machine), bzimage_file(), purpose);
}

Range highest_for(const Request &request, const Ranges &reserved = {}) {
    return placer_for(request, page, reserved).highest("it", page, page, Range::everything()).value();
}

SegmentLoad with_purgatory_at(Range place, const Request &request) {
    SegmentLoad plan{};
    plan.purgatory = std::make_shared<Buffer>(page);
    add_purgatory(plan, request, place);
    return plan;
}

std::uint32_t flags_of(const Request &request) {
    Range place = highest_for(request);
    auto plan = complete(with_purgatory_at(place, request), request, EM_X86_64, 0x40, page);
    REQUIRE(plan);
    return plan->flags;
}

} // namespace

TEST_CASE("a crash kernel is placed in the highest reservation alone", "[segment-load]") {
    Request request = some_request(Purpose::crash);
    Placer placer = placer_for(request, page);
    CHECK(placer.is_free(sized(0x20000000, 64 * mib)));
    CHECK_FALSE(placer.is_free(sized(0x10000000, page)));
    CHECK_FALSE(placer.is_free(sized(0x1000000, page)));
}

TEST_CASE("what is kept inside a reservation stays free of a crash kernel too", "[segment-load]") {
    Request request = some_request(Purpose::crash);
    request.machine.kept.add(sized(0x20100000, page));
    CHECK_FALSE(placer_for(request, page).is_free(sized(0x20100000, page)));
    CHECK_FALSE(placer_for(request, page, {sized(0x20000000, page)}).is_free(sized(0x20000000, page)));
}

TEST_CASE("a normal kernel is placed in free RAM, less what is reserved besides", "[segment-load]") {
    Request request = some_request();
    Range top = highest_for(request);
    CHECK(highest_for(request, {top}).last() == top.first() - 1);
    request.settings.window = span(0, 0x3fffff);
    CHECK(highest_for(request).last() == 0x3fffff);
}

TEST_CASE("an initrd is told to the byte; none, and an empty one, get no segment", "[segment-load]") {
    Request request = some_request();
    auto find = [](std::string_view, std::uint64_t size) -> Result<Range> {
        CHECK(size == 5000);
        return sized(0x200000, 8192);
    };
    SegmentLoad plan{};
    CHECK(add_initrd(plan, request, find).value() == std::nullopt);
    request.initrd = file_holding({});
    CHECK(add_initrd(plan, request, find).value() == std::nullopt);
    CHECK(plan.segments.empty());
    request.initrd = file_holding(sample_bytes(5000));
    CHECK(add_initrd(plan, request, find).value() == sized(0x200000, 5000));
    REQUIRE(plan.segments.size() == 1);
    CHECK(plan.segments[0].destination == sized(0x200000, 8192));
    CHECK(plan.storage.size() == 1);
}

TEST_CASE("the purgatory is the entry, unless --entry names another", "[segment-load]") {
    Request request = some_request();
    CHECK(with_purgatory_at(sized(0x300000, page), request).entry == 0x300000);
    request.settings.entry = 0x300010;
    CHECK(with_purgatory_at(sized(0x300000, page), request).entry == 0x300010);
}

TEST_CASE("the flags say machine, crash, hotplug and debug", "[segment-load]") {
    CHECK(flags_of(some_request()) == 0x3e0000);
    Request request = some_request(Purpose::crash);
    CHECK(flags_of(request) == 0x3e0001);
    request.settings.hotplug = true;
    CHECK(flags_of(request) == 0x3e0041);
    request.settings.debug = true;
    CHECK(flags_of(request) == 0x3e0051);
}

TEST_CASE("a completed plan has its segments in order, and has passed check()", "[segment-load]") {
    Request request = some_request();
    SegmentLoad plan = with_purgatory_at(sized(0x300000, page), request);
    plan.segments.push_back({.name = "below", .destination = sized(0x200000, page), .bytes = {}});
    auto done = complete(plan, request, EM_X86_64, 0, page);
    REQUIRE(done);
    CHECK(done->segments[0].name == "below");
    plan.segments.push_back({.name = "the same", .destination = sized(0x200000, page), .bytes = {}});
    CHECK_FALSE(complete(plan, request, EM_X86_64, 0, page));
}
