// SPDX-License-Identifier: GPL-2.0-or-later
// Standard output is flushed each time: only then is it known whether a full disk has taken all of it.
#include "util/program.h"

#include "base/out_of_memory.h"

#include <cstdio>
#include <sys/klog.h>

namespace kexec {

namespace {

const char *program_name = ""; // for a message that may not ask for memory

int complain_of_memory() {
    std::fputs(program_name, stderr);
    std::fputs(": there is not enough memory; free some, then try again\n", stderr);
    return 1;
}

} // namespace

bool print_to_output(std::string_view text) {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

void print_to_error(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

std::string kernel_log() {
    constexpr int read_all = 3, size_of_buffer = 10;
    int size = ::klogctl(size_of_buffer, nullptr, 0);
    std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    int length = text.empty() ? 0 : ::klogctl(read_all, text.data(), size);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return text;
}

int run_program_main(const char *program, int count, char **words,
                     int (*run)(std::span<const char *const> words)) {
    program_name = program;
    std::span<const char *const> all(words, static_cast<std::size_t>(count));
    return run_within_memory([&] { return run(all.subspan(count > 0 ? 1 : 0)); }, complain_of_memory);
}

} // namespace kexec
