// SPDX-License-Identifier: GPL-2.0-or-later
// Judging. What the notes say of parameters and files is in firmware-assisted-dump.rst.
#include "util/fadump/status.h"

#include "util/fadump/recommend.h"

#include <fmt/core.h>

namespace kexec::fadump {

namespace {

State state_of(const Facts &facts) {
    if (facts.dump_waiting)
        return State::dump_waiting;
    if (facts.registered)
        return State::registered;
    if (!facts.enabled)
        return State::unavailable;
    return *facts.enabled ? State::unregistered : State::disabled;
}

std::optional<std::uint64_t> boot_memory_of(const Facts &facts) {
    if (facts.regions && facts.regions->boot_memory() > 0)
        return facts.regions->boot_memory();
    return facts.enabled.value_or(false) ? facts.reserved : std::nullopt;
}

std::string missing_part(const Facts &facts) {
    if (facts.platform == Platform::none)
        return "the firmware offers no firmware-assisted dump; use kdump (kexec -p)";
    return "the kernel has no firmware-assisted dump (CONFIG_FA_DUMP); boot one that has, or use kdump";
}

void note_dump(const Facts &facts, std::vector<std::string> &notes) {
    if (!facts.has_vmcore)
        notes.push_back("the waiting dump cannot be read: there is no /proc/vmcore; boot a kernel with "
                        "CONFIG_PROC_VMCORE to save it");
    else if (facts.saved)
        notes.push_back("the waiting dump is saved; \"fadump release\" gives its memory back");
    else
        notes.push_back("a dump is waiting; \"fadump save DIR\" stores it, then \"fadump release\" gives its "
                        "memory back");
}

void note_state(const Facts &facts, State state, std::vector<std::string> &notes) {
    switch (state) {
    case State::dump_waiting: note_dump(facts, notes); return;
    case State::unavailable:
        notes.push_back((facts.mode == Mode::off ? "" : "fadump= is on the command line, and ") +
                        missing_part(facts));
        return;
    case State::disabled:
        if (facts.mode == Mode::off)
            notes.push_back("firmware-assisted dump is off; boot with fadump=on");
        else
            notes.push_back("the kernel could not reserve memory, and falls back to kdump (kexec -p) where "
                            "crashkernel= is given; look for \"fadump\" in its log, and name another size");
        return;
    case State::unregistered:
        notes.push_back("a crash will not be dumped; \"fadump register\" changes that");
        return;
    case State::registered:
        if (!facts.hotplug_ready)
            notes.push_back("this kernel does not follow changes of memory; after memory was added or "
                            "removed do \"fadump register\" again");
        return;
    }
}

void note_size(const Facts &facts, const Status &status, std::vector<std::string> &notes) {
    if (facts.enabled.value_or(false) && status.boot_memory && status.recommended &&
        *status.boot_memory < *status.recommended)
        notes.push_back(fmt::format("less is reserved than recommended; boot with crashkernel={}",
                                    size_word(*status.recommended)));
}

} // namespace

Status judge(const Facts &facts) {
    Status status{.state = state_of(facts),
                  .recommended = facts.memory ? recommended_memory(*facts.memory) : std::nullopt,
                  .boot_memory = boot_memory_of(facts),
                  .notes = {}};
    note_state(facts, status.state, status.notes);
    note_size(facts, status, status.notes);
    if (facts.reserve_mem)
        status.notes.push_back(fmt::format(
            "fadump_reserve_mem={} is deprecated; name the size with crashkernel=", *facts.reserve_mem));
    if (!facts.opal_core.empty() && status.state != State::dump_waiting)
        status.notes.push_back("the memory of OPAL is still kept; \"fadump release\" gives it back");
    return status;
}

std::string_view name_of(State state) {
    switch (state) {
    case State::unavailable: return "unavailable";
    case State::disabled: return "disabled";
    case State::unregistered: return "unregistered";
    case State::registered: return "registered";
    case State::dump_waiting: return "dump-waiting";
    }
    return "";
}

std::string_view name_of(Platform platform) {
    switch (platform) {
    case Platform::none: return "none";
    case Platform::powervm: return "powervm";
    case Platform::opal: return "opal";
    }
    return "";
}

std::string_view name_of(Mode mode) {
    switch (mode) {
    case Mode::off: return "off";
    case Mode::on: return "on";
    case Mode::nocma: return "nocma";
    }
    return "";
}

} // namespace kexec::fadump
