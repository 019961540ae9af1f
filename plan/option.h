// SPDX-License-Identifier: GPL-2.0-or-later
// One row of the option table. Each architecture has one table, which holds every option it knows; parsing,
// help, abbreviations and the choice of the system call all read it.
#pragma once

#include "base/result.h"

#include <span>
#include <string_view>

namespace kexec {

enum class OptionId {
    help,
    version,
    debug,
    force,
    no_checks,
    no_ifdown,
    no_sync,
    load,
    unload,
    exec,
    exec_live_update,
    load_preserve_context,
    load_jump_back_helper,
    load_live_update,
    entry,
    type,
    load_panic,
    mem_min,
    mem_max,
    reuse_initrd,
    file_call,
    load_call,
    automatic_call,
    status,
    print_crash_size,
    hotplug,
    no_cma,
    force_dtb,
    command_line,
    reuse_command_line,
    initrd,
    dtb,
    reset_vga,
    serial,
    serial_baud,
    console_vga,
    console_serial,
    elf32_core_headers,
    elf64_core_headers,
    pass_memmap_cmdline,
    noefi,
    reuse_video_type,
    args_elf,
    args_linux,
    args_none,
    module,
    real_mode,
    entry_32bit,
    dt_no_old_root,
    caches_off,
    add_initrd,
    add_arg,
    remove_arg,
    fast,
    append_file,
    load_entry,
    profile,
    dtb_overlay,
    dtb_set,
    require_signature,
    loaded,
    inspect,
    json,
    plan,
    doctor,
    record,
    root,
    arch,
    test_vm
};

// Where an option belongs in kexec-tools' scheme, which decides what a line without a load may carry.
enum class OptionScope {
    general,      // kexec's own
    architecture, // accepted on any line
    loader,       // belongs to loading: with -u, -e or -S it is a usage error on x86_64, ppc64 and s390x
};

// What an option means for the choice of the system call.
enum class OptionReach {
    any,      // both calls honour it, or it is not about loading
    segments, // only kexec_load can honour it
    file,     // only kexec_file_load can honour it
    nothing,  // accepted and without effect here; `note` says why where that may surprise
    refused,  // understood and not offered: given for a load it is an error, which `note` words
};

// Whose option it is: an abbreviation means an option of an earlier origin if it fits one.
enum class OptionOrigin {
    released, // kexec-tools up to 2.0.32
    later,    // kexec-tools after 2.0.32
    ours,
};

struct Option {
    OptionId id;
    std::string_view name;     // without dashes
    char letter;               // 0: none
    std::string_view argument; // its name in the help text; empty: takes none
    OptionScope scope;
    OptionReach reach;
    std::string_view help; // one sentence part, lower case; lines are broken by whoever prints it

    std::string_view note = {}; // a sentence part, lower case
    OptionOrigin origin = OptionOrigin::released;
    bool joins = false;             // repeated uses are joined with a space; otherwise the last one counts
    bool may_lack_argument = false; // it is given as --name=ARGUMENT only, or left out
    // Says whether the argument is one; null: any text is. An error ends the program before anything is done.
    Result<void> (*check)(std::string_view argument) = nullptr;
};

} // namespace kexec
