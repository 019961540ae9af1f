// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of the sum. makedumpfile has two bits for each page of the crashed kernel, in at most 32 MiB.
// Files in memory may take half of what is left where no root= makes the kernel choose a file system without
// such a limit (init/do_mounts.c, mm/shmem.c).
#include "extras/doctor_need.h"

#include "base/text.h"
#include "extras/doctor_checks.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t largest_bitmap = 32 * mebibyte, pages_in_byte_of_bitmap = 4;
constexpr std::uint64_t elf_header = 64, program_header = 56;

std::uint64_t running_kernel_size(const Machine &machine) {
    std::uint64_t size = 0;
    for (const ResourceLine &line : machine.resources)
        if (line.name.starts_with("Kernel "))
            size += line.range.size();
    return size;
}

void add_kernel(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    if (!facts.kernel) {
        parts.push_back(
            {"kernel", running_kernel_size(*facts.machine), "as the running one, in /proc/iomem"});
        return;
    }
    const KernelFacts &stated = facts.kernel->facts;
    parts.push_back({"kernel", stated.memory.value_or(facts.kernel->size),
                     stated.memory ? "as the image states it" : "the file; it does not state its need"});
}

void add_initrd(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    if (!facts.kernel || !facts.kernel->initrd)
        return;
    const InitramfsFacts &initrd = *facts.kernel->initrd;
    parts.push_back({"initrd", initrd.packed, "the file, until it is unpacked"});
    if (!initrd.remainder || initrd.unpacked != 0)
        parts.push_back({"unpacked", initrd.unpacked,
                         initrd.is_archive ? fmt::format("its {} files, in whole pages", initrd.files)
                                           : "the file, which is no archive"});
    if (initrd.remainder)
        parts.push_back(
            {"not unpacked", initrd.packed * initramfs_factor,
             fmt::format("{} times the file, for what could not be looked into", initramfs_factor)});
}

// Those that the initial ramdisk has will be loaded by it.
void add_modules(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    const InitramfsFacts *initrd = facts.kernel && facts.kernel->initrd ? &*facts.kernel->initrd : nullptr;
    std::uint64_t size = 0, count = 0;
    for (const Module &module : facts.modules)
        if (!facts.kernel || (initrd && initrd->modules.contains(module.name))) {
            size += module.size;
            count++;
        }
    if (size != 0)
        parts.push_back({"modules", size,
                         initrd ? fmt::format("the {} of it that are loaded now", count)
                                : fmt::format("the {} that are loaded now", count)});
}

std::uint64_t possible_cpus(const DoctorFacts &facts) {
    return std::max<std::uint64_t>(facts.machine->cpu_notes.size(), 1);
}

// nr_cpus= limits what there may be, maxcpus= only what is started.
void add_cpus(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    constexpr std::string_view option = "nr_cpus=";
    std::uint64_t cpus = possible_cpus(facts);
    std::string reason = fmt::format("1 MiB for each of the {} that there may be", cpus);
    std::string_view line = facts.kernel ? std::string_view(facts.kernel->command_line) : "nr_cpus=1";
    for (std::string_view word : words_of(line))
        if (word.starts_with(option))
            if (auto limit = parse_decimal(word.substr(option.size())); limit && *limit != 0) {
                cpus = std::min(possible_cpus(facts), *limit);
                reason = fmt::format("1 MiB for each, by {}", word);
            }
    parts.push_back({"CPUs", cpus * cpu_need, reason});
}

std::uint64_t page_of(const DoctorFacts &facts) {
    return facts.kernel && facts.kernel->facts.page_size ? *facts.kernel->facts.page_size : facts.page;
}

void add_pages(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    std::uint64_t memory = reserved_memory(facts).value_or(0);
    bool is_there = memory != 0;
    if (!is_there)
        memory = sum_of(parts);
    parts.push_back(page_part(memory, page_of(facts), is_there ? "the reservation" : "all this"));
}

const Segment *core_header_of(const DoctorFacts &facts) {
    if (!facts.kernel || !facts.kernel->decision)
        return nullptr;
    for (const Attempt &attempt : facts.kernel->decision->attempts)
        if (const auto *plan = std::get_if<SegmentLoad>(&attempt.plan))
            for (const Segment &segment : plan->segments)
                if (segment.name == "core header")
                    return &segment;
    return nullptr;
}

// A program header for each CPU and each range of memory; the capture kernel copies the CPUs' notes.
void add_core_header(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    std::uint64_t headers = possible_cpus(facts) + facts.machine->system_ram.count() + 1, notes = 0;
    for (const CpuNotes &each : facts.machine->cpu_notes)
        notes += each.area.size();
    const Segment *planned = core_header_of(facts);
    std::uint64_t header = planned ? planned->destination.size()
                                   : std::max(elf_header + headers * program_header,
                                              facts.machine->kexec.elfcorehdr_size.value_or(0));
    parts.push_back(
        {"core header", header + notes,
         fmt::format("{}, and {} bytes of CPUs' notes",
                     planned ? "as it is planned" : fmt::format("{} CPUs and ranges of memory", headers),
                     notes)});
}

void add_programs(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    std::uint64_t bitmap =
        std::min(facts.machine->system_ram.size() / page_of(facts) / pages_in_byte_of_bitmap, largest_bitmap);
    parts.push_back({"programs", runtime_need + bitmap,
                     fmt::format("{}, and makedumpfile's bitmaps", size_words(runtime_need))});
}

bool has_word_of(std::string_view line, std::string_view start) {
    auto words = words_of(line);
    return std::ranges::any_of(words, [&](std::string_view word) { return word.starts_with(start); });
}

std::uint64_t size_named(const std::vector<NeedPart> &parts, std::string_view name) {
    auto part = std::ranges::find(parts, name, &NeedPart::name);
    return part == parts.end() ? 0 : part->size;
}

// As much again as the files take is left unused, as far as other parts do not need it by then.
void add_half(const DoctorFacts &facts, std::vector<NeedPart> &parts) {
    if (!facts.kernel || !facts.kernel->initrd || has_word_of(facts.kernel->command_line, "root=") ||
        has_word_of(facts.kernel->command_line, "initramfs_options="))
        return;
    std::uint64_t files = size_named(parts, "unpacked");
    std::uint64_t beside = sum_of(parts) - files - size_named(parts, "kernel") - size_named(parts, "initrd") -
                           size_named(parts, "page tables");
    if (files > beside)
        parts.push_back(
            {"half of it", files - beside, "files may take half of the memory, as no root= is given"});
}

} // namespace

std::optional<std::uint64_t> reserved_memory(const DoctorFacts &facts) {
    if (facts.crash.mode == CrashMode::fadump || !facts.machine || facts.machine->crash_reservations.empty())
        return facts.crash.reserved;
    std::uint64_t size = 0;
    for (Range range : facts.machine->crash_reservations)
        size += range.size();
    return size;
}

std::optional<CaptureNeed> need_of(const DoctorFacts &facts) {
    if (!facts.machine)
        return std::nullopt;
    std::vector<NeedPart> parts;
    add_kernel(facts, parts);
    add_initrd(facts, parts);
    add_modules(facts, parts);
    add_cpus(facts, parts);
    add_core_header(facts, parts);
    add_programs(facts, parts);
    add_pages(facts, parts);
    add_half(facts, parts);
    add_reserve(parts);
    return capture_need(std::move(parts), facts.traits, ram_lines(facts.machine->resources).size());
}

} // namespace kexec
