// SPDX-License-Identifier: GPL-2.0-or-later
// From action options to what will be done. In kexec-tools every action option assigns a few switches, in the
// order of the command line, and what remains on at the end is done in a fixed order. The table of those
// assignments is kept; where its outcome was an accident, `steps_of` does what was meant.
#pragma once

#include "kexec/arguments.h"
#include "plan/request.h"

#include <vector>

namespace kexec {

// In the order in which they are done.
enum class Step {
    report_status, // -S; nothing else is done then
    report_loaded, // --loaded; nothing else is done then
    record,        // --record; nothing else is done then
    examine,       // --doctor; nothing else is done then
    plan,          // --plan; nothing else is done then
    test_vm,       // --test-vm; nothing else is done then
    inspect,       // --inspect; nothing else is done then
    unload,
    load,
    shut_down,       // run shutdown(8), which is expected to end in kexec -e
    synchronise,     // write file systems back
    take_links_down, // network interfaces
    execute,         // start the loaded kernel
};

struct Steps {
    std::vector<Step> steps; // ascending
    Purpose target;          // of unload, load and status: the kernel for a reboot or the crash kernel

    bool contains(Step step) const;
};

// `has_kernel`: a kernel file is named. Where none is, an option that asks for a load beside -u or -e only
// says which image is meant.
Steps steps_of(std::span<const GivenOption> options, bool has_kernel);

} // namespace kexec
