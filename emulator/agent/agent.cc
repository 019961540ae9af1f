// SPDX-License-Identifier: GPL-2.0-or-later
// What runs inside an emulated machine when a load is tried there: /init of the first kernel, which loads the
// second one and crashes or starts it; and what the second kernel starts in front of its own /init, to tell
// that it came up and how much memory it takes. It is small and uses no library, so that it changes little of
// what it measures. emulator/agent.h has its orders and what it says.
#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

extern "C" {
// The result, or an error number with its sign changed.
long system_call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0);
// 0 in the child, the number of the process in its parent.
long make_child();
[[noreturn]] void agent(long *stack);
// The compiler makes calls of these out of loops and assignments.
void *memset(void *memory, int byte, size_t size);
void *memcpy(void *to, const void *from, size_t size);
}

void *memset(void *memory, int byte, size_t size) {
    for (size_t i = 0; i < size; i++)
        static_cast<volatile unsigned char *>(memory)[i] = static_cast<unsigned char>(byte);
    return memory;
}

void *memcpy(void *to, const void *from, size_t size) {
    for (size_t i = 0; i < size; i++)
        static_cast<volatile unsigned char *>(to)[i] = static_cast<const unsigned char *>(from)[i];
    return to;
}

namespace {

// include/uapi/linux: the same numbers on every machine of ours.
constexpr long at_current_directory = -100, read_only = 0, write_only = 1, new_mount_namespace = 0x20000,
               everything_now_and_later = 3;
constexpr long magic = static_cast<long>(0xfee1dead), magic2 = 672274793, power_off = 0x4321fedc;
constexpr uint64_t report_step = 256; // KiB
constexpr unsigned samples_between_reports = 5, samples_between_looks_at_kills = 20;
constexpr int64_t sample_time = 50'000'000; // nanoseconds

long address(const void *memory) { return static_cast<long>(reinterpret_cast<uintptr_t>(memory)); }

size_t length(const char *text) {
    size_t size = 0;
    while (text[size])
        size++;
    return size;
}

bool same(const char *one, const char *other) {
    while (*one && *one == *other)
        one++, other++;
    return *one == *other;
}

long open_file(const char *path, long flags) {
    return system_call(__NR_openat, at_current_directory, address(path), flags, 0);
}

// The start of a file, as much as the buffer takes, and a NUL behind it; the number of bytes.
template <size_t size> size_t read_file(const char *path, char (&buffer)[size]) {
    size_t used = 0;
    long file = open_file(path, read_only);
    while (file >= 0 && used < size - 1) {
        long count = system_call(__NR_read, file, address(buffer + used), static_cast<long>(size - 1 - used));
        if (count <= 0)
            break;
        used += static_cast<size_t>(count);
    }
    if (file >= 0)
        system_call(__NR_close, file);
    buffer[used] = 0;
    return used;
}

bool write_text(const char *path, const char *text) {
    long file = open_file(path, write_only);
    if (file < 0)
        return false;
    auto size = static_cast<long>(length(text));
    bool written = system_call(__NR_write, file, address(text), size) == size;
    system_call(__NR_close, file);
    return written;
}

void sleep(int64_t nanoseconds) {
    int64_t time[2] = {nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
    system_call(__NR_nanosleep, address(time));
}

void mount(const char *type, const char *place) {
    system_call(__NR_mount, address(type), address(place), address(type), 0, 0);
}

char orders[1 << 17];
const char *nonce = "";

// One line for the host. As a record of the kernel's log it stands in one piece on the console, and the
// level of a critical one passes `quiet`.
class Report {
public:
    explicit Report(const char *key) {
        add("<2>@kexec-test ");
        add(nonce);
        add(" ");
        add(key);
    }
    Report &with(const char *word) {
        add(" ");
        add(word);
        return *this;
    }
    Report &with(uint64_t number) {
        char digits[21] = {};
        char *at = digits + 20;
        do
            *--at = static_cast<char>('0' + number % 10);
        while (number /= 10);
        return with(at);
    }
    void send() {
        add(" ;\n");
        if (write_text("/.kexec-test/kmsg", text_))
            return;
        const char *bare = text_ + 3; // without the level
        system_call(__NR_write, 1, address(bare), static_cast<long>(length(bare)));
    }

private:
    void add(const char *text) {
        while (*text && used_ < sizeof text_ - 1)
            text_[used_++] = *text++;
    }
    char text_[512] = {};
    size_t used_ = 0;
};

// struct new_utsname: six fields of 65 characters, the third of which is the release.
struct Names {
    char fields[6][65];
};

const char *release() {
    static Names names;
    return system_call(__NR_uname, address(&names)) == 0 ? names.fields[2] : "?";
}

[[noreturn]] void turn_off() {
    sleep(200'000'000); // for the console to say the rest
    for (;;) {
        system_call(__NR_reboot, magic, magic2, power_off, 0);
        sleep(1'000'000'000);
    }
}

// The exit status, or 128 and the signal's number.
uint64_t run(const char *const *words, const char *const *environment) {
    long child = make_child();
    if (child == 0) {
        system_call(__NR_execve, address(words[0]), address(words), address(environment));
        system_call(__NR_exit_group, 127);
    }
    int status = 0;
    system_call(__NR_wait4, child, address(&status), 0, 0);
    auto bits = static_cast<unsigned>(status);
    return (bits & 0x7f) == 0 ? bits >> 8 & 0xff : 128 + (bits & 0x7f);
}

// Orders are words, each with a NUL behind it.
template <size_t most> size_t take_words(size_t size, const char *(&words)[most]) {
    size_t count = 0, at = 0;
    while (at < size && count < most - 1) {
        words[count++] = orders + at;
        at += length(orders + at) + 1;
    }
    words[count] = nullptr;
    return count;
}

// "Name:   123 kB": the number behind a name that starts a line; `otherwise` where there is none.
uint64_t number_behind(const char *text, const char *name, uint64_t otherwise) {
    size_t size = length(name);
    for (const char *line = text; *line; line++) {
        size_t matched = 0;
        while (matched < size && line[matched] == name[matched])
            matched++;
        if (matched == size) {
            const char *digit = line + size;
            while (*digit == ' ')
                digit++;
            uint64_t number = 0;
            while (*digit >= '0' && *digit <= '9')
                number = number * 10 + static_cast<uint64_t>(*digit++ - '0');
            return number;
        }
        while (*line && *line != '\n')
            line++;
        if (!*line)
            break;
    }
    return otherwise;
}

// Watches memory until the machine ends: what is the least that was available, and whether processes were
// killed for want of it. Reports only grow, so that one that is lost is made up for by the next.
[[noreturn]] void watch_memory() {
    static char text[8192];
    system_call(__NR_setsid);
    system_call(__NR_unshare, new_mount_namespace);
    mount("proc", "/.kexec-test/proc");
    write_text("/.kexec-test/proc/self/oom_score_adj", "-1000");
    system_call(__NR_mlockall, everything_now_and_later);
    uint64_t first = 0, least = UINT64_MAX, reported = UINT64_MAX, kills = 0, reported_kills = 0;
    for (unsigned sample = 0;; sample++) {
        read_file("/.kexec-test/proc/meminfo", text);
        uint64_t total = number_behind(text, "MemTotal:", 0);
        uint64_t available = number_behind(text, "MemAvailable:", number_behind(text, "MemFree:", 0));
        first = sample == 0 ? available : first;
        least = available < least ? available : least;
        if (sample % samples_between_looks_at_kills == 0) {
            read_file("/.kexec-test/proc/vmstat", text);
            kills = number_behind(text, "oom_kill ", 0);
        }
        bool changed = reported == UINT64_MAX || reported - least >= report_step || kills != reported_kills;
        if (sample % samples_between_reports == 0 && changed) {
            Report("memory").with(total).with(first).with(least).with(kills).send();
            reported = least;
            reported_kills = kills;
        }
        sleep(sample_time);
    }
}

// first NONCE crash|execute PROGRAM ARGUMENT…
[[noreturn]] void be_first(const char *const *words) {
    const char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", nullptr};
    mount("proc", "/proc");
    mount("sysfs", "/sys");
    mount("devtmpfs", "/dev");
    Report("first").with(release()).send();
    uint64_t status = run(words + 3, environment);
    Report("load").with(status).send();
    if (status != 0)
        turn_off();
    if (same(words[2], "crash")) {
        write_text("/proc/sys/kernel/sysrq", "1");
        write_text("/proc/sysrq-trigger", "c");
    } else {
        const char *start[] = {words[3], "-e", "-x", "-y", nullptr};
        run(start, environment);
    }
    Report("stayed").send();
    turn_off();
}

// second NONCE INIT; this process becomes INIT, with the arguments and the environment it was given.
[[noreturn]] void be_second(const char *const *words, const char **arguments,
                            const char *const *environment) {
    Report("second").with(release()).send();
    if (make_child() == 0)
        watch_memory();
    arguments[0] = words[2];
    long number = system_call(__NR_execve, address(words[2]), address(arguments), address(environment));
    Report("without-init").with(static_cast<uint64_t>(-number)).send();
    sleep(1'000'000'000);
    turn_off();
}

} // namespace

// At its start the stack has the number of arguments, these, a null, and the environment.
void agent(long *stack) {
    auto **arguments = reinterpret_cast<const char **>(stack + 1);
    const char *const *environment = arguments + stack[0] + 1;
    static const char *words[256];
    size_t size = read_file("/.kexec-test/orders", orders);
    size_t count = take_words(size, words);
    if (count >= 4 && same(words[0], "first")) {
        nonce = words[1];
        be_first(words);
    }
    if (count == 3 && same(words[0], "second")) {
        nonce = words[1];
        be_second(words, arguments, environment);
    }
    turn_off();
}
