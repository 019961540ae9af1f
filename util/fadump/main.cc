// SPDX-License-Identifier: GPL-2.0-or-later
// The program: the real world, and the command in it.
#include "base/new_file.h"
#include "base/process.h"
#include "util/fadump/command.h"

#include <cstdio>
#include <new>
#include <unistd.h>

namespace {

int run(int count, char **words) {
    kexec::fadump::World world{
        .root = {},
        .print =
            [](std::string_view text) {
                return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                       std::fflush(stdout) == 0;
            },
        .complain = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); },
        .write = kexec::write_into,
        .shows_progress = ::isatty(2) == 1,
        .makedumpfile = kexec::find_program("makedumpfile"),
    };
    std::span<const char *const> all(words, static_cast<std::size_t>(count));
    return static_cast<int>(kexec::fadump::run_command(world, all.subspan(count > 0 ? 1 : 0)));
}

} // namespace

int main(int count, char **words) {
    try {
        return run(count, words);
    } catch (const std::bad_alloc &) {
        std::fputs("fadump: there is not enough memory\n        free some memory, then try again\n", stderr);
        return 1;
    }
}
