// SPDX-License-Identifier: GPL-2.0-or-later
// The memory that is set aside for a crash kernel: Documentation/admin-guide/kdump/kdump.rst, and
// crashkernel= in kernel-parameters.txt.
#include "base/text.h"
#include "extras/doctor_checks.h"
#include "extras/doctor_need.h"

#include <algorithm>
#include <fmt/core.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

constexpr std::uint64_t four_gibibytes = std::uint64_t{4} << 30;
// Bounce buffers for devices that reach 32 bits: 64 MiB and what lies around them (kernel/dma/swiotlb.c).
constexpr std::uint64_t bounce_buffers = 72 << 20;
constexpr std::string_view option = "crashkernel=";

std::vector<std::string> parameters_of(const DoctorFacts &facts) {
    std::vector<std::string> values;
    for (std::string_view word : words_of(facts.command_line))
        if (word.starts_with(option))
            values.emplace_back(word.substr(option.size()));
    return values;
}

std::string remedy_of(const DoctorFacts &facts) {
    auto need = need_of(facts);
    return need ? "boot with " + need->words : "boot with crashkernel=256M, for example";
}

Ranges below_4_gib(const Ranges &ranges) { return ranges.within(*Range::sized(0, four_gibibytes)); }

Ranges reservations_of(const Machine &machine) {
    Ranges ranges;
    for (Range range : machine.crash_reservations)
        ranges.add(range);
    return ranges;
}

std::uint64_t largest_of(const Ranges &ranges) {
    std::uint64_t largest = 0;
    for (Range range : ranges)
        largest = std::max(largest, range.size());
    return largest;
}

// Where nothing is reserved though a parameter asks for it.
Judgement why_nothing(const DoctorFacts &facts, const std::string &value) {
    auto parameter = parse_crashkernel(value);
    std::string start = fmt::format("nothing is reserved: crashkernel={} ", printable(value));
    if (!parameter)
        return broken(start + "is none: " + parameter.error().what, remedy_of(facts));
    std::uint64_t memory = facts.machine ? ram_lines(facts.machine->resources).size() : 0;
    std::uint64_t size = evaluate(*parameter, memory);
    if (facts.machine && size == 0)
        return broken(fmt::format("{}has no range for {} of memory", start, size_words(memory)),
                      remedy_of(facts));
    std::uint64_t room = facts.machine ? largest_of(below_4_gib(facts.machine->system_ram)) : UINT64_MAX;
    bool may_be_high = facts.arch == "x86_64" || facts.arch == "arm64";
    if (parameter->place != CrashPlace::high && may_be_high && size > room)
        return broken(fmt::format("{}asks for {}, and the largest piece of RAM below 4 GiB has {}", start,
                                  size_words(size), size_words(room)),
                      fmt::format("boot with crashkernel={},high", memory_size_text(size)));
    if (parameter->offset)
        return broken(start + "names an address, and the memory there was not free",
                      fmt::format("leave @{} out: the kernel finds a place",
                                  memory_size_text(*parameter->offset)));
    return broken(start + "found no room, or the kernel does not know it",
                  "dmesg | grep -i crashkernel tells why");
}

std::string places_of(const DoctorFacts &facts) {
    std::vector<std::string> places;
    if (facts.machine)
        for (Range range : facts.machine->crash_reservations)
            places.push_back(to_string(range));
    return places.empty() ? "" : fmt::format(" at {}", fmt::join(places, " and "));
}

// What the parameters ask for in all, in bytes.
std::uint64_t asked_for(const DoctorFacts &facts, const std::vector<std::string> &values) {
    std::uint64_t size = 0;
    for (const std::string &value : values)
        if (auto parameter = parse_crashkernel(value); parameter && facts.machine)
            if (parameter->place != CrashPlace::cma)
                size += evaluate(*parameter, ram_lines(facts.machine->resources).size());
    return size;
}

std::string lent_words(const DoctorFacts &facts) {
    return facts.cma == 0 ? "" : fmt::format(", and {} that it may borrow", size_words(facts.cma));
}

} // namespace

MayJudge judge_mode(const DoctorFacts &facts) {
    if (facts.crash.mode == CrashMode::kdump)
        return good("kdump: a crash kernel is loaded beforehand");
    std::string found = "fadump: the firmware keeps the memory of a kernel that crashed";
    if (facts.kernel && !facts.kernel->is_loaded_one)
        return warning(found + ", and no crash kernel is used",
                       "fadump status tells whether it will; for a crash kernel boot without fadump=");
    return good(found);
}

MayJudge judge_reservation(const DoctorFacts &facts) {
    auto reserved = reserved_memory(facts);
    auto values = parameters_of(facts);
    if (!reserved)
        return not_seen("the kernel does not tell how much memory is reserved", "mount -t sysfs sysfs /sys");
    if (*reserved == 0 && values.empty())
        return broken("no memory is reserved: there is no crashkernel= on the running command line",
                      remedy_of(facts));
    if (*reserved == 0)
        return why_nothing(facts, values.back());
    std::string found = fmt::format("{}{}{}", size_words(*reserved), places_of(facts), lent_words(facts));
    std::uint64_t asked = asked_for(facts, values);
    if (facts.crash.mode == CrashMode::kdump && *reserved < asked)
        return warning(fmt::format("{}; crashkernel= asks for {}", found, size_words(asked)),
                       "dmesg | grep -i crashkernel tells why; somebody may have given memory back through "
                       "/sys/kernel/kexec_crash_size");
    return good(found);
}

MayJudge judge_size(const DoctorFacts &facts) {
    auto need = need_of(facts);
    auto reserved = reserved_memory(facts);
    if (!need)
        return not_seen("the sizes of memory and kernel are not known", "run this as root");
    std::string found = fmt::format("{} needed", size_words(need->needed));
    if (!facts.kernel)
        found += " for a kernel like the running one, without an initial ramdisk";
    Judgement judgement{Verdict::unknown, found + ", what is reserved is not known", {}, need->parts};
    if (!reserved)
        return judgement;
    std::uint64_t there = *reserved + facts.cma;
    judgement.found = fmt::format("{}, {} reserved{}", found, size_words(*reserved), lent_words(facts));
    judgement.verdict = Verdict::good;
    if (there >= need->needed)
        return judgement;
    judgement.verdict = there + reserve_in(*need) < need->needed ? Verdict::broken : Verdict::warning;
    judgement.remedy =
        fmt::format("boot with {}{}", need->words,
                    facts.kernel && facts.kernel->initrd ? ", or use a smaller initial ramdisk" : "");
    return judgement;
}

// kernel-parameters.txt on crashkernel=X,high and Y,low.
MayJudge judge_low_memory(const DoctorFacts &facts) {
    bool is_divided = facts.arch == "x86_64" || facts.arch == "arm64";
    if (!is_divided || facts.crash.mode == CrashMode::fadump || !facts.machine ||
        facts.machine->crash_reservations.empty())
        return std::nullopt;
    Ranges all = reservations_of(*facts.machine), low = below_4_gib(all);
    if (below_4_gib(facts.machine->system_ram).empty())
        return good("the machine has none");
    std::string remedy = "boot with crashkernel=256M,low beside crashkernel=...,high";
    if (low.empty())
        return warning("all that is reserved lies above 4 GiB: drivers of devices that reach no further have "
                       "no memory in the crash kernel",
                       remedy);
    if (low.size() < bounce_buffers && low != all)
        return warning(fmt::format("{} of what is reserved lie below 4 GiB; bounce buffers take {}",
                                   size_words(low.size()), size_words(bounce_buffers)),
                       remedy);
    return good(
        fmt::format("{} of what is reserved, for devices that reach no further", size_words(low.size())));
}

} // namespace kexec
