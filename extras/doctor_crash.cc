// SPDX-License-Identifier: GPL-2.0-or-later
// What happens around a crash: who starts it, who interrupts it, where its dump goes
// (Documentation/admin-guide/sysctl/kernel.rst, sysrq.rst, Documentation/watchdog).
#include "base/text.h"
#include "extras/doctor_checks.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

namespace kexec {
namespace {

// Of kernel.sysrq: all of it, or what dumps processes and crashes.
constexpr std::int64_t sysrq_all = 1, sysrq_dumps = 8;

std::optional<std::int64_t> setting(const DoctorFacts &facts, std::string_view name) {
    auto found = facts.settings.find(name);
    return found == facts.settings.end() ? std::nullopt : std::optional(found->second);
}

Judgement setting_not_seen(std::string_view name) {
    return not_seen(fmt::format("/proc/sys/kernel/{} cannot be read", name), "mount -t proc proc /proc");
}

bool is_fed_by(const InitramfsFacts &initrd, const Watchdog &watchdog) {
    return !watchdog.driver.empty() && initrd.modules.contains(with_underscores(watchdog.driver));
}

std::string words_about(const Watchdog &watchdog) {
    std::string time = watchdog.seconds ? fmt::format(", {} s", *watchdog.seconds) : "";
    return fmt::format("{} ({}{})", watchdog.name,
                       watchdog.identity.empty() ? "not named" : printable(watchdog.identity), time);
}

} // namespace

MayJudge judge_watchdog(const DoctorFacts &facts) {
    std::vector<std::string> fed, unfed;
    for (const Watchdog &each : facts.watchdogs)
        if (each.is_active) {
            bool is_fed = facts.kernel && facts.kernel->initrd && is_fed_by(*facts.kernel->initrd, each);
            (is_fed ? fed : unfed).push_back(words_about(each));
        }
    if (!unfed.empty())
        return warning(fmt::format("{} runs: it resets the machine while the dump is written, unless the "
                                   "capture kernel feeds it",
                                   fmt::join(unfed, ", ")),
                       "put its driver into the capture initial ramdisk, or give it a timeout that is longer "
                       "than a dump takes");
    if (!fed.empty())
        return good(fmt::format("{} runs, and the initial ramdisk has its driver", fmt::join(fed, ", ")));
    return good(facts.watchdogs.empty() ? "there is none" : "none runs");
}

MayJudge judge_panic_on_oops(const DoctorFacts &facts) {
    auto value = setting(facts, "panic_on_oops");
    if (!value)
        return setting_not_seen("panic_on_oops");
    if (*value == 0)
        return warning("kernel.panic_on_oops is 0: an oops ends one process and leaves no dump",
                       "sysctl -w kernel.panic_on_oops=1");
    return good("kernel.panic_on_oops is 1: an oops is a crash");
}

MayJudge judge_sysrq(const DoctorFacts &facts) {
    auto value = setting(facts, "sysrq");
    if (!value)
        return setting_not_seen("sysrq");
    if (*value != sysrq_all && (*value & sysrq_dumps) == 0)
        return warning(fmt::format("kernel.sysrq is {}: no key crashes a machine that hangs", *value),
                       "sysctl -w kernel.sysrq=1; as root, \"echo c > /proc/sysrq-trigger\" works anyhow");
    return good(fmt::format("kernel.sysrq is {}: the key c crashes a machine that hangs", *value));
}

MayJudge judge_panic_timeout(const DoctorFacts &facts) {
    auto value = setting(facts, "panic");
    if (!value)
        return setting_not_seen("panic");
    if (*value == 0)
        return warning("kernel.panic is 0: where no crash kernel comes up, the machine stands still until "
                       "somebody resets it",
                       "sysctl -w kernel.panic=10");
    return good(*value < 0
                    ? "kernel.panic is negative: where no crash kernel comes up, the machine boots at once"
                    : fmt::format("kernel.panic is {}: where no crash kernel comes up, the machine boots "
                                  "after so many seconds",
                                  *value));
}

MayJudge judge_target(const DoctorFacts &facts) {
    if (!facts.target)
        return std::nullopt;
    const DumpTarget &target = *facts.target;
    std::string by = target.told_by.empty() ? "nothing says another place" : target.told_by + " says so";
    if (!target.place.starts_with('/'))
        return not_seen(fmt::format("dumps go to another place ({}; {}), which is not looked at",
                                    printable(target.place), by),
                        "look there for room yourself");
    if (!target.free)
        return not_seen(fmt::format("the room in {} cannot be seen ({})", printable(target.place), by),
                        "make the directory, or name another one");
    std::string room =
        fmt::format("{} has {} free ({})", printable(target.place), size_words(*target.free), by);
    std::string all = facts.machine ? size_words(facts.machine->system_ram.size()) : "not known";
    if (!facts.kept_by_filter)
        return not_seen(room + "; how much a dump takes is not known", "mount -t proc proc /proc");
    std::string needs = fmt::format("a dump of the kernel's memory takes {} now, one of all memory {}",
                                    size_words(*facts.kept_by_filter), all);
    if (*target.free < *facts.kept_by_filter)
        return broken(room + "; " + needs, "make room there, or have dumps go elsewhere");
    return good(room + "; " + needs);
}

} // namespace kexec
