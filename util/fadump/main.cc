// SPDX-License-Identifier: GPL-2.0-or-later
// The program: the real world, and the command in it.
#include "base/new_file.h"
#include "base/process.h"
#include "util/fadump/command.h"
#include "util/program.h"

#include <unistd.h>

namespace {

int run(std::span<const char *const> words) {
    kexec::fadump::World world{
        .root = {},
        .print = kexec::print_to_output,
        .complain = kexec::print_to_error,
        .write = kexec::write_into,
        .shows_progress = ::isatty(2) == 1,
        .makedumpfile = kexec::find_program("makedumpfile"),
    };
    return static_cast<int>(kexec::fadump::run_command(world, words));
}

} // namespace

int main(int count, char **words) { return kexec::run_program_main("fadump", count, words, run); }
