// SPDX-License-Identifier: GPL-2.0-or-later
// The machine that a line of --plan or --doctor is about: this one, one whose files lie below a directory, or
// one that was recorded.
#pragma once

#include "extras/dump_target.h"
#include "extras/recording.h"
#include "kexec/options.h"
#include "kexec/world.h"

#include <span>

namespace kexec {

struct MachineSeen {
    Snapshot snapshot;
    std::string root; // in front of paths of its own; "" is this machine
    bool is_recorded = false;
    std::optional<std::uint64_t> dump_space = {}; // as it was recorded
};

// The last argument of an option; empty where it is not given.
std::string argument_of(std::span<const GivenOption> options, OptionId id);

Result<Recording> open_recording(const std::string &path);

// The recording that --root names; nothing where it names a directory, or is not given. An error where it
// cannot be read, and where it or --arch names an architecture that this program, or the line, is not for.
Result<std::optional<Recording>> named_recording(const World &world, const Options &options);

// By --root and --arch. `more` are the files to look at besides those of the architecture.
Result<MachineSeen> see_machine(const World &world, const Options &options, std::span<const Source> more);

// The sentence of a complaint as a World is told it: "kexec: sentence", and a line end.
std::string sentence_in(std::string_view complaint);

// Bytes that are free where dumps go; nothing where that is no directory, or it does not tell.
std::optional<std::uint64_t> space_for_dumps(const DumpTarget &target, const std::string &root);

} // namespace kexec
