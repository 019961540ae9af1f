// SPDX-License-Identifier: GPL-2.0-or-later
// By Documentation/admin-guide/kdump/kdump.rst: x86 needs some of the first 640 KiB to boot, whatever the
// kernel is loaded to, so these are saved first; the core header then says that this memory is found in its
// copy.
#include "arch/x86_64/crash.h"

#include "plan/core_header.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec::x86_64 {
namespace {

constexpr std::uint64_t end_of_low_memory = 0xa0000; // where the video memory of a PC begins
// Where the direct map starts without randomisation (Documentation/arch/x86/x86_64/mm.rst, four-level
// paging).
constexpr std::uint64_t unrandomised_page_offset = 0xffff888000000000;

// The first piece of RAM that ends below the video memory, from the start of its first page on, so that a
// byte keeps its place within a page when it is copied.
std::optional<Range> low_memory(const Machine &machine) {
    for (Range range : machine.system_ram)
        if (range.last() < end_of_low_memory)
            return Range::between(align_down(range.first(), page), range.last());
    return std::nullopt;
}

std::vector<DumpedMemory> memory_to_dump(const Machine &machine, const CrashPieces &pieces,
                                         const std::optional<X86_64Kernel> &kernel) {
    std::vector<DumpedMemory> memory;
    if (kernel)
        if (auto text = Range::sized(kernel->text_physical, kernel->text_size))
            memory.push_back({*text, kernel->text_virtual, text->first()});
    std::uint64_t page_offset = kernel ? kernel->page_offset : unrandomised_page_offset;
    for (Range range : dumped_ram(machine)) {
        bool saved = pieces.backup_source && pieces.backup_source->contains(range);
        std::uint64_t stored_at =
            saved ? pieces.backup->first() + (range.first() - pieces.backup_source->first()) : range.first();
        memory.push_back({range, page_offset + range.first(), stored_at});
    }
    return memory;
}

// By Documentation/admin-guide/kernel-parameters.txt, memmap=; 0: has no word.
char memmap_mark(MemoryType type) {
    switch (type) {
    case MemoryType::ram: return '@';
    case MemoryType::acpi_tables:
    case MemoryType::acpi_nvs: return '#';
    case MemoryType::persistent_legacy: return '!';
    default: return 0;
    }
}

} // namespace

Result<CrashPieces> place_crash_pieces(const Request &request, Placer &placer,
                                       std::vector<std::string> &warnings) {
    const Machine &machine = request.machine;
    const auto &facts = std::get<X86_64Facts>(machine.own);
    if (!facts.kernel)
        warnings.push_back(
            fmt::format("where the running kernel lies is not known, {}: the dump will have physical "
                        "addresses only; going on without",
                        facts.kernel_missing));
    warn_of_missing_notes(machine, warnings);

    std::optional<Range> source = low_memory(machine), backup;
    if (source)
        backup = TRY(placer.highest("the backup of low memory", source->size(), page, Range::everything()));
    CrashPieces pieces{.backup_source = source,
                       .backup = backup,
                       .core_header = machine.crash_reservations.back(), // until its size is known
                       .core_header_bytes = nullptr,
                       .hotplug = request.settings.hotplug};
    pieces.core_header_bytes = std::make_shared<Buffer>(
        core_header(machine, EM_X86_64, std::endian::little, memory_to_dump(machine, pieces, facts.kernel)));
    std::uint64_t room =
        room_for_core_header(machine, request.settings.hotplug, pieces.core_header_bytes->size());
    pieces.core_header = TRY(placer.highest("the core header", room, page, Range::everything()));
    return pieces;
}

std::vector<Segment> segments_of(const CrashPieces &pieces) {
    std::vector<Segment> segments;
    if (pieces.backup)
        segments.push_back({.name = "backup", .destination = *pieces.backup, .bytes = {}, .verified = false});
    // A header that the kernel will rewrite cannot be under a digest.
    segments.push_back({.name = "core header",
                        .destination = pieces.core_header,
                        .bytes = *pieces.core_header_bytes,
                        .verified = !pieces.hotplug});
    return segments;
}

std::vector<std::string> memmap_words(const MemoryMap &map) {
    constexpr std::uint64_t smallest_ram = 100 << 10;
    std::vector<std::string> words = {"memmap=exactmap"};
    for (const auto &[range, type] : map) {
        char mark = memmap_mark(type);
        bool is_ram = type == MemoryType::ram;
        if (mark == 0 || (is_ram && range.size() < smallest_ram))
            continue;
        // Whole KiB: RAM shrinks to them, the rest grows.
        std::uint64_t first = is_ram ? (range.first() + 1023) / 1024 : range.first() / 1024;
        std::uint64_t end = is_ram ? (range.last() + 1) / 1024 : range.last() / 1024 + 1;
        words.push_back(fmt::format("memmap={}K{}{}K", end - first, mark, first));
    }
    return words;
}

MemoryMap crash_memory_map(const Machine &machine, const CrashPieces &pieces) {
    MemoryMap map;
    for (const MemoryRange &entry : machine.memory)
        if (entry.type != MemoryType::ram)
            map.add(entry.range, entry.type);
    for (Range reserved : machine.crash_reservations)
        map.add(reserved, MemoryType::ram);
    if (pieces.backup_source)
        map.add(*pieces.backup_source, MemoryType::ram);
    // Read through /proc/vmcore, never to be given away.
    map.retype(pieces.core_header, MemoryType::reserved);
    if (pieces.backup)
        map.retype(*pieces.backup, MemoryType::reserved);
    return map;
}

} // namespace kexec::x86_64
