// SPDX-License-Identifier: GPL-2.0-or-later
// Loading and unloading. A load is prepared first: the machine looked at, the files read, the plan made and
// checked, without changing anything. Only then is it carried out.
#pragma once

#include "image/digest.h"
#include "kexec/options.h"
#include "kexec/refusal.h"
#include "kexec/world.h"
#include "machine/pluggable.h"
#include "plan/plan.h"

namespace kexec {

struct LoadedFile {
    std::string role; // "kernel", "addon", "initrd", "dtb", "dtb-overlay"
    std::shared_ptr<const MappedFile> file;
    std::vector<Digest> digests = {}; // of its pieces_of(), where the load has computed them; else empty
};

struct PreparedLoad {
    Decision decision;
    std::vector<LoadedFile> files; // that it was made from
    std::string command_line;      // as asked for; the plan adds what a crash kernel needs
    std::string configuration;     // of a FIT image: "#NAME", what stands behind its path; else empty
    std::vector<std::string> words_for_parts; // kexec/parts.h; of a crash kernel
    Pluggable planned_for; // of a crash kernel: what there was when the machine was looked at
};

// A request, and what was read for it besides the files that options name.
struct Asked {
    Request request;
    std::vector<std::shared_ptr<const MappedFile>> addons;
    std::string configuration; // as PreparedLoad has it
};

// What the options ask for on this machine: looks at no more of it than at the files that are named. Where
// `options` name an entry of the boot menu, what that says is put into them. Prints warnings.
Result<Asked> request_for(const World &world, Options &options, Machine machine, const Entropy &entropy);

// The same where nothing need be reserved for a crash kernel: to look at what is asked for all the same.
Result<Asked> request_without_reservation(const World &world, Options &options, Machine machine,
                                          const Entropy &entropy);

// The files that a request was made from.
Result<std::vector<LoadedFile>> files_of(const Asked &asked, const Options &options);

// Everything that can be checked is checked here. Prints warnings, and with -d the decision.
Result<PreparedLoad> prepare_load(World &world, Options options);

// Makes the attempts of the decision; which call served. A file that changed since it was opened, until the
// call had returned, is an error, and nothing stays loaded.
Result<RefusedCall> load_prepared(World &world, const Options &options, PreparedLoad &prepared);

// How often a crash kernel is loaded while memory or CPUs come and go.
inline constexpr unsigned most_loads = 3;

// The same, and a crash kernel by kexec_load once more where memory or CPUs came or went meanwhile: it would
// leave them out of the dump. What was loaded is recorded (kexec/record.h); where a crash kernel is refused
// and the old one is gone, that one is loaded again (kexec/rearm.h).
Result<void> carry_out(World &world, const Options &options, PreparedLoad &prepared);

// The kernel for a reboot, or the crash kernel, and what is recorded of it. Nothing loaded is a success.
Result<void> unload(World &world, const Options &options);

} // namespace kexec
