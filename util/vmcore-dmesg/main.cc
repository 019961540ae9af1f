// SPDX-License-Identifier: GPL-2.0-or-later
// The program: the real world, and the command in it.
#include "base/out_of_memory.h"
#include "util/vmcore-dmesg/command.h"

#include <cstdio>
#include <cstdlib>

namespace {

int run(int count, char **words) {
    const char *temporary = std::getenv("TMPDIR");
    kexec::dmesg::World world{
        .print =
            [](std::string_view text) {
                return std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
            },
        .complain = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); },
        .scratch = temporary && *temporary ? temporary : "/var/tmp",
    };
    std::span<const char *const> all(words, static_cast<std::size_t>(count));
    int status = kexec::dmesg::run_command(world, all.subspan(count > 0 ? 1 : 0));
    if (std::fflush(stdout) != 0 && status == 0) {
        std::fputs("vmcore-dmesg: the log cannot be written to standard output\n"
                   "              free some space where it goes to\n",
                   stderr);
        return 54; // as kexec-tools has it
    }
    return status;
}

int complain_of_memory() {
    std::fputs("vmcore-dmesg: there is not enough memory\n              free some memory, then try again\n",
               stderr);
    return 14; // as kexec-tools has it
}

} // namespace

int main(int count, char **words) {
    return kexec::run_within_memory([&] { return run(count, words); }, complain_of_memory);
}
