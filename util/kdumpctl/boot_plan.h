// SPDX-License-Identifier: GPL-2.0-or-later
// What has to be written and run so that kernels boot with other words: worked out from what was seen, before
// anything is touched.
#pragma once

#include "util/kdumpctl/boot_menu.h"
#include "util/kdumpctl/facts.h"

namespace kexec::kdumpctl {

enum class Kernels {
    all,          // and those to come
    menu_default, // that is booted unless another is chosen
    named,        // whose file that is
    of_release,   // as uname -r says it
};

struct BootRequest {
    Kernels kernels = Kernels::menu_default;
    std::string name = {};                  // of the file, or the release
    std::optional<std::string> fadump = {}; // its value, empty for none; nothing: each entry keeps its own
};

struct FileChange {
    std::string path, before, after;
};

struct ProgramRun {
    std::string path;
    std::vector<std::string> arguments;
    bool operator==(const ProgramRun &) const = default;
};

// As it would be typed.
std::string text_of(const ProgramRun &run);

struct ChosenEntry {
    std::string kernel; // empty: all of them
    CrashWords words;
    bool changes;
};

struct BootPlan {
    Loader loader = Loader::none;
    std::vector<FileChange> files;      // that are written, in this order
    std::vector<ProgramRun> programs;   // that are run then
    std::vector<ProgramRun> undoing;    // that are run when the files are as they were again
    std::vector<std::string> rewritten; // files that the programs write
    bool keeps_rewritten = false;       // nothing makes these anew: they are put back as they were
    std::vector<ChosenEntry> entries;   // that were asked for
    std::vector<std::string> notes;     // what else there is to know, a sentence each
};

// Where there is no boot loader whose files are known, the plan has `entries` alone. Cause::unsupported where
// there is no default for this machine or a program is missing; Cause::missing_file where no kernel is what
// was asked for.
Result<BootPlan> plan_boot_change(const Snapshot &snapshot, const BootRequest &request, const Facts &facts);

// The default for a kernel in that mode.
Result<CrashWords> default_words(const Facts &facts, CrashMode mode, std::string_view kernel);

// Whether the kernel's path is that of a kernel of that release.
bool is_of_release(std::string_view kernel, std::string_view release);

// What changes in a file, a line each: "-" and the old one, "+" and the new one. Keys in them are hidden.
std::string difference_text(const FileChange &change);

} // namespace kexec::kdumpctl
