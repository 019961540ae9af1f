// SPDX-License-Identifier: GPL-2.0-or-later
// Sizes are in the units of the kernel's command line; those that are no whole number of MiB are rounded up
// in the text, and exact in JSON.
#include "util/kdumpctl/print.h"

#include "base/json.h"

#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

std::string in_mebibytes(std::uint64_t size) {
    return fmt::format("{}M", size / mebibyte + (size % mebibyte != 0));
}

std::string json_list(const std::vector<std::string> &items) {
    std::string list;
    for (const std::string &item : items)
        list += (list.empty() ? "" : ",") + item;
    return "[" + list + "]";
}

std::string json_texts(std::vector<std::string> texts) {
    for (std::string &text : texts)
        text = json_string(text);
    return json_list(texts);
}

std::string json_number(const std::optional<std::uint64_t> &value) {
    return value ? std::to_string(*value) : "null";
}

std::string json_parameter(const std::optional<CrashKernel> &parameter) {
    return parameter ? json_string(to_string(*parameter)) : "null";
}

std::string notes_text(const std::vector<std::string> &notes) {
    std::string text;
    for (const std::string &note : notes)
        text += "note: " + note + "\n";
    return text;
}

std::string additions_text(const CrashTraits &traits) {
    std::string text;
    for (const CrashAddition &addition : crash_additions(traits))
        text += fmt::format("  with {:>6} more for {}\n", in_mebibytes(addition.size), addition.reason);
    return text;
}

} // namespace

std::string status_text(const Status &status) {
    return (status.operational ? "Kdump is operational\n" : "Kdump is not operational\n") +
           notes_text(status.notes);
}

std::string status_json(const Facts &facts, const Status &status, const Results &results) {
    return fmt::format("{{\"mode\":\"{}\",\"operational\":{},\"reserved\":{},\"memory\":{},",
                       name_of(facts.traits.mode), status.operational, json_number(facts.reserved),
                       json_number(facts.memory)) +
           fmt::format("\"last_test\":{},\"last_capture\":{},", test_json(results), capture_json(results)) +
           fmt::format("\"crashkernel\":{},\"default\":{},\"notes\":{}}}\n", json_texts(facts.parameters),
                       json_parameter(default_crashkernel(facts.traits)), json_texts(status.notes));
}

std::string estimate_text(const Facts &facts, const Estimate &estimate) {
    std::string text =
        fmt::format("Reserved crashkernel:    {}\n",
                    facts.reserved ? in_mebibytes(*facts.reserved) : std::string("not known")) +
        fmt::format("Recommended crashkernel: {} ({})\n\n", in_mebibytes(estimate.need.recommended),
                    estimate.need.words);
    for (const NeedPart &part : estimate.need.parts)
        text += fmt::format("{:<11} {:>7}   {}\n", part.name, in_mebibytes(part.size), part.reason);
    text += fmt::format("{:<11} {:>7}   the sum\n", "needed", in_mebibytes(estimate.need.needed));
    if (estimate.need.parameter)
        text += fmt::format("{:<11} {:>7}   {}\n", "default", in_mebibytes(estimate.need.by_default),
                            to_string(*estimate.need.parameter)) +
                additions_text(facts.traits);
    if (!estimate.large_modules.empty())
        text += "\nLarge modules:\n";
    for (const Module &module : estimate.large_modules)
        text += fmt::format("    {}: {}\n", module.name, module.size);
    return text + notes_text(estimate.notes);
}

std::string estimate_json(const Facts &facts, const Estimate &estimate) {
    std::vector<std::string> parts, modules;
    for (const NeedPart &part : estimate.need.parts)
        parts.push_back(fmt::format("{{\"name\":\"{}\",\"size\":{},\"reason\":{}}}", part.name, part.size,
                                    json_string(part.reason)));
    for (const Module &module : estimate.large_modules)
        modules.push_back(fmt::format("{{\"name\":{},\"size\":{}}}", json_string(module.name), module.size));
    return fmt::format("{{\"mode\":\"{}\",\"memory\":{},\"reserved\":{},\"parts\":{},\"needed\":{},",
                       name_of(facts.traits.mode), json_number(facts.memory), json_number(facts.reserved),
                       json_list(parts), estimate.need.needed) +
           fmt::format("\"default\":{},\"default_size\":{},\"recommended\":{},\"parameter\":{},",
                       json_parameter(estimate.need.parameter), estimate.need.by_default,
                       estimate.need.recommended, json_string(estimate.need.words)) +
           fmt::format("\"large_modules\":{},\"notes\":{}}}\n", json_list(modules),
                       json_texts(estimate.notes));
}

} // namespace kexec::kdumpctl
