// SPDX-License-Identifier: GPL-2.0-or-later
// What the facts come to.
#pragma once

#include "util/fadump/facts.h"

namespace kexec::fadump {

enum class State {
    unavailable,  // this kernel or this firmware has no firmware-assisted dump
    disabled,     // they have; memory is not reserved for it
    unregistered, // a crash is not dumped
    registered,   // a crash is dumped
    dump_waiting, // this is the boot after a crash
};

struct Status {
    State state;
    // Bytes of boot memory for this machine; nothing where its size is not known, or below the table.
    std::optional<std::uint64_t> recommended;
    // What has been set aside to boot in: from the regions where they can be seen, else all of the
    // reservation, which is a little more.
    std::optional<std::uint64_t> boot_memory;
    // What its user should know: each a sentence and what to do.
    std::vector<std::string> notes;
};

Status judge(const Facts &facts);

std::string_view name_of(State state);
std::string_view name_of(Platform platform);
std::string_view name_of(Mode mode);

} // namespace kexec::fadump
