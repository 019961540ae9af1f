// SPDX-License-Identifier: GPL-2.0-or-later
// The rows that the architectures' option tables share, and what joins them to one table. The names,
// arguments and scopes are those of kexec-tools; scripts depend on them.
#pragma once

#include "plan/option.h"

#include <array>

namespace kexec {

constexpr Option with_note(Option option, std::string_view note) {
    option.note = note;
    return option;
}
constexpr Option with_check(Option option, Result<void> (*check)(std::string_view)) {
    option.check = check;
    return option;
}
constexpr Option later(Option option) {
    option.origin = OptionOrigin::later;
    return option;
}

constexpr Option ours(Option option) {
    option.origin = OptionOrigin::ours;
    return option;
}

// An option that every architecture has, in the general scope.
constexpr Option general(OptionId id, std::string_view name, char letter, std::string_view argument,
                         OptionReach reach, std::string_view help) {
    return {id, name, letter, argument, OptionScope::general, reach, help};
}

// One of ours about loading, for every architecture.
constexpr Option our_loader(OptionId id, std::string_view name, std::string_view argument,
                            std::string_view help) {
    return ours({id, name, 0, argument, OptionScope::loader, OptionReach::any, help});
}

// Whether it is one word of a kernel's command line.
Result<void> check_word(std::string_view argument);
// Whether it is a form that a plan can be printed in; none stands for text.
Result<void> check_plan_form(std::string_view argument);

constexpr Option with_optional_argument(Option option) {
    option.may_lack_argument = true;
    return option;
}

inline constexpr std::string_view no_live_update =
    "live update of the Xen hypervisor is not offered: restart the host to change it";

inline constexpr std::array general_options = {
    general(OptionId::help, "help", 'h', "", OptionReach::any, "print this text and exit"),
    general(OptionId::version, "version", 'v', "", OptionReach::any, "print the version and exit"),
    general(OptionId::debug, "debug", 'd', "", OptionReach::any,
            "print what is planned and done on stderr, and ask the kernel for its own trace"),
    general(OptionId::force, "force", 'f', "", OptionReach::any,
            "load a kernel and start it at once, without shutting the system down"),
    general(OptionId::no_checks, "no-checks", 'i', "", OptionReach::segments,
            "start the new kernel without verifying that its memory is intact"),
    general(OptionId::no_ifdown, "no-ifdown", 'x', "", OptionReach::any,
            "leave network interfaces up when starting the new kernel"),
    general(OptionId::no_sync, "no-sync", 'y', "", OptionReach::any, "do not write file systems back first"),
    general(OptionId::load, "load", 'l', "", OptionReach::any, "load a kernel and do nothing else"),
    general(OptionId::unload, "unload", 'u', "", OptionReach::any,
            "unload the loaded kernel; with -p, the crash kernel"),
    general(OptionId::exec, "exec", 'e', "", OptionReach::any, "start the kernel that is loaded"),
    with_note(general(OptionId::exec_live_update, "exec-live-update", 0, "", OptionReach::refused,
                      "start a live update of the Xen hypervisor (not offered)"),
              no_live_update),
    with_note(general(OptionId::load_preserve_context, "load-preserve-context", 0, "", OptionReach::refused,
                      "load a kernel that can jump back (not offered)"),
              "loading a kernel that can jump back to the running one is not offered: hibernation (systemctl "
              "hibernate) keeps a running system"),
    with_note(general(OptionId::load_jump_back_helper, "load-jump-back-helper", 0, "", OptionReach::refused,
                      "load the helper for jumping back (not offered)"),
              "jumping back to a preserved kernel is not offered: hibernation (systemctl hibernate) keeps a "
              "running system"),
    with_note(general(OptionId::load_live_update, "load-live-update", 0, "", OptionReach::refused,
                      "load a new Xen hypervisor over the running one (not offered)"),
              no_live_update),
    general(OptionId::entry, "entry", 0, "ADDRESS", OptionReach::segments,
            "enter the new kernel at this address"),
    general(OptionId::type, "type", 't', "TYPE", OptionReach::any,
            "take the kernel file for one of this type"),
    general(OptionId::load_panic, "load-panic", 'p', "", OptionReach::any,
            "load a crash kernel, to be started when this kernel panics"),
    general(OptionId::mem_min, "mem-min", 0, "ADDRESS", OptionReach::segments,
            "place nothing below this physical address"),
    general(OptionId::mem_max, "mem-max", 0, "ADDRESS", OptionReach::segments,
            "place nothing above this physical address"),
    general(OptionId::file_call, "kexec-file-syscall", 's', "", OptionReach::any, "use kexec_file_load only"),
    general(OptionId::load_call, "kexec-syscall", 'c', "", OptionReach::any, "use kexec_load only"),
    general(OptionId::automatic_call, "kexec-syscall-auto", 'a', "", OptionReach::any,
            "use whichever of the two calls serves (the default)"),
    general(OptionId::status, "status", 'S', "", OptionReach::any,
            "exit with 1 if a crash kernel is loaded (with -l: a kernel for the next reboot), else with 0"),
    general(OptionId::print_crash_size, "print-ckr-size", 0, "", OptionReach::any,
            "print the size of the memory reserved for a crash kernel, in bytes"),
    general(OptionId::hotplug, "hotplug", 0, "", OptionReach::any,
            "let the kernel keep the crash kernel's description of CPUs and memory up to date"),
    later(general(OptionId::no_cma, "no-cma", 0, "", OptionReach::file,
                  "ask the kernel not to place the new kernel in contiguous (CMA) memory")),
    later(general(OptionId::force_dtb, "force-dtb", 0, "", OptionReach::file,
                  "ask the kernel to hand on its own device tree")),
    our_loader(OptionId::load_entry, "load-entry", "ID",
               "load this entry of the boot menu, by its name; default: the default one"),
    our_loader(OptionId::append_file, "append-file", "FILE",
               "the text of this file stands behind that of --append"),
    with_check(our_loader(OptionId::remove_arg, "remove-arg", "WORD",
                          "leave this word, or all of this name, out of the command line; may be repeated"),
               check_word),
    with_check(our_loader(OptionId::add_arg, "add-arg", "WORD",
                          "put this word at the end of the command line; may be repeated"),
               check_word),
    our_loader(OptionId::add_initrd, "add-initrd", "FILE",
               "one more initial ramdisk, behind that of --initrd; may be repeated"),
    ours(general(OptionId::require_signature, "require-signature", 0, "", OptionReach::any,
                 "load only what the running kernel verifies; never fall back to kexec_load")),
    ours(general(OptionId::loaded, "loaded", 0, "", OptionReach::any,
                 "print what was loaded, and whether the kernel says that it still is")),
    ours(general(OptionId::inspect, "inspect", 0, "", OptionReach::any,
                 "print what a kernel file is, of whatever machine, and do nothing else")),
    ours(general(OptionId::json, "json", 0, "", OptionReach::any,
                 "with --loaded, --inspect and --doctor: print it as JSON")),
    with_check(with_optional_argument(
                   ours(general(OptionId::plan, "plan", 0, "FORM", OptionReach::any,
                                "print what the other options would load, where and why, and change nothing; "
                                "as text, json or svg"))),
               check_plan_form),
    ours(general(
        OptionId::doctor, "doctor", 0, "", OptionReach::any,
        "print whether a kernel could be loaded and started, with -p whether a crash would be dumped, "
        "and what to do about it")),
    with_optional_argument(ours(
        general(OptionId::test_vm, "test-vm", 0, "SETTINGS", OptionReach::any,
                "try what the other options would load in a virtual machine, from the crash or the reboot "
                "to the second kernel's user space"))),
    ours(general(OptionId::record, "record", 0, "FILE", OptionReach::any,
                 "put what a plan needs to know of this machine into a file")),
    ours(general(OptionId::root, "root", 0, "FILE", OptionReach::any,
                 "with --plan, --inspect and --doctor: for the machine that this file of --record, or "
                 "directory, is of")),
    ours(general(OptionId::arch, "arch", 0, "ARCH", OptionReach::any,
                 "with --plan, --inspect and --doctor: for a machine of this architecture")),
};

// Whether it is a number that counts from 0.
Result<void> check_count(std::string_view argument);

// For machines whose kernels come in unified kernel images.
inline constexpr Option profile_option =
    with_check(our_loader(OptionId::profile, "profile", "N",
                          "of a unified kernel image, start this profile, counted from 0; default: 0"),
               check_count);

// For machines whose kernels may be entered unpacked.
inline constexpr Option fast_option = ours(Option{
    OptionId::fast, "fast", 0, "", OptionScope::loader, OptionReach::segments,
    "do when loading what the new kernel would do before its first line: unpack it and its initial ramdisk"});

// For machines whose kernels are given a device tree.
constexpr std::array<Option, 2> tree_options(OptionScope scope) {
    return {
        ours(Option{OptionId::dtb_overlay, "dtb-overlay", 0, "FILE", scope, OptionReach::segments,
                    "apply this overlay to the device tree that is handed over; may be repeated"}),
        ours(Option{OptionId::dtb_set, "dtb-set", 0, "CHANGE", scope, OptionReach::segments,
                    "PATH:PROPERTY=VALUE in the device tree that is handed over; may be repeated"}),
    };
}

// --reuseinitrd is general, and means something else on every architecture.
constexpr Option reuse_initrd_option(OptionReach reach, std::string_view note) {
    return with_note(general(OptionId::reuse_initrd, "reuseinitrd", 0, "", reach,
                             "use the initial ramdisk that this kernel was booted with"),
                     note);
}
inline constexpr std::string_view no_reuse_initrd = "--reuseinitrd does not exist on this architecture";

// The options about booting Linux that every architecture has.
constexpr std::array<Option, 4> boot_options(OptionScope scope) {
    return {
        Option{OptionId::command_line, "append", 0, "TEXT", scope, OptionReach::any,
               "the new kernel's command line; stands behind that of --reuse-cmdline"},
        Option{OptionId::command_line, "command-line", 0, "TEXT", scope, OptionReach::any,
               "the same as --append"},
        Option{OptionId::initrd, "initrd", 0, "FILE", scope, OptionReach::any,
               "the new kernel's initial ramdisk"},
        Option{OptionId::reuse_command_line, "reuse-cmdline", 0, "", scope, OptionReach::any,
               "start from the running kernel's command line"},
    };
}
constexpr Option ramdisk_option(OptionScope scope) {
    return {OptionId::initrd, "ramdisk", 0, "FILE", scope, OptionReach::any, "the same as --initrd"};
}

// One table out of several.
template <std::size_t... counts> constexpr auto join_options(const std::array<Option, counts> &...parts) {
    std::array<Option, (0 + ... + counts)> all{};
    std::size_t end = 0;
    auto add = [&](const auto &part) {
        for (const Option &option : part)
            all[end++] = option;
    };
    (add(parts), ...);
    return all;
}

} // namespace kexec
