// SPDX-License-Identifier: GPL-2.0-or-later
// What a command costs inside an emulated machine that counts its instructions. "run KEY COMMAND…" prints
// the user and system time of a command and how it ended; "leave COMMAND…" prints the counter that the
// payloads print, and becomes the command. As the first process of a second kernel it prints the counter, and
// what that was when the kernel's clock began.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <string>
#include <sys/mount.h>
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

// The lines of the kernel's log, each with its time by the kernel's clock in microseconds.
std::map<std::string, unsigned long long> lines_of_log() {
    std::map<std::string, unsigned long long> lines;
    int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
    char record[8192];
    for (ssize_t size; (size = read(log, record, sizeof record - 1)) > 0 || errno == EPIPE;) {
        record[size > 0 ? size : 0] = 0;
        unsigned long long stamp = 0;
        // Documentation/ABI/testing/dev-kmsg: level, number, time, flags; text; EPIPE where some were
        // overwritten
        const char *text = std::strchr(record, ';');
        if (text && std::sscanf(record, "%*u,%*u,%llu,", &stamp) == 1)
            lines.emplace(std::string(text + 1, std::strcspn(text + 1, "\n")), stamp);
        errno = 0;
    }
    return lines;
}

// The counter's value when the kernel's clock stood at zero, once for each of some lines of the log: a line
// has a time by that clock, and as an event of the tracer one by the counter. The first is the best: later
// the clock of the tick comes to correct the other. Now and then one is none, so that whoever reads them must
// choose.
void print_starts_of_clock() {
    auto lines = lines_of_log();
    mount("tracefs", "/tmp", "tracefs", 0, nullptr);
    std::string event;
    int printed = 0;
    for (std::ifstream trace("/tmp/trace"); printed < 8 && std::getline(trace, event);) {
        constexpr const char mark[] = ": console: ";
        std::size_t at = event.find(mark);
        auto line = at == std::string::npos ? lines.end() : lines.find(event.substr(at + sizeof mark - 1));
        if (line == lines.end())
            continue;
        unsigned long long count = std::strtoull(event.c_str() + event.rfind(' ', at), nullptr, 10);
        std::printf("@@ clock %llx began, says %s\n", count - 1000 * line->second, event.c_str());
        printed++;
    }
}

[[noreturn]] void arrive() {
    unsigned long long now = counter();
    print_starts_of_clock();
    std::printf("@@ arrived %016llx\n", now);
    std::fflush(stdout);
    for (;;)
        pause();
}

} // namespace

int main(int count, char **words) {
    if (getpid() == 1)
        arrive();
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
