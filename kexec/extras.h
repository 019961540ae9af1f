// SPDX-License-Identifier: GPL-2.0-or-later
// What the command does besides loading and starting kernels: plans and examinations, of this machine and of
// others, and recordings of machines. A build with -Dextras=false has without_extras.cc in the place of
// extras.cc, which refuses.
#pragma once

#include "kexec/options.h"
#include "kexec/world.h"

#include <span>

namespace kexec {

bool has_extras();
// Whether this build can do what the option asks for.
bool is_built_in(OptionId option);

// The architecture whose options a command line is written in: that of --arch or of the recording that --root
// names; `own` where neither is given, or makes no sense.
const Arch &arch_of_line(const Arch &own, std::span<const char *const> words, Order order);

// The machine that --root or --arch names, whose kernel file --inspect is to look at; null where neither is
// given.
Result<const Arch *> machine_named(const World &world, const Options &options);

// --plan: prints what a load would do. No call that changes anything can be reached from it. The exit status.
Result<int> show_plan(const World &world, Options options);

// --test-vm: tries the load in an emulated machine (kexec/rehearse.h). The exit status.
Result<int> test_in_vm(const World &world, Options options);

// --doctor: prints what has to hold so that a kernel can be loaded, or a crash is dumped, and whether it
// does. Nothing that changes anything can be reached from it. The exit status, which exit_status.h has names
// for.
Result<int> examine_machine(const World &world, const Options &options);

// --record: writes what a plan and an examination need to know of this machine, and prints what that is. The
// exit status.
Result<int> record_machine(const World &world, const Options &options);

} // namespace kexec
