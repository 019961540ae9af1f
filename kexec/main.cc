// SPDX-License-Identifier: GPL-2.0-or-later
// The program: the real world, and the command in it.
#include "base/file.h"
#include "base/out_of_memory.h"
#include "kexec/command.h"

#include <malloc.h>
#include <unistd.h>

namespace {

// The heap grows once for all that a load takes, and nothing is given back before the end: each time would be
// a system call.
void settle_heap() {
#ifdef M_TOP_PAD
    mallopt(M_TOP_PAD, 256 << 10);
    mallopt(M_TRIM_THRESHOLD, 64 << 20);
#endif
}

// To a descriptor: streams know locales and wide characters, a third of a small static program. Where it
// cannot be said there is nobody to tell.
void write_to(int descriptor, std::string_view text) {
    (void)kexec::put_fully(descriptor, kexec::as_bytes(text));
}

// Never given back: the end of the process lets go of all files at once. Who looks for leaks finds it here.
[[gnu::used]] kexec::World *world = nullptr;

int run(int count, char **words) {
    auto *calls = new kexec::RealSystemCalls;
    world = new kexec::World{
        .calls = *calls,
        .arch = kexec::native_arch(),
        .root = {},
        .print = [](std::string_view text) { write_to(STDOUT_FILENO, text); },
        .complain = [](std::string_view text) { write_to(STDERR_FILENO, text); },
        .to_terminal = isatty(STDERR_FILENO) == 1,
    };
    // POSIXLY_CORRECT is the only environment variable with an effect, as in every program that uses
    // getopt_long.
    kexec::Order order = std::getenv("POSIXLY_CORRECT") ? kexec::Order::options_first : kexec::Order::any;
    std::span<const char *const> all(words, static_cast<std::size_t>(count));
    return kexec::run_command(*world, all.subspan(count > 0 ? 1 : 0), order);
}

int complain_of_memory() {
    write_to(STDERR_FILENO, "kexec: there is not enough memory\n       free some memory, then try again\n");
    return 1;
}

} // namespace

int main(int count, char **words) {
    settle_heap();
    return kexec::run_within_memory([&] { return run(count, words); }, complain_of_memory);
}
