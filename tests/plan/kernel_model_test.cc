// SPDX-License-Identifier: GPL-2.0-or-later
// The model of the kernel's checks lets a good plan through and sees each thing that Linux would refuse.
#include "arch/arch.h"
#include "tests/catch.h"
#include "tests/plan/kernel_model.h"
#include "tests/plan/kernels.h"
#include "tests/plan/requests.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

Request crash_request() {
    Machine machine = pc();
    reserve(machine, sized(0x30000000, 0x10000000));
    Request request = request_to_load(machine, bzimage_file(), Purpose::crash);
    request.initrd = file_holding(sample_bytes(100));
    return request;
}

// What the model says of a plan that was good before `spoil` had it.
template <typename Spoil> std::string said_of(Spoil spoil) {
    Request request = crash_request();
    SegmentLoad plan = segments_of(arch_named("x86_64")->plan(request));
    spoil(plan, request);
    auto refusals = kernel_refusals(plan, request);
    return refusals.empty() ? "" : refusals.front();
}

bool starts(const std::string &text, std::string_view start) { return text.starts_with(start); }

} // namespace

TEST_CASE("the model lets a good plan through") {
    CHECK(said_of([](SegmentLoad &, Request &) {}) == "");
}

TEST_CASE("the model sees what kexec_load refuses") {
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) { plan.flags |= 0x80; }), "EINVAL: a flag"));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) { plan.flags = 183U << 16 | 1; }),
                 "EINVAL: the flags"));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) { plan.flags &= ~1U; }), "EINVAL: KEXEC_ON_CRASH"));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) {
                     for (std::uint64_t at = 0x38000000; plan.segments.size() < 17; at += 0x1000)
                         plan.segments.push_back({"more", sized(at, 0x1000), {}});
                 }),
                 "EINVAL: 17 segments"));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) { plan.segments.clear(); }), "nothing: "));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) {
                     Range place = plan.segments[0].destination;
                     plan.segments[0].destination = span(place.first() + 1, place.last());
                 }),
                 "EADDRNOTAVAIL: the segment"));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) {
                     Range place = plan.segments[0].destination;
                     plan.segments[0].destination = span(place.first(), place.last() - 1);
                 }),
                 "EADDRNOTAVAIL: the segment"));
    static const Buffer large(0x100000);
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) {
                     plan.segments.push_back({"small", sized(0x3fff0000, 0x1000), large});
                 }),
                 "EINVAL: the segment at 0x3fff0000 has more bytes"));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) {
                     plan.segments.push_back({"twice", plan.segments[0].destination, {}});
                 }),
                 "EINVAL: the segments at"));
    CHECK(starts(said_of([](SegmentLoad &, Request &request) {
                     request.machine.system_ram = {sized(0x100000, 0x200000)};
                 }),
                 "EINVAL: "));
}

TEST_CASE("the model sees what lies outside the reservation, and on ppc64 on the running kernel") {
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) { plan.entry = 0x2fffffff; }),
                 "EADDRNOTAVAIL: the entry"));
    CHECK(starts(said_of([](SegmentLoad &plan, Request &) {
                     plan.segments.back().destination = sized(0x40000000, 0x1000);
                 }),
                 "EADDRNOTAVAIL: "));
    auto becomes_ppc64 = [](SegmentLoad &plan, Request &request) {
        request.machine.arch = "ppc64";
        plan.flags = 1;
        Ppc64Facts facts;
        facts.page_size = 4096;
        facts.kernel_end = 0x40000000;
        request.machine.own = facts;
    };
    CHECK(starts(said_of(becomes_ppc64), "ETXTBSY: "));
    CHECK(starts(
        said_of([&](SegmentLoad &plan, Request &request) {
            becomes_ppc64(plan, request);
            auto &facts = std::get<Ppc64Facts>(request.machine.own);
            facts.kernel_end.reset();
            facts.firmware.push_back({FirmwareUse::tce, sized(plan.segments[0].destination.first(), 1)});
        }),
        "ETXTBSY: the segment"));
}

TEST_CASE("the model sees what kexec_file_load refuses") {
    Request request = crash_request();
    request.settings.call = Call::file_load;
    Decision decision = arch_named("x86_64")->plan(request).value();
    FileLoad good = std::get<FileLoad>(decision.attempts.front().plan);
    CHECK(kernel_refusals(good, request).empty());
    auto is_seen = [&](auto spoil) {
        FileLoad plan = good;
        spoil(plan);
        return !kernel_refusals(plan, request).empty();
    };
    CHECK(is_seen([](FileLoad &plan) { plan.flags |= 0x100; }));
    CHECK(is_seen([](FileLoad &plan) { plan.flags |= 1; }));
    CHECK(is_seen([](FileLoad &plan) { plan.flags &= ~2U; }));
    CHECK(is_seen([](FileLoad &plan) { plan.flags |= 4; }));
    CHECK(is_seen([](FileLoad &plan) { plan.initrd = nullptr; }));
    CHECK(is_seen([](FileLoad &plan) { plan.command_line = std::string(2017, 'a'); }));
    CHECK_FALSE(is_seen([](FileLoad &plan) { plan.command_line = std::string(2016, 'a'); }));
}
