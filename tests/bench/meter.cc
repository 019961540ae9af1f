// SPDX-License-Identifier: GPL-2.0-or-later
// What a command costs inside an emulated machine that counts its instructions. "run KEY COMMAND…" prints
// the user and system time of a command and how it ended; "leave COMMAND…" prints the counter that the
// payloads print, and becomes the command.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::uint64_t counter() {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    std::uint64_t value;
    asm volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(value));
    return value;
#elif defined(__powerpc64__)
    return __builtin_ppc_get_timebase();
#elif defined(__s390x__)
    std::uint64_t value;
    asm volatile("stckf %0" : "=Q"(value) : : "cc");
    return value;
#endif
}

long microseconds(const timeval &time) { return time.tv_sec * 1000000L + time.tv_usec; }

[[noreturn]] void become(char **command) {
    execv(command[0], command);
    std::perror(command[0]);
    _exit(127);
}

int run(const char *key, char **command) {
    std::uint64_t before = counter();
    pid_t child = fork();
    if (child == 0) {
        int output = open("/tmp/output", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        dup2(output, 1);
        dup2(output, 2);
        become(command);
    }
    int status = 0;
    rusage usage{};
    if (child < 0 || wait4(child, &status, 0, &usage) != child)
        return 1;
    std::printf("@@ %s counter %llu user %ld system %ld status %d\n", key,
                static_cast<unsigned long long>(counter() - before), microseconds(usage.ru_utime),
                microseconds(usage.ru_stime), WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}

} // namespace

int main(int count, char **words) {
    if (count >= 4 && std::strcmp(words[1], "run") == 0)
        return run(words[2], words + 3);
    if (count >= 3 && std::strcmp(words[1], "leave") == 0) {
        std::printf("@@ left %llx\n", static_cast<unsigned long long>(counter()));
        std::fflush(stdout);
        become(words + 2);
    }
    std::fputs("usage: meter run KEY COMMAND… | meter leave COMMAND…\n", stderr);
    return 2;
}
