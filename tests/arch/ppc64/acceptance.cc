// SPDX-License-Identifier: GPL-2.0-or-later
// The rules of arch/powerpc/kexec/core_64.c, kernel/head_64.S and kernel/prom.c, one function for each group.
#include "tests/arch/ppc64/acceptance.h"

#include "base/devicetree.h"
#include "base/text.h"
#include "tests/plan/every_plan.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::testing {
namespace {

const Ppc64Facts &facts_of(const Judge &judge) { return std::get<Ppc64Facts>(judge.request.machine.own); }

void judge_place(Judge &judge, const Segment &segment) {
    Range place = segment.destination;
    const Machine &machine = judge.request.machine;
    auto is_ram = [&](const MemoryRange &entry) {
        return entry.type == MemoryType::ram && entry.range.contains(place);
    };
    judge.expect(std::ranges::any_of(machine.memory, is_ram), segment.name + " lies in no RAM");
    judge.expect(!machine.kept.overlaps(place), segment.name + " lies where something is kept");
    judge.expect(facts_of(judge).first_memory->contains(place),
                 segment.name + " lies out of real mode's reach");
    judge.expect(place.first() >= *facts_of(judge).kernel_end,
                 segment.name + " lies over the running kernel");
    judge.expect(judge.request.settings.window.contains(place), segment.name + " lies outside the window");
    if (judge.crash())
        judge.expect(machine.crash_reservations.back().contains(place),
                     segment.name + " lies outside the reservation");
    if (facts_of(judge).waiting_dump)
        judge.expect(facts_of(judge).waiting_dump->boot_memory.contains(place),
                     segment.name + " lies in the dump that waits");
}

void judge_segments(Judge &judge) {
    const auto &segments = judge.plan.segments;
    std::uint64_t page = facts_of(judge).page_size;
    judge.expect(segments.size() <= 16, "more than 16 segments");
    for (const Segment &segment : segments) {
        Range place = segment.destination;
        judge.expect(place.first() % page == 0 && place.size() % page == 0,
                     segment.name + " is not in pages");
        judge.expect(segment.bytes.size() <= place.size(), segment.name + " is too large for its place");
        judge_place(judge, segment);
        for (const Segment &other : segments)
            judge.expect(&other == &segment || !other.destination.overlaps(place),
                         segment.name + " overlaps " + other.name);
    }
}

std::uint64_t kernel_memory(const Request &request) {
    std::uint64_t end = 0, start = UINT64_MAX;
    for (const ElfSegment &segment : std::get<Elf>(request.image.content).segments)
        if (segment.type == PT_LOAD) {
            start = std::min(start, segment.virtual_address);
            end = std::max(end, segment.virtual_address + segment.memory_size);
        }
    return end - start;
}

// What a kernel that moves to 0 covers, nothing may lie in that it still needs.
void judge_kernel(Judge &judge) {
    std::uint64_t entry = judge.told(0), size = kernel_memory(judge.request);
    const Segment *kernel = judge.segment_at(entry);
    judge.expect(entry % 65536 == 0 && kernel, "the kernel is not where the purgatory enters it");
    if (kernel)
        judge.expect(as_text(kernel->bytes.first(256)).substr(4) ==
                         as_text(Bytes(*judge.plan.purgatory).first(256)).substr(4),
                     "the purgatory does not carry the kernel's first bytes");
    for (const Segment &segment : judge.plan.segments) {
        bool needed = segment.name == "initrd" || segment.name == "device tree";
        judge.expect(!needed || judge.crash() || segment.destination.first() >= size,
                     segment.name + " lies where the kernel moves to");
        judge.expect(segment.name.starts_with("kernel") ||
                         !segment.destination.overlaps(*Range::sized(entry, size)),
                     segment.name + " lies in what the kernel needs");
    }
    judge.expect(judge.crash() == (judge.told(0x50) != 0), "the word at 0x5c is not what it should be");
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
}

bool reserves(const DeviceTree &tree, Range range) {
    return std::ranges::any_of(tree.reservations(), [&](const TreeReservation &entry) {
        return entry.address <= range.first() && range.last() - entry.address < entry.size;
    });
}

void judge_crash(Judge &judge, const DeviceTree &tree) {
    Range reservation = judge.request.machine.crash_reservations.back();
    judge.expect(reserves(tree, *Range::between(0x10000, reservation.first() - 1)),
                 "the dead kernel's memory is not reserved");
    const Segment *backup = judge.segment_at(judge.told(0x28));
    judge.expect(backup && backup->destination.size() == judge.told(0x20) && judge.told(0x20) == 0x10000,
                 "the purgatory saves low memory elsewhere");
    judge.expect(backup && reserves(tree, backup->destination), "the backup is not reserved");
    std::string_view line = text_until_nul(tree.property("/chosen", "bootargs").value_or(Bytes()));
    std::uint64_t header = 0;
    for (std::string_view word : words_of(line))
        if (word.starts_with("elfcorehdr=") && word.ends_with('K'))
            header = 1024 * parse_decimal(word.substr(11, word.size() - 12)).value_or(0);
    const Segment *core = judge.segment_at(header);
    judge.expect(core && as_text(core->bytes).starts_with("\177ELF"), "elfcorehdr= names no core header");
    judge.expect(core && reserves(tree, core->destination), "the core header is not reserved");
}

void judge_tree(Judge &judge) {
    const Segment *segment = judge.segment_at(judge.told(8));
    auto tree = DeviceTree::read(segment ? segment->bytes : Bytes());
    judge.expect(tree.has_value(), "the purgatory is told of no device tree");
    if (!tree)
        return;
    for (const FirmwareMemory &piece : facts_of(judge).firmware)
        if (piece.use == FirmwareUse::rtas || piece.use == FirmwareUse::opal || piece.use == FirmwareUse::tce)
            judge.expect(reserves(*tree, piece.range), "firmware's memory is not reserved");
    judge_initrd(judge, *tree);
    if (judge.crash())
        judge_crash(judge, *tree);
}

} // namespace

std::vector<std::string> ppc64_faults_of(const SegmentLoad &plan, const Request &request) {
    Judge judge{plan, request, {}};
    judge.expect(plan.purgatory && judge.segment_at(plan.entry), "the entry is at the start of no segment");
    judge_segments(judge);
    judge_kernel(judge);
    judge_tree(judge);
    return std::move(judge.faults);
}

} // namespace kexec::testing
