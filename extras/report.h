// SPDX-License-Identifier: GPL-2.0-or-later
// A Report is all that can be said of a decision before anything is done: what --plan prints. It is a
// function of what is planned from, so that a machine and its recording give the same; the printers only lay
// it out.
#pragma once

#include "extras/behaviour.h"
#include "extras/estimate.h"
#include "extras/memory_pieces.h"
#include "extras/tree_difference.h"
#include "plan/plan.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kexec {

// A file that was named, or found beside one.
struct NamedFile {
    std::string role; // "kernel", "addon", "initrd", "dtb", "dtb-overlay"
    std::string path; // as given
    Bytes bytes;
};

struct ReportedFile {
    std::string role, path;
    std::uint64_t size; // bytes
    std::string sha256;
};

struct ReportedSegment {
    std::string name;
    std::optional<Range> place; // physical; nothing: it is drawn when it is loaded
    std::uint64_t size;         // bytes in memory
    std::uint64_t file_bytes;
    std::string content; // "bytes", "zeros", "random" (drawn at load), "purgatory" (completed at load)
    std::string sha256;  // of "bytes"; else empty
    bool verified;
};

// What only an attempt by kexec_load has; for kexec_file_load the running kernel decides it.
struct ReportedSegments {
    std::uint64_t entry;
    std::vector<ReportedSegment> segments;     // ascending
    std::vector<MemoryPiece> around;           // the segments, and what lies next to each
    std::optional<Behaviour> purgatory;        // nothing: there is none
    std::vector<MemoryRange> told_memory;      // the E820 map of the new kernel
    std::vector<std::string> notes;            // what else it is told
    std::optional<TreeDifference> device_tree; // what changes from the tree that was started from
};

struct ReportedAttempt {
    std::string_view call; // "kexec_load", "kexec_file_load"
    std::string reason;
    std::uint32_t flags;
    std::vector<std::string_view>
        flag_names;           // of the set bits that have one, as the kernel's header has them
    std::string command_line; // as the new kernel will see it; what looks like a key is hidden
    std::string efi;          // kept or lost, and why; empty: the machine has none
    std::optional<ReportedSegments> by_segments;
    Estimate estimate;
    std::vector<int> go_on; // errnos
};

struct Report {
    std::string_view machine; // the architecture
    Purpose purpose;
    std::vector<ReportedFile> files;
    std::string_view format;                // of the kernel, once all wrappers are taken off
    std::vector<std::string_view> wrappers; // outermost first
    std::uint64_t unpacked_size;            // of the kernel, bytes; without wrappers its size
    std::vector<std::string> parts;         // which part comes from where, where the kernel brings some
    MemoryTotals memory;
    std::vector<MemoryPiece> map; // all of physical memory, ascending, with the segments of the first attempt
                                  // that has any
    std::vector<ReportedAttempt> attempts; // at least one
    std::string screen;                    // what the new kernel will find of it
    std::vector<std::string> warnings;
};

// `files` are those that were named, `warnings` what was said while the request was made.
Report report_on(const Request &request, const Decision &decision, const std::vector<NamedFile> &files,
                 std::vector<std::string> warnings);

// For people, at most a screen wide where names and command lines allow it.
std::string report_text(const Report &report);
// By the schema in man/kexec-plan.5.
std::string report_json(const Report &report);
// A picture of physical memory.
std::string report_svg(const Report &report);

} // namespace kexec
