// SPDX-License-Identifier: GPL-2.0-or-later
// Gathering a report. A digest is over the bytes that come from files, as the purgatory's are; bytes that
// stand in several places of a report are hashed once.
#include "extras/report.h"

#include "extras/screen.h"
#include "image/digest.h"
#include "plan/command_line.h"

#include <algorithm>
#include <map>

namespace kexec {
namespace {

class Digests {
public:
    const std::string &of(Bytes bytes) {
        std::string &text = texts_[{bytes.data(), bytes.size()}];
        if (text.empty())
            text = digest_text(digest_of(bytes));
        return text;
    }

private:
    std::map<std::pair<const std::byte *, std::size_t>, std::string> texts_;
};

struct FlagName {
    std::uint32_t bit;
    std::string_view name;
};
// include/uapi/linux/kexec.h
constexpr FlagName load_flags[] = {
    {kexec_on_crash, "KEXEC_ON_CRASH"},
    {kexec_update_elfcorehdr, "KEXEC_UPDATE_ELFCOREHDR"},
    {kexec_crash_hotplug_support, "KEXEC_CRASH_HOTPLUG_SUPPORT"},
    {kexec_debug, "KEXEC_DEBUG"},
};
constexpr FlagName file_load_flags[] = {
    {kexec_file_on_crash, "KEXEC_FILE_ON_CRASH"},   {kexec_file_no_initramfs, "KEXEC_FILE_NO_INITRAMFS"},
    {kexec_file_debug, "KEXEC_FILE_DEBUG"},         {kexec_file_no_cma, "KEXEC_FILE_NO_CMA"},
    {kexec_file_force_dtb, "KEXEC_FILE_FORCE_DTB"},
};

std::vector<std::string_view> names_of(std::uint32_t flags, std::span<const FlagName> rows) {
    std::vector<std::string_view> names;
    for (const FlagName &row : rows)
        if (flags & row.bit)
            names.push_back(row.name);
    return names;
}

ReportedSegment segment_of(const Segment &segment, const SegmentLoad &plan, Digests &digests) {
    ReportedSegment reported{.name = segment.name,
                             .place = segment.drawn ? std::nullopt : std::optional(segment.destination),
                             .size = segment.destination.size(),
                             .file_bytes = segment.bytes.size(),
                             .content = "bytes",
                             .sha256 = {},
                             .verified = segment.verified};
    if (segment.random)
        reported.content = "random";
    else if (plan.purgatory && segment.bytes.data() == plan.purgatory->data())
        reported.content = "purgatory";
    else if (segment.bytes.empty())
        reported.content = "zeros";
    else
        reported.sha256 = digests.of(segment.bytes);
    return reported;
}

Bytes running_tree(const Machine &machine) {
    if (const auto *arm64 = std::get_if<Arm64Facts>(&machine.own))
        return arm64->device_tree;
    if (const auto *ppc64 = std::get_if<Ppc64Facts>(&machine.own))
        return ppc64->device_tree;
    return {};
}

std::optional<TreeDifference> difference_of(const SegmentLoad &plan, const Request &request) {
    auto tree = std::ranges::find(plan.segments, "device tree", &Segment::name);
    if (tree == plan.segments.end())
        return std::nullopt;
    auto difference =
        tree_difference(request.dtb ? request.dtb->bytes() : running_tree(request.machine), tree->bytes);
    return difference ? std::optional(*std::move(difference)) : std::nullopt;
}

ReportedAttempt attempt_of(const SegmentLoad &plan, const Request &request, Digests &digests) {
    ReportedSegments own{.entry = plan.entry,
                         .segments = {},
                         .around = pieces_around_segments(memory_pieces(request.machine, plan.segments)),
                         .purgatory = behaviour_of(plan),
                         .told_memory = {plan.memory.begin(), plan.memory.end()},
                         .notes = plan.notes,
                         .device_tree = difference_of(plan, request)};
    // What is drawn comes first: its place among the others would tell of it, too.
    for (bool drawn : {true, false})
        for (const Segment &segment : plan.segments)
            if (segment.drawn == drawn)
                own.segments.push_back(segment_of(segment, plan, digests));
    Estimate estimate = estimate_of(plan, own.purgatory);
    return {.call = "kexec_load",
            .reason = {},
            .flags = plan.flags,
            .flag_names = names_of(plan.flags, load_flags),
            .command_line = masked_command_line(plan.command_line),
            .efi = plan.efi,
            .by_segments = std::move(own),
            .estimate = estimate,
            .go_on = {}};
}

bool has_efi(const Machine &machine) {
    const auto *facts = std::get_if<X86_64Facts>(&machine.own);
    return facts && (facts->efi || !facts->efi_missing.empty());
}

ReportedAttempt attempt_of(const FileLoad &plan, const Request &request, Digests &) {
    return {.call = "kexec_file_load",
            .reason = {},
            .flags = plan.flags,
            .flag_names = names_of(plan.flags, file_load_flags),
            .command_line = masked_command_line(plan.command_line),
            .efi = has_efi(request.machine) ? "as the running kernel decides, which tells the new one" : "",
            .by_segments = std::nullopt,
            .estimate = estimate_of(plan),
            .go_on = {}};
}

std::span<const Segment> first_segments(const Decision &decision) {
    for (const Attempt &attempt : decision.attempts)
        if (const auto *plan = std::get_if<SegmentLoad>(&attempt.plan))
            return plan->segments;
    return {};
}

void warn_of_closed_doors(const Machine &machine, std::vector<std::string> &warnings) {
    if (machine.kexec.load_disabled == true)
        warnings.push_back("loading is switched off until the next boot "
                           "(/proc/sys/kernel/kexec_load_disabled is 1): the kernel will refuse either call");
}

} // namespace

Report report_on(const Request &request, const Decision &decision, const std::vector<NamedFile> &files,
                 std::vector<std::string> warnings) {
    Digests digests;
    Report report{.machine = request.machine.arch,
                  .purpose = request.settings.purpose,
                  .files = {},
                  .format = request.image.format->name,
                  .wrappers = request.image.wrappers,
                  .unpacked_size = request.image.bytes.size(),
                  .parts = decision.notes,
                  .memory = memory_totals(request.machine),
                  .map = memory_pieces(request.machine, first_segments(decision)),
                  .attempts = {},
                  .screen = screen_expectation(request.machine),
                  .warnings = std::move(warnings)};
    for (const NamedFile &file : files)
        report.files.push_back({file.role, file.path, file.bytes.size(), digests.of(file.bytes)});
    for (const Attempt &attempt : decision.attempts) {
        report.attempts.push_back(
            std::visit([&](const auto &plan) { return attempt_of(plan, request, digests); }, attempt.plan));
        report.attempts.back().reason = attempt.reason;
        report.attempts.back().go_on = attempt.go_on;
    }
    report.warnings.insert(report.warnings.end(), decision.warnings.begin(), decision.warnings.end());
    warn_of_closed_doors(request.machine, report.warnings);
    return report;
}

} // namespace kexec
