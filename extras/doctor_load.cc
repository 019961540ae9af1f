// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel that is named, what it is started with, and the one that is loaded already.
#include "base/text.h"
#include "extras/doctor_checks.h"
#include "machine/configuration.h"

#include <algorithm>
#include <fmt/core.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

// The option with which a kernel unpacks an initial ramdisk.
std::string option_of(Compression compression) {
    std::string name = "RD_";
    for (char each : name_of(compression))
        name += each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
    return name;
}

std::vector<std::string> options_needed(const DoctorFacts &facts, const NamedKernel &kernel) {
    std::vector<std::string> names;
    if (is_crash(facts))
        names = {"CRASH_DUMP", "PROC_VMCORE"};
    bool is_moved = facts.arch != "s390x" && is_crash(facts);
    if (is_moved)
        names.emplace_back("RELOCATABLE");
    if (kernel.initrd) {
        names.emplace_back("BLK_DEV_INITRD");
        for (Compression each : kernel.initrd->compressions)
            names.push_back(option_of(each));
    }
    return names;
}

std::string version_of(const NamedKernel &kernel) {
    return kernel.facts.banner ? kernel.facts.banner->release : "";
}

std::string packing_words(const InitramfsFacts &initrd) {
    std::vector<std::string_view> names;
    for (Compression each : initrd.compressions)
        names.push_back(name_of(each));
    return names.empty() ? "" : fmt::format(" packed by {}", fmt::join(names, " and "));
}

std::string call_of(const Attempt &attempt) {
    return std::holds_alternative<FileLoad>(attempt.plan) ? "kexec_file_load" : "kexec_load";
}

} // namespace

MayJudge judge_kernel(const DoctorFacts &facts) {
    if (facts.kernel_error)
        return broken(facts.kernel_error->what, facts.kernel_error->remedy);
    if (!facts.kernel)
        return std::nullopt;
    const NamedKernel &kernel = *facts.kernel;
    std::string version = version_of(kernel);
    return good(fmt::format("{}: {}, {}{}{}", kernel.path, kernel.format, size_words(kernel.size),
                            version.empty() ? "" : ", Linux " + printable(version),
                            kernel.is_loaded_one ? "; the one that is loaded" : ""));
}

MayJudge judge_kernel_configuration(const DoctorFacts &facts) {
    if (!facts.kernel)
        return std::nullopt;
    const NamedKernel &kernel = *facts.kernel;
    if (!kernel.configuration)
        return not_seen(fmt::format("its configuration (/boot/config-{}) cannot be read",
                                    version_of(kernel).empty() ? "..." : printable(version_of(kernel))),
                        "install it there");
    std::vector<std::string> missing, there;
    for (const std::string &name : options_needed(facts, kernel))
        (configured(*kernel.configuration, name) == "y" ? there : missing).push_back("CONFIG_" + name);
    if (!missing.empty())
        return broken(fmt::format("it was built without {}", fmt::join(missing, ", ")),
                      "name a kernel that has this, or pack the initial ramdisk otherwise");
    return good(there.empty() ? "it needs nothing special"
                              : fmt::format("it has {}", fmt::join(there, ", ")));
}

MayJudge judge_initrd(const DoctorFacts &facts) {
    if (!facts.kernel)
        return std::nullopt;
    if (!facts.kernel->initrd && is_crash(facts))
        return warning(
            "none: the kernel must have every driver built in, and what saves the dump must be on its "
            "root file system",
            "name one that saves the dump with --initrd");
    if (!facts.kernel->initrd)
        return good("none");
    const InitramfsFacts &initrd = *facts.kernel->initrd;
    std::string found = fmt::format("{}{}", size_words(initrd.packed), packing_words(initrd));
    if (!initrd.is_archive)
        return warning(found + ", which is no archive that a kernel unpacks",
                       "make it anew; the kernel takes cpio archives, packed or not");
    if (initrd.remainder && initrd.remainder->cause == Cause::unsupported)
        return not_seen(fmt::format("{}; {}", found, initrd.remainder->what), initrd.remainder->remedy);
    if (initrd.remainder)
        return broken(fmt::format("{}; it is damaged: {}", found, initrd.remainder->what), "make it anew");
    return good(fmt::format("{}, unpacked {} in {} files", found, size_words(initrd.unpacked), initrd.files));
}

MayJudge judge_versions(const DoctorFacts &facts) {
    if (!facts.kernel || !facts.kernel->initrd || facts.kernel->initrd->releases.empty())
        return std::nullopt;
    std::string version = version_of(*facts.kernel);
    std::vector<std::string> releases;
    for (const std::string &each : facts.kernel->initrd->releases)
        releases.push_back(printable(each));
    if (version.empty())
        return not_seen(
            fmt::format("the kernel does not state its version; the initial ramdisk has modules of {}",
                        fmt::join(releases, ", ")),
            "compare them yourself");
    if (!facts.kernel->initrd->releases.contains(version))
        return broken(
            fmt::format("the kernel is {}, the initial ramdisk has modules of {}: no driver in it can "
                        "be loaded",
                        printable(version), fmt::join(releases, ", ")),
            "name kernel and initial ramdisk of one version, or make the ramdisk anew");
    return good(fmt::format("kernel and modules are {}", printable(version)));
}

MayJudge judge_plan(const DoctorFacts &facts) {
    if (!facts.kernel)
        return std::nullopt;
    const NamedKernel &kernel = *facts.kernel;
    if (!kernel.decision && kernel.decision.error().cause == Cause::no_reservation)
        return std::nullopt; // another check says so
    if (!kernel.decision)
        return broken(kernel.decision.error().what, kernel.decision.error().remedy);
    std::string found = fmt::format("by {}: {}", call_of(kernel.decision->attempts.front()),
                                    kernel.decision->attempts.front().reason);
    Rules rules;
    for (const auto *warnings : {&kernel.warnings, &kernel.decision->warnings})
        for (const std::string &each : *warnings)
            rules.add(warning(each, "kexec --plan tells all of the plan"));
    return rules.together(found);
}

MayJudge judge_loaded(const DoctorFacts &facts) {
    std::string_view slot = is_crash(facts) ? "crash kernel" : "kernel";
    auto loaded = is_crash(facts) && facts.crash.mode == CrashMode::fadump ? facts.crash.armed
                  : is_crash(facts)                                        ? facts.crash_loaded
                                                                           : facts.loaded;
    if (!loaded && facts.has_sysfs)
        return std::nullopt; // a kernel that has no kexec, which another check says
    if (!loaded)
        return not_seen("the kernel does not tell", "mount -t sysfs sysfs /sys");
    if (is_crash(facts) && facts.crash.mode == CrashMode::fadump)
        return *loaded ? good("fadump is registered")
                       : broken("fadump is not registered: a crash leaves no dump", "fadump register");
    if (!*loaded && (facts.kernel || facts.kernel_error || !is_crash(facts)))
        return good(fmt::format("no {} is loaded yet", slot));
    if (!*loaded)
        return broken("no crash kernel is loaded: a crash leaves no dump", "load one with kexec -p");
    if (!facts.record || !facts.record->is_recorded)
        return not_seen(fmt::format("a {} is loaded, and not recorded: another program loaded it", slot),
                        "load it with this kexec, which records what it was");
    if (!facts.record->changed.empty())
        return warning(fmt::format("{}; {}", facts.record->what, fmt::join(facts.record->changed, ", ")),
                       "load it again");
    return good(facts.record->what + (facts.record->can_compare ? "; the files are what they were" : ""));
}

} // namespace kexec
