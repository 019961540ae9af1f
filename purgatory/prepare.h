// SPDX-License-Identifier: GPL-2.0-or-later
// What every machine with a console does between entry and hand-over: it verifies, with its messages, and
// copies the backup for a crash kernel where it has one.
#pragma once

#include "purgatory/report.h"

#pragma GCC visibility push(hidden)

namespace purgatory {

using Copy = void (*)(const Backup<uint64_t> &backup);

template <typename Device> void write_character(void *device, char character) {
    static_cast<Device *>(device)->write(character);
}

// `Device` is the console, made of the parameters; a null `copy` is for a machine that keeps no backup. 0
// when the new kernel is to be entered, else the machine is to stop.
template <typename Device> int prepare(FindAltered find, Copy copy) {
    const OwnParameters &parameters = purgatory_parameters;
    Device device(parameters);
    Messages messages(write_character<Device>, &device);
    if (!verify_and_report(messages, parameters, find))
        return 1;
    if (copy && (parameters.flags & flag::panic) != 0)
        copy(parameters.backup);
    announce_entry(messages, parameters);
    return 0;
}

} // namespace purgatory

#pragma GCC visibility pop
