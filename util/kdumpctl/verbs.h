// SPDX-License-Identifier: GPL-2.0-or-later
// What the verbs do, a function each. options.cc has the table that leads here.
#pragma once

#include "util/kdumpctl/command.h"
#include "util/kdumpctl/facts.h"
#include "util/verb_line.h"

namespace kexec::kdumpctl {

// Each changes the machine, or with --print says what it would change.
Result<Outcome> start(const World &world, const VerbLine &line);
Result<Outcome> stop(const World &world, const VerbLine &line);
Result<Outcome> restart(const World &world, const VerbLine &line);
Result<Outcome> reload(const World &world, const VerbLine &line);
Result<Outcome> rebuild(const World &world, const VerbLine &line);
Result<Outcome> propagate(const World &world, const VerbLine &line);
Result<Outcome> test(const World &world, const VerbLine &line);

Result<Outcome> check_config(const World &world, const VerbLine &line);
Result<Outcome> reset_after_update(const World &world, const VerbLine &line);
Result<Outcome> reset_crashkernel(const World &world, const VerbLine &line);
Result<Outcome> reset_for_installed(const World &world, const VerbLine &line);
Result<Outcome> show_default(const World &world, const VerbLine &line);
Result<Outcome> show_estimate(const World &world, const VerbLine &line);
Result<Outcome> show_memory(const World &world, const VerbLine &line);
Result<Outcome> show_status(const World &world, const VerbLine &line);

// In an emulated machine: test --vm, estimate --measure.
Result<Outcome> test_in_machine(const World &world);
Result<Outcome> measure(const World &world, bool as_json);

// What tells whether packages may change the boot loader's configuration.
std::span<const Source> package_sources();

// The facts of this machine, read now.
Result<Facts> look(const World &world, std::span<const Source> more = {});

} // namespace kexec::kdumpctl
