// SPDX-License-Identifier: GPL-2.0-or-later
// The program: the real world, and the command in it.
#include "util/kdumpctl/command.h"

#include <cstdio>
#include <new>
#include <sys/klog.h>
#include <sys/utsname.h>

namespace {

std::string architecture() {
    utsname names{};
    return ::uname(&names) == 0 ? names.machine : "";
}

// What syslog(2) gives: all that the kernel still has of its log.
std::string kernel_log() {
    constexpr int read_all = 3, size_of_buffer = 10;
    int size = ::klogctl(size_of_buffer, nullptr, 0);
    std::string text(size > 0 ? static_cast<std::size_t>(size) : 0, '\0');
    int length = text.empty() ? 0 : ::klogctl(read_all, text.data(), size);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return text;
}

int run(int count, char **words) {
    kexec::kdumpctl::World world{
        .root = {},
        .print =
            [](std::string_view text) {
                return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                       std::fflush(stdout) == 0;
            },
        .complain = [](std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); },
        .architecture = architecture(),
        .kernel_log = kernel_log,
    };
    std::span<const char *const> all(words, static_cast<std::size_t>(count));
    return static_cast<int>(kexec::kdumpctl::run_command(world, all.subspan(count > 0 ? 1 : 0)));
}

} // namespace

int main(int count, char **words) {
    try {
        return run(count, words);
    } catch (const std::bad_alloc &) {
        std::fputs("kdumpctl: there is not enough memory\n          free some memory, then try again\n",
                   stderr);
        return 1;
    }
}
