// SPDX-License-Identifier: GPL-2.0-or-later
// A decision as text: for -d, and for the golden plans of the tests.
#include "image/digest.h"
#include "plan/command_line.h"
#include "plan/plan.h"

#include <cstring>
#include <fmt/core.h>

namespace kexec {
namespace {

std::string content_of(const Segment &segment, const SegmentLoad &plan) {
    bool is_purgatory = plan.purgatory && segment.bytes.data() == plan.purgatory->data();
    if (segment.random)
        return "random";
    if (is_purgatory)
        return "purgatory";
    return segment.bytes.empty() ? "zeros" : "sha256 " + digest_text(digest_of(segment.bytes)).substr(0, 16);
}

std::string describe_one(const Segment &segment, const SegmentLoad &plan) {
    return fmt::format("    {:<16} {:>17}  {:>10} of {:>10} bytes  {}{}\n", segment.name,
                       segment.drawn ? "drawn at load" : to_string(segment.destination), segment.bytes.size(),
                       segment.destination.size(), content_of(segment, plan),
                       segment.verified ? "" : ", not verified");
}

// What is drawn comes first: its place among the others would tell of it, too.
std::string describe_one(const SegmentLoad &plan) {
    std::string text = fmt::format("  kexec_load: entry {:#x}, flags {:#x}, {} segments\n", plan.entry,
                                   plan.flags, plan.segments.size());
    for (bool drawn : {true, false})
        for (const Segment &segment : plan.segments)
            if (segment.drawn == drawn)
                text += describe_one(segment, plan);
    for (const MemoryRange &entry : plan.memory)
        text += fmt::format("    told: {:>17} {}\n", to_string(entry.range), name_of(entry.type));
    for (const std::string &line : plan.notes)
        text += "    " + line + "\n";
    return text + fmt::format("    command line: {}\n", masked_command_line(plan.command_line));
}

std::string describe_one(const FileLoad &plan) {
    return fmt::format("  kexec_file_load: flags {:#x}, kernel {}{}, initrd {}\n    command line: {}\n",
                       plan.flags, plan.kernel->path(), plan.unpacked ? " (unpacked)" : "",
                       plan.initrd ? plan.initrd->path() : "none", masked_command_line(plan.command_line));
}

} // namespace

std::string describe(const Decision &decision) {
    std::string text;
    for (const std::string &note : decision.notes)
        text += "part: " + note + "\n";
    for (const Attempt &attempt : decision.attempts) {
        text += fmt::format("plan: {}\n", attempt.reason);
        text += std::visit([](const auto &plan) { return describe_one(plan); }, attempt.plan);
        if (!attempt.go_on.empty())
            text += "  goes on after:";
        for (int number : attempt.go_on)
            text += fmt::format(" {}", strerrorname_np(number));
        if (!attempt.go_on.empty())
            text += "\n";
    }
    for (const std::string &warning : decision.warnings)
        text += "warning: " + warning + "\n";
    return text;
}

} // namespace kexec
