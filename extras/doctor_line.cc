// SPDX-License-Identifier: GPL-2.0-or-later
// The command line of the kernel that is named: what guides for crash kernels want on it and what they warn
// of (Documentation/admin-guide/kdump/kdump.rst, kernel-parameters.txt, the defaults of kdump-utils), and
// whether anybody will see what it prints.
#include "base/text.h"
#include "extras/doctor_checks.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

// The values of all words NAME=VALUE, in their order.
std::vector<std::string_view> values_of(std::string_view line, std::string_view name) {
    std::vector<std::string_view> values;
    for (std::string_view word : words_of(line))
        if (word.starts_with(name) && word.substr(name.size()).starts_with('='))
            values.push_back(word.substr(name.size() + 1));
    return values;
}

bool has(std::string_view line, std::string_view name) {
    auto words = words_of(line);
    return std::ranges::find(words, name) != words.end() || !values_of(line, name).empty();
}

// --- a crash kernel's words

struct Wanted {
    std::array<std::string_view, 2> names; // one of these; the second may be empty
    std::string_view lacking;              // what follows where it is not there
    std::string_view remedy;
    bool on_s390x;
};
constexpr std::array wanted = {
    Wanted{{"nr_cpus", "maxcpus"},
           "no nr_cpus=: it starts every CPU, which takes memory, and may fail after a crash",
           "add nr_cpus=1",
           true},
    Wanted{{"reset_devices", ""},
           "no reset_devices: drivers do not know that their devices were left running",
           "add reset_devices",
           false},
    Wanted{{"panic", ""}, "no panic=: where it fails, the machine stands still", "add panic=10", true},
};

struct Unwanted {
    std::string_view name;
    std::string_view follows;
    Verdict verdict;
};
constexpr std::array unwanted = {
    Unwanted{"crashkernel", "takes memory away once more", Verdict::warning},
    Unwanted{"hugepages", "takes memory that a crash kernel does not have", Verdict::warning},
    Unwanted{"slub_debug", "takes memory that a crash kernel does not have", Verdict::warning},
    Unwanted{"log_buf_len", "takes memory that a crash kernel does not have", Verdict::warning},
    Unwanted{"swiotlb", "takes memory that a crash kernel does not have", Verdict::warning},
    Unwanted{"mem", "hides the memory that was reserved for it", Verdict::broken},
    Unwanted{"elfcorehdr", "is added by kexec itself", Verdict::warning},
};

// Values that give memory back, or take none.
bool is_harmless(std::string_view name, std::string_view line) {
    auto values = values_of(line, name);
    return !values.empty() && (values.back() == "0" || values.back() == "noforce");
}

void look_for_crash_words(const DoctorFacts &facts, std::string_view line, Rules &rules) {
    for (const Wanted &each : wanted) {
        bool applies = facts.arch != "s390x" || each.on_s390x;
        bool is_there = has(line, each.names[0]) || (!each.names[1].empty() && has(line, each.names[1]));
        if (applies && !is_there)
            rules.add(warning(std::string(each.lacking), std::string(each.remedy)));
    }
    for (const Unwanted &each : unwanted)
        if (has(line, each.name) && !is_harmless(each.name, line))
            rules.add({each.verdict, fmt::format("{}= {}", each.name, each.follows),
                       fmt::format("leave {}= out", each.name)});
}

// --- consoles

// "ttyS0" of "ttyS0,115200n8"
std::string_view device_of(std::string_view console) { return console.substr(0, console.find(',')); }

std::vector<std::string> consoles_named(std::string_view line) {
    std::vector<std::string> devices;
    for (std::string_view value : values_of(line, "console"))
        devices.emplace_back(device_of(value));
    return devices;
}

// What a kernel finds by itself.
bool is_found(std::string_view device, std::string_view arch) {
    if (arch == "ppc64")
        return device == "hvc0" || device == "hvsi0";
    if (arch == "s390x")
        return device == "ttyS0" || device == "ttysclp0" || device == "sclp_line0" || device == "hvc0" ||
               device == "tty3270";
    return device.starts_with("tty") && device.find_first_not_of("0123456789", 3) == npos;
}

// What this kernel prints to: what it says, or else what it was told.
std::vector<std::string> present_consoles(const DoctorFacts &facts) {
    return facts.consoles.empty() ? consoles_named(facts.command_line) : facts.consoles;
}

// The console that a second kernel would not find by itself; empty where there is none.
std::string lost_console(const DoctorFacts &facts) {
    if (consoles_named(facts.command_line).empty())
        return {}; // this kernel found what it has
    for (const std::string &each : present_consoles(facts))
        if (!is_found(each, facts.arch))
            return each;
    return {};
}

// As it stands on the running command line, with its speed.
std::string spelled(const DoctorFacts &facts, std::string_view device) {
    for (std::string_view value : values_of(facts.command_line, "console"))
        if (device_of(value) == device)
            return std::string(value);
    return std::string(device);
}

} // namespace

MayJudge judge_command_line(const DoctorFacts &facts) {
    if (!facts.kernel)
        return std::nullopt;
    const std::string &line = facts.kernel->command_line;
    Rules rules;
    if (!facts.kernel->initrd && !has(line, "root"))
        rules.add(broken("no root=, and no initial ramdisk: the kernel finds nothing to run",
                         "add root=, or name an initial ramdisk"));
    if (is_crash(facts))
        look_for_crash_words(facts, line, rules);
    else if (line.empty())
        rules.add(warning("empty: the new kernel is told neither a root file system nor a console",
                          "add --reuse-cmdline"));
    return rules.together(
        line.empty() ? "empty" : fmt::format("{} words, nothing against them", words_of(line).size()));
}

MayJudge judge_console(const DoctorFacts &facts) {
    if (!facts.kernel)
        return std::nullopt;
    std::vector<std::string> named = consoles_named(facts.kernel->command_line),
                             present = present_consoles(facts);
    std::string here = present.empty() ? "not known" : fmt::format("{}", fmt::join(present, ", "));
    if (named.empty()) {
        std::string lost = lost_console(facts);
        if (lost.empty())
            return good(fmt::format("it finds its own, as this kernel did ({})", here));
        return warning(
            fmt::format("this kernel prints to {}, and the new one's command line has no console=: it "
                        "would be silent there",
                        lost),
            fmt::format("add console={}", spelled(facts, lost)));
    }
    bool is_present = std::ranges::any_of(named, [&](const std::string &each) {
        return std::ranges::find(present, each) != present.end();
    });
    if (!present.empty() && !is_present)
        return warning(fmt::format("the new kernel prints to {}, this one to {}", fmt::join(named, ", "),
                                   here),
                       fmt::format("add console={}, or see to it that somebody looks there",
                                   spelled(facts, present.back())));
    return good(fmt::format("it prints to {}, this kernel to {}", fmt::join(named, ", "), here));
}

} // namespace kexec
