// SPDX-License-Identifier: GPL-2.0-or-later
// Tables have their columns aligned; sizes are in the units of the kernel's command line, and addresses as
// /proc/iomem has them.
#include "util/fadump/print.h"

#include "base/json.h"
#include "base/range.h"
#include "base/text.h"
#include "util/fadump/recommend.h"

#include <fmt/core.h>

namespace kexec::fadump {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;

std::string row(std::string_view name, std::string_view value) {
    return fmt::format("{:<14} {}\n", name, value);
}

std::string_view yes_or_no(bool value) { return value ? "yes" : "no"; }

// The reservation is the memory to boot in and a little more, which no one asks for.
std::string reserved_text(const Facts &facts, const Status &status) {
    std::string text = "none";
    if (facts.enabled.value_or(false)) {
        auto reserved = facts.reserved ? facts.reserved : status.boot_memory;
        text = reserved ? size_word(*reserved / mebibyte * mebibyte) : "not known";
    }
    if (status.recommended)
        text += fmt::format(", recommended {}", size_word(*status.recommended));
    return text;
}

std::string dump_text(const Facts &facts) {
    if (!facts.dump_waiting)
        return "none";
    std::string text = "waiting";
    if (facts.vmcore_size)
        text += fmt::format(", {}", size_word(*facts.vmcore_size));
    return text + (facts.saved ? ", saved in " + *facts.saved : ", not saved");
}

std::string json_number(const std::optional<std::uint64_t> &value) {
    return value ? std::to_string(*value) : "null";
}

std::string json_text(const std::optional<std::string> &value) {
    return value ? json_string(*value) : "null";
}

std::string json_list(const std::vector<std::string> &texts) {
    std::string list;
    for (const std::string &text : texts)
        list += (list.empty() ? "" : ",") + json_string(text);
    return "[" + list + "]";
}

// "CPU", and what the older form has no name for.
std::string region_name(const Region &region) { return region.name.empty() ? "rest" : region.name; }

std::string place_text(std::uint64_t first, std::uint64_t size) {
    auto range = Range::sized(first, size);
    return range ? to_string(*range) : "-";
}

std::string json_of(const Region &region) {
    return fmt::format("{{\"name\":{},\"source\":{},\"destination\":{},\"size\":{},\"dumped\":{}}}",
                       json_string(region_name(region)), json_number(region.source), region.destination,
                       region.size, region.dumped);
}

} // namespace

std::string status_table(const Facts &facts, const Status &status) {
    std::string text =
        row("state", name_of(status.state)) + row("platform", name_of(facts.platform)) +
        row("mode", name_of(facts.mode)) + row("enabled", yes_or_no(facts.enabled.value_or(false))) +
        row("registered", yes_or_no(facts.registered)) + row("reserved", reserved_text(facts, status)) +
        row("hotplug ready", yes_or_no(facts.hotplug_ready)) +
        row("bootargs", facts.bootargs.value_or("not offered")) + row("dump", dump_text(facts));
    if (facts.platform == Platform::opal)
        text += row("OPAL core", facts.opal_core.empty() ? "none" : facts.opal_core);
    for (const std::string &note : status.notes)
        text += "note: " + note + "\n";
    return text;
}

std::string status_json(const Facts &facts, const Status &status) {
    std::optional<std::string> opal_core;
    if (!facts.opal_core.empty())
        opal_core = facts.opal_core;
    return fmt::format(
               "{{\"state\":\"{}\",\"platform\":\"{}\",\"mode\":\"{}\",\"enabled\":{},\"registered\":{},",
               name_of(status.state), name_of(facts.platform), name_of(facts.mode),
               facts.enabled.value_or(false), facts.registered) +
           fmt::format("\"memory\":{},\"reserved\":{},\"boot_memory\":{},\"recommended\":{},",
                       json_number(facts.memory), json_number(facts.reserved),
                       json_number(status.boot_memory), json_number(status.recommended)) +
           fmt::format(
               "\"hotplug_ready\":{},\"bootargs\":{},\"dump_waiting\":{},\"vmcore_size\":{},\"saved\":{},",
               facts.hotplug_ready, json_text(facts.bootargs), facts.dump_waiting,
               json_number(facts.dump_waiting ? facts.vmcore_size : std::nullopt), json_text(facts.saved)) +
           fmt::format("\"opal_core\":{},\"deprecated_reserve_mem\":{},\"notes\":{}}}\n",
                       json_text(opal_core), json_text(facts.reserve_mem), json_list(status.notes));
}

std::string regions_table(const Regions &regions) {
    std::string text =
        fmt::format("{:<6} {:<26} {:<26} {:>12} {:>12}\n", "region", "memory", "kept at", "bytes", "dumped");
    for (const Region &region : regions.regions)
        text += fmt::format("{:<6} {:<26} {:<26} {:>12} {:>12}\n", region_name(region),
                            region.source ? place_text(*region.source, region.size) : "-",
                            place_text(region.destination, region.size), region.size, region.dumped);
    if (regions.kept_above)
        text += fmt::format("a dump is waiting: memory from {:08x} on is kept\n", *regions.kept_above);
    for (const std::string &line : regions.unknown)
        text += fmt::format("not understood: {}\n", printable(line));
    return text;
}

std::string regions_json(const Regions &regions) {
    std::string list;
    for (const Region &region : regions.regions)
        list += (list.empty() ? "" : ",") + json_of(region);
    return fmt::format("{{\"regions\":[{}],\"kept_above\":{},\"boot_memory\":{},\"unknown\":{}}}\n", list,
                       json_number(regions.kept_above), regions.boot_memory(), json_list(regions.unknown));
}

std::string recommendation_text(const Recommendation &recommendation) {
    return fmt::format(
        "crashkernel={}\nThis is for {} of memory; without crashkernel= the kernel takes {}.\n",
        size_word(recommendation.recommended), size_word(recommendation.memory),
        size_word(recommendation.by_default));
}

std::string recommendation_json(const Recommendation &recommendation) {
    return fmt::format(
        "{{\"memory\":{},\"recommended\":{},\"parameter\":\"crashkernel={}\",\"default\":{}}}\n",
        recommendation.memory, recommendation.recommended, size_word(recommendation.recommended),
        recommendation.by_default);
}

} // namespace kexec::fadump
