// SPDX-License-Identifier: GPL-2.0-or-later
// Standard output is flushed each time: only then is it known whether a full disk has taken all of it.
#include "util/program.h"

#include <cstdio>
#include <new>

namespace kexec {

bool print_to_output(std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

void print_to_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

int run_program_main(const char *program, int count, char **words,
                     int (*run)(std::span<const char *const> words)) {
    std::span<const char *const> all(words, static_cast<std::size_t>(count));
    try {
        return run(all.subspan(count > 0 ? 1 : 0));
    } catch (const std::bad_alloc &) {
        // Nothing here may ask for memory.
        std::fputs(program, stderr);
        std::fputs(": there is not enough memory; free some, then try again\n", stderr);
        return 1;
    }
}

} // namespace kexec
