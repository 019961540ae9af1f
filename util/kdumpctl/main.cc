// SPDX-License-Identifier: GPL-2.0-or-later
// The program: the real world, and the command in it.
#include "util/kdumpctl/command.h"
#include "util/program.h"

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

int run(std::span<const char *const> words) {
    kexec::kdumpctl::World world{
        .root = {},
        .print = kexec::print_to_output,
        .complain = kexec::print_to_error,
        .architecture = architecture(),
        .kernel_log = kernel_log,
    };
    return static_cast<int>(kexec::kdumpctl::run_command(world, words));
}

} // namespace

int main(int count, char **words) { return kexec::run_program_main("kdumpctl", count, words, run); }
