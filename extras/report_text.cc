// SPDX-License-Identifier: GPL-2.0-or-later
// A report for people: labels on the left, what belongs together in blocks. Addresses as /proc/iomem prints
// them.
#include "extras/report.h"

#include <cstring>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

constexpr std::size_t shown_digits = 16; // of a segment's digest; a file's is shown whole

// "57 MiB": whole units, the largest that the size is a multiple of, or that leaves it at least two digits.
std::string size_text(std::uint64_t bytes) {
    constexpr std::string_view units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    std::uint64_t size = bytes;
    while (unit + 1 < std::size(units) && (size >= 10 << 10 || (size >= 1 << 10 && size % (1 << 10) == 0))) {
        size = (size + 512) >> 10;
        unit++;
    }
    return fmt::format("{} {}", size, units[unit]);
}

std::string time_text(std::uint64_t milliseconds) {
    return milliseconds < 10000 ? fmt::format("{} ms", milliseconds)
                                : fmt::format("{} s", (milliseconds + 500) / 1000);
}

std::string line(std::string_view label, std::string_view text) {
    return fmt::format("  {:<13} {}\n", label, text);
}

// Label and first line, then the others below it.
std::string block(std::string_view label, const std::vector<std::string> &lines) {
    std::string text;
    for (const std::string &each : lines)
        text += line(text.empty() ? label : "", each);
    return text;
}

std::string files_text(const Report &report) {
    std::string text;
    for (const ReportedFile &file : report.files) {
        text += line(file.role, fmt::format("{}, {} bytes", file.path, file.size));
        if (file.role == "kernel") {
            std::string in = report.wrappers.empty()
                                 ? ""
                                 : fmt::format(", unpacked from {}: {} bytes",
                                               fmt::join(report.wrappers, ", "), report.unpacked_size);
            text += line("", fmt::format("of type {}{}", report.format, in));
        }
        text += line("", "sha256 " + file.sha256);
    }
    return text;
}

std::string memory_text(const MemoryTotals &memory) {
    std::string text =
        fmt::format("{} of RAM, {} free for another kernel", size_text(memory.ram), size_text(memory.free));
    std::string reserved;
    for (Range range : memory.reservations)
        reserved += (reserved.empty() ? "" : " and ") + to_string(range);
    return line("memory", text) +
           (reserved.empty() ? "" : line("", reserved + " reserved for a crash kernel"));
}

std::string flags_text(const ReportedAttempt &attempt) {
    std::string text = fmt::format("{:#x}", attempt.flags);
    if (!attempt.flag_names.empty())
        text += fmt::format(" ({})", fmt::join(attempt.flag_names, ", "));
    return line("flags", text);
}

std::string content_text(const ReportedSegment &segment) {
    std::string text =
        segment.sha256.empty() ? segment.content : "sha256 " + segment.sha256.substr(0, shown_digits);
    return text + (segment.verified ? "" : ", not verified");
}

std::string segments_text(const ReportedSegments &own) {
    std::string text = line("segments", fmt::format("{}, entry {:#x}", own.segments.size(), own.entry));
    for (const ReportedSegment &segment : own.segments)
        text += fmt::format("    {:<16} {:>17}  {:>10} of {:>10} bytes  {}\n", segment.name,
                            segment.place ? to_string(*segment.place) : "drawn at load", segment.file_bytes,
                            segment.size, content_text(segment));
    return text;
}

std::string around_text(const ReportedSegments &own) {
    std::string text = "  around them\n";
    for (const MemoryPiece &piece : own.around)
        text +=
            fmt::format("    {:>17}  {:>11}  {}{}{}\n", to_string(piece.range), size_text(piece.range.size()),
                        name_of(piece.kind), piece.name.empty() ? "" : ": ", piece.name);
    return text;
}

std::vector<std::string> behaviour_lines(const Behaviour &does) {
    std::vector<std::string> lines;
    lines.push_back(does.verifies
                        ? fmt::format("verifies {} segments, {}, by SHA-256{}", does.segments,
                                      size_text(does.bytes), does.caches_off ? ", with caches off" : "")
                        : "verifies nothing (-i)");
    if (does.saved_from && does.changes_places)
        lines.push_back(fmt::format("exchanges {} with the memory from 0 on", to_string(*does.saved_from)));
    else if (does.saved_from)
        lines.push_back(fmt::format("copies {} to {:#x}, where the dump finds it",
                                    to_string(*does.saved_from), does.saved_to));
    lines.push_back("prints: " + (does.console.empty() ? "nowhere" : does.console));
    lines.push_back(does.enters ? fmt::format("enters the new kernel at {:#x}", *does.enters)
                                : "enters the new kernel where that will lie");
    return lines;
}

std::string shown(const std::optional<std::string> &value) {
    return value ? (value->empty() ? "there" : *value) : "nothing";
}

std::vector<std::string> tree_lines(const TreeDifference &difference) {
    std::vector<std::string> lines;
    for (const PropertyDifference &change : difference.changes)
        lines.push_back(fmt::format("{}{}{}: {} -> {}", change.path, change.property.empty() ? "" : " ",
                                    change.property, shown(change.before), shown(change.after)));
    auto add = [&](const std::vector<TreeReservation> &entries, std::string_view what) {
        for (const TreeReservation &entry : entries)
            lines.push_back(
                fmt::format("/memreserve/ {:#x}, {:#x} bytes: {}", entry.address, entry.size, what));
    };
    add(difference.taken, "taken out");
    add(difference.given, "added");
    return lines;
}

std::string told_text(const ReportedSegments &own) {
    std::string text;
    if (!own.told_memory.empty())
        text += line("told memory", "as an E820 map");
    for (const MemoryRange &entry : own.told_memory)
        text += fmt::format("    {:>17}  {:>11}  {}\n", to_string(entry.range), size_text(entry.range.size()),
                            name_of(entry.type));
    text += block("notes", own.notes);
    if (own.device_tree)
        text += block("tree changes", tree_lines(*own.device_tree));
    return text;
}

std::string duration_text(Duration duration) {
    std::string fast = time_text(duration.with_instructions), slow = time_text(duration.without);
    return fast == slow ? fast : fmt::format("{} (without SHA instructions {})", fast, slow);
}

std::string estimate_text(const ReportedAttempt &attempt) {
    std::vector<std::string> lines = {"loading: about " + duration_text(attempt.estimate.load)};
    if (attempt.estimate.verify)
        lines.push_back("verifying: about " + duration_text(*attempt.estimate.verify));
    return block("time", lines);
}

std::string attempt_text(const ReportedAttempt &attempt, std::size_t number) {
    std::string text = fmt::format("\n{}. {}: {}\n", number, attempt.call, attempt.reason);
    text += flags_text(attempt) +
            line("command line", attempt.command_line.empty() ? "(empty)" : attempt.command_line);
    if (attempt.by_segments) {
        text += segments_text(*attempt.by_segments) + around_text(*attempt.by_segments);
        text += block("purgatory", attempt.by_segments->purgatory
                                       ? behaviour_lines(*attempt.by_segments->purgatory)
                                       : std::vector<std::string>{"none"});
        text += told_text(*attempt.by_segments);
    } else {
        text += line("segments", "the running kernel places them");
        text += line("purgatory", "the running kernel's own, where it has one");
    }
    text += line("EFI", attempt.efi.empty() ? "none" : attempt.efi) + estimate_text(attempt);
    std::string numbers;
    for (int each : attempt.go_on)
        numbers += fmt::format("{}{}", numbers.empty() ? "" : " ", strerrorname_np(each));
    return text + (numbers.empty() ? "" : line("goes on after", numbers));
}

} // namespace

std::string report_text(const Report &report) {
    std::string text = fmt::format("plan: load a {} on {}\n",
                                   report.purpose == Purpose::crash ? "crash kernel" : "kernel for a reboot",
                                   report.machine);
    text += files_text(report) + block("parts", report.parts);
    text += memory_text(report.memory) + line("screen", report.screen);
    std::size_t number = 0;
    for (const ReportedAttempt &attempt : report.attempts)
        text += attempt_text(attempt, ++number);
    if (!report.warnings.empty())
        text += "\n";
    for (const std::string &warning : report.warnings)
        text += "warning: " + warning + "\n";
    return text;
}

} // namespace kexec
