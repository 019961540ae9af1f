// SPDX-License-Identifier: GPL-2.0-or-later
// --test-vm: the load that the other options ask for is tried in an emulated machine, and nothing is done to
// this one.
#pragma once

#include "emulator/rehearsal.h"
#include "kexec/options.h"
#include "kexec/world.h"

namespace kexec {

// What the trial asks of the host; a test stands up one of its own.
struct Emulation {
    std::function<Result<Emulator>(std::string_view arch, const std::string &named)> find;
    std::function<Result<std::vector<GuestFile>>(const std::string &program)> files;
    std::function<Result<Outcome>(const Rehearsal &)> rehearse;
};
Emulation real_emulation();

// 0: the second kernel came up; the status below: it did not, or died.
inline constexpr int not_proven = 2;
Result<int> rehearse_load(const World &world, Options options, const Emulation &emulation);

// What stands behind --test-vm=: settings with commas between them.
struct RehearsalSettings {
    std::optional<std::uint64_t> reservation, memory; // bytes: crash=SIZE, memory=SIZE
    std::optional<unsigned> processors;               // cpus=N
    std::chrono::seconds limit{600}, watch{30};       // seconds=N, watch=N
    std::string first_kernel, emulator;               // first=FILE, emulator=FILE
};
Result<RehearsalSettings> parse_rehearsal_settings(std::string_view text);

} // namespace kexec
