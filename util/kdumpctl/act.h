// SPDX-License-Identifier: GPL-2.0-or-later
// What changes the machine: programs that are run, files that are written. Each is a step that can be shown
// instead of being done.
#pragma once

#include "base/file.h"
#include "capture/initramfs.h"
#include "util/kdumpctl/world.h"

namespace kexec::kdumpctl {

struct Step {
    std::string text; // what it changes, as --print shows it; empty for one that changes nothing
    std::function<Result<void>()> act;
};
using Steps = std::vector<Step>;

// In their order, up to the first that fails.
Result<void> carry_out(const Steps &steps);
std::string steps_text(const Steps &steps);

// A program of the fixed list (kexec, fadump, dracut, ...) with its arguments. Cause::unsupported where it is
// not installed. Where it ends with another status than 0 the step fails with `failure`.
Result<Step> run_step(const World &world, std::string_view program, std::vector<std::string> arguments,
                      std::string failure);

// A program's step that makes NewFile::incomplete_path_of(path); what had the path is there until it has.
Step naming_step(const World &world, std::string path, Step making);

// A file that is whole at any moment, the old one or the new one.
Step write_step(const World &world, std::string path, Buffer content);

// The normal boot's initramfs with the capture program before its /init, and back.
Step fadump_initramfs_step(const World &world, std::string path, capture::Wish wish);
Step restore_step(const World &world, std::string path);

// All that changes the machine waits here for its turn; the descriptor holds it.
Result<Descriptor> take_turn(const World &world);

} // namespace kexec::kdumpctl
