// SPDX-License-Identifier: GPL-2.0-or-later
// Lists of segments that nobody planned: overlapping, inside pages, outside memory, too many, too large. What
// check() lets pass is what the model of the kernel lets pass and, besides, keeps the rules that are ours
// alone, which are told here anew, page by page.
#include "plan/check.h"
#include "tests/catch.h"
#include "tests/plan/kernel_model.h"
#include "tests/plan/requests.h"
#include "tests/support/dice.h"

#include <algorithm>
#include <array>
#include <set>

using namespace kexec;
using namespace kexec::testing;

namespace {

constexpr std::uint64_t base = 0x1000000, pages = 96;
constexpr unsigned lists = 40000;

// What each page is, and the machine that has them.
struct Made {
    std::uint64_t page;
    std::array<bool, pages> is_free{};
    Machine machine;
};

Made made_machine(Dice &dice, std::string_view arch, std::uint64_t page) {
    Made made{.page = page, .is_free = {}, .machine = {}};
    made.machine.arch = arch;
    if (arch == "arm64") {
        Arm64Facts facts;
        facts.page_size = page;
        made.machine.own = facts;
    }
    for (std::uint64_t i = 0; i < pages; i++) {
        Range here = sized(base + i * page, page);
        bool firmware = !dice.chance(40), kernel = !dice.chance(40), kept = dice.chance(60);
        made.machine.memory.add(here, firmware ? MemoryType::ram : MemoryType::reserved);
        if (kernel)
            made.machine.system_ram.add(here);
        if (kept)
            made.machine.kept.add(here);
        made.is_free[i] = firmware && kernel && !kept;
    }
    made.machine.crash_reservations = {sized(base, 2 * page), sized(base + 30 * page, 40 * page)};
    return made;
}

// Mostly whole pages inside memory, one behind the other; each of it is at times not so.
SegmentLoad segments_by(Dice &dice, const Made &made, Purpose purpose) {
    static const Buffer content(pages * 65536);
    SegmentLoad plan{};
    plan.flags = purpose == Purpose::crash ? kexec_on_crash : 0;
    std::uint64_t count = dice.chance(10) ? dice.below(20) : 1 + dice.below(4);
    std::uint64_t rarity = count > 5 ? 200 : 20; // of each fault in each segment
    std::uint64_t at = purpose == Purpose::crash ? 30 : 0;
    for (std::uint64_t i = 0; i < count; i++) {
        at = dice.chance(rarity) ? dice.below(pages + 4) : at + dice.below(count > 5 ? 2 : 8);
        std::uint64_t size = 1 + dice.below(count > 5 ? 1 : dice.chance(8) ? 40 : 6);
        std::uint64_t first = base + at * made.page, bytes = size * made.page;
        if (dice.chance(rarity)) {
            std::uint64_t inside = 1 + dice.below(made.page - 1);
            first += inside;
            bytes -= dice.chance(2) ? inside : 0;
        } else if (dice.chance(rarity)) {
            bytes -= dice.below(made.page);
        }
        std::uint64_t held = dice.chance(rarity) ? dice.below(2 * bytes) : dice.below(bytes + 1);
        plan.segments.push_back({"some", sized(first, bytes), Bytes(content).first(held)});
        at += size;
    }
    if (!dice.chance(20))
        std::ranges::sort(plan.segments, {}, [](const Segment &each) { return each.destination.first(); });
    plan.entry = base + dice.below(pages * made.page);
    if (!plan.segments.empty() && !dice.chance(10)) {
        Range place = plan.segments[dice.below(plan.segments.size())].destination;
        plan.entry = place.first() + dice.below(place.size());
    }
    return plan;
}

// What the kernel would take: segments in any order, entered anywhere, put where nobody else can find memory.
bool keeps_our_rules(const SegmentLoad &plan, const Made &made, Purpose purpose) {
    bool is_entered = false;
    for (std::size_t i = 0; i < plan.segments.size(); i++) {
        std::uint64_t first = plan.segments[i].destination.first(),
                      last = plan.segments[i].destination.last();
        is_entered |= first <= plan.entry && plan.entry <= last;
        if (i > 0 && first < plan.segments[i - 1].destination.first())
            return false;
        for (std::uint64_t at = first; purpose == Purpose::reboot && at <= last; at += made.page)
            if (at < base || (at - base) / made.page >= pages || !made.is_free[(at - base) / made.page])
                return false;
    }
    return is_entered;
}

// The words of a refusal that are not numbers.
std::string kind_of(const std::string &refusal) {
    for (const char *kind : {"starts inside", "ends inside", "more bytes", "takes half", "take half",
                             "overlap", "the entry", "is not in the reservation", " segments"})
        if (refusal.find(kind) != std::string::npos)
            return kind;
    return refusal;
}

} // namespace

TEST_CASE("check() and the kernel's own checks agree on segments that nobody planned") {
    Dice dice(9);
    unsigned passed = 0;
    std::set<std::string> decisive; // what alone kept a list from passing
    for (unsigned i = 0; i < lists; i++) {
        constexpr std::array<std::pair<std::string_view, std::uint64_t>, 4> kinds = {
            {{"x86_64", 4096}, {"arm64", 4096}, {"arm64", 65536}, {"s390x", 4096}}};
        auto [arch, page] = kinds[i % kinds.size()];
        Purpose purpose = dice.chance(2) ? Purpose::crash : Purpose::reboot;
        Made made = made_machine(dice, arch, page);
        SegmentLoad plan = segments_by(dice, made, purpose);
        Request request{
            .settings = {}, .machine = made.machine, .image = {}, .initrd = nullptr, .entropy = {}};
        request.settings.purpose = purpose;
        auto refusals = kernel_refusals(plan, request);
        bool ours = keeps_our_rules(plan, made, purpose), expected = refusals.empty() && ours;
        auto checked = check(plan, made.machine, purpose, page);
        if (checked.has_value() != expected) {
            std::string said = checked ? "it passes" : checked.error().what;
            INFO("list " << i << ": " << said << "; the kernel: " << (refusals.empty() ? "" : refusals[0])
                         << "; our rules are " << (ours ? "kept" : "broken"));
            REQUIRE(checked.has_value() == expected);
        }
        passed += expected;
        if (refusals.empty() != ours)
            decisive.insert(refusals.empty()       ? "our rules"
                            : refusals.size() == 1 ? kind_of(refusals[0])
                                                   : "several");
    }
    CHECK(passed > lists / 20);
    for (const char *kind : {"starts inside", "ends inside", "more bytes", "take half", "overlap",
                             "is not in the reservation", " segments", "our rules"}) {
        INFO(kind);
        CHECK(decisive.contains(kind));
    }
}
