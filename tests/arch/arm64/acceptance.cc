// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of kernel/kexec_core.c and Documentation/arch/arm64/booting.rst, one function for each group.
#include "tests/arch/arm64/acceptance.h"

#include "base/devicetree.h"
#include "tests/plan/every_plan.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::testing {
namespace {

constexpr std::uint64_t two_mib = 2 << 20, gib = 1 << 30;

bool lies_in_ram(Range place, const Machine &machine) {
    bool inside = std::ranges::any_of(machine.memory, [&](const MemoryRange &entry) {
        return entry.type == MemoryType::ram && entry.range.contains(place);
    });
    bool kept = std::ranges::any_of(machine.kept, [&](Range range) { return range.overlaps(place); });
    return inside && !kept;
}

void judge_place(Judge &judge, Range place, const std::string &name) {
    const Machine &machine = judge.request.machine;
    if (judge.crash())
        judge.expect(machine.crash_reservations.back().contains(place),
                     name + " lies outside the reservation");
    else
        judge.expect(lies_in_ram(place, machine), name + " lies in no free RAM");
    judge.expect(judge.request.settings.window.contains(place), name + " lies outside the window");
}

void judge_segments(Judge &judge) {
    const auto &segments = judge.plan.segments;
    std::uint64_t page = std::get<Arm64Facts>(judge.request.machine.own).page_size;
    judge.expect(segments.size() <= 16, "more than 16 segments");
    for (const Segment &segment : segments) {
        Range place = segment.destination;
        judge.expect(place.first() % page == 0 && place.size() % page == 0,
                     segment.name + " is not in pages");
        judge.expect(segment.bytes.size() <= place.size(), segment.name + " is too large for its place");
        judge_place(judge, place, segment.name);
        for (const Segment &other : segments)
            judge.expect(&other == &segment || !other.destination.overlaps(place),
                         segment.name + " overlaps " + other.name);
    }
}

// booting.rst: where image_size is 0, text_offset is 0x80000 and as much as possible stays free behind the
// file.
std::uint64_t size_needed(const Judge &judge) {
    std::uint64_t size = read_at<le64>(judge.request.image.bytes, 16, "").value();
    return size == 0 ? judge.request.image.bytes.size() : size;
}

void judge_kernel(Judge &judge) {
    std::uint64_t entry = judge.told(0);
    bool is_old = read_at<le64>(judge.request.image.bytes, 16, "").value() == 0;
    std::uint64_t text_offset =
        is_old ? 0x80000 : std::uint64_t{read_at<le64>(judge.request.image.bytes, 8, "").value()};
    judge.expect((entry - text_offset) % two_mib == 0,
                 "the kernel is not text_offset from a multiple of 2 MiB");
    Range span = Range::sized(entry, size_needed(judge)).value();
    judge_place(judge, span, "what the kernel needs");
    for (const Segment &segment : judge.plan.segments)
        judge.expect(segment.name.starts_with("kernel") || !segment.destination.overlaps(span),
                     segment.name + " lies in what the kernel needs");
}

void judge_initrd(Judge &judge, const DeviceTree &tree) {
    if (!judge.request.initrd)
        return;
    std::uint64_t first = tree.number("/chosen", "linux,initrd-start").value_or(0);
    std::uint64_t end = tree.number("/chosen", "linux,initrd-end").value_or(0);
    const Segment *segment = judge.segment_at(first);
    Bytes file = judge.request.initrd->bytes();
    judge.expect(segment && segment->bytes.data() == file.data(), "the tree tells of an initrd elsewhere");
    judge.expect(end - first == file.size(), "the tree tells another size of the initrd");
    std::uint64_t kernel = judge.told(0);
    std::uint64_t window = std::min(first, kernel) / gib * gib;
    std::uint64_t last = std::max(end, kernel + size_needed(judge));
    judge.expect(last - window <= 32 * gib, "kernel and initrd lie in no window of 32 GiB");
}

void judge_crash(Judge &judge, const DeviceTree &tree) {
    if (!judge.crash())
        return;
    Bytes value = tree.property("/chosen", "linux,elfcorehdr").value_or(Bytes());
    const Segment *header =
        value.size() == 16 ? judge.segment_at(read_at<be64>(value, 0, "").value()) : nullptr;
    judge.expect(header && as_text(header->bytes).starts_with("\177ELF"), "the tree tells of no core header");
    Bytes usable = tree.property("/chosen", "linux,usable-memory-range").value_or(Bytes());
    std::uint64_t main = usable.size() >= 16 ? std::uint64_t{read_at<be64>(usable, 0, "").value()} : 0;
    judge.expect(main == judge.request.machine.crash_reservations.back().first(),
                 "the reservation is not what the second kernel may use first");
}

void judge_tree(Judge &judge) {
    const Segment *segment = judge.segment_at(judge.told(8));
    auto tree = DeviceTree::read(segment ? segment->bytes : Bytes());
    judge.expect(tree.has_value(), "the purgatory is told of no device tree");
    if (!tree)
        return;
    Range place = Range::sized(judge.told(8), segment->bytes.size()).value();
    judge.expect(place.first() / two_mib == place.last() / two_mib,
                 "the tree lies across a multiple of 2 MiB");
    judge_initrd(judge, *tree);
    judge_crash(judge, *tree);
}

} // namespace

std::vector<std::string> arm64_faults_of(const SegmentLoad &plan, const Request &request) {
    Judge judge{plan, request, {}};
    judge.expect(plan.purgatory && judge.segment_at(plan.entry), "the entry is at the start of no segment");
    judge_segments(judge);
    if (!std::holds_alternative<Elf>(request.image.content))
        judge_kernel(judge);
    judge_tree(judge);
    return std::move(judge.faults);
}

} // namespace kexec::testing
