// SPDX-License-Identifier: GPL-2.0-or-later
// Runs a program that must not reach the running kernel: kexec_load, kexec_file_load, reboot, sync and the
// taking down of network interfaces are answered here instead, by a seccomp filter that hands each of them to
// this process (seccomp_unotify(2)). Each is logged with its arguments. Where something is missing on the
// way, the program is not started; when this process ends, the calls fail with ENOSYS. Files can be laid over
// those of /proc and /sys, in a mount namespace of the program's own. Other calls go on, but for one that is
// to fail (faults.h).
//
//   shim [--answer CALL=ERRNO,…]… [--log FILE] [--keep FILE] [--over PATH=FILE]… [--calls FILE]
//        [--let-through yes] [--children no] [FAULT COUNT=VALUE]… -- PROGRAM [ARGUMENT]…
//
// With --keep, what the kernel would read from the descriptor of the kernel file is copied to FILE. With
// --let-through yes, nothing is answered here: for emulated machines only. CALL is load, file_load, reboot,
// sync or set_link; the last errno holds for all further calls, 0 is success. Without --answer, reboot fails
// with EPERM and the others succeed. Exits with the program's status, or 125.
#include "tests/shim/faults.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <map>
#include <optional>
#include <poll.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>
#include <vector>

namespace {

using namespace shim;

#if defined(__x86_64__)
constexpr unsigned audit_arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned audit_arch = AUDIT_ARCH_AARCH64;
#else
#error "the shim is for the hosts that tests run on: x86_64 and arm64"
#endif

constexpr int shim_failure = 125;

struct Setup {
    std::map<std::string, std::vector<int>> answers = {
        {"load", {0}}, {"file_load", {0}}, {"reboot", {EPERM}}, {"sync", {0}}, {"set_link", {0}}};
    std::string log = "/dev/stderr";
    std::string keep;                                      // empty: nothing is
    std::vector<std::pair<std::string, std::string>> over; // path, file to lay over it
    bool lets_through = false;
    Faults faults;
    std::vector<char *> program;
};

[[noreturn]] void bad_usage(const std::string &what) {
    std::fprintf(stderr, "shim: %s\n", what.c_str());
    std::exit(shim_failure);
}

std::pair<std::string, std::string> split(const std::string &text) {
    std::size_t equals = text.find('=');
    if (equals == std::string::npos)
        bad_usage(text + " has no '='");
    return {text.substr(0, equals), text.substr(equals + 1)};
}

void take_answers(Setup &setup, const std::string &text) {
    auto [call, numbers] = split(text);
    auto found = setup.answers.find(call);
    if (found == setup.answers.end())
        bad_usage(call + " is no call");
    found->second.clear();
    for (std::size_t at = 0; at <= numbers.size(); at = numbers.find(',', at) + 1) {
        found->second.push_back(std::atoi(numbers.c_str() + at));
        if (numbers.find(',', at) == std::string::npos)
            break;
    }
}

Setup parse(int count, char **words) {
    Setup setup;
    int i = 1;
    for (; i + 1 < count && std::string(words[i]) != "--"; i += 2) {
        std::string option = words[i], value = words[i + 1];
        if (option == "--answer")
            take_answers(setup, value);
        else if (option == "--log")
            setup.log = value;
        else if (option == "--keep")
            setup.keep = value;
        else if (option == "--let-through")
            setup.lets_through = value == "yes";
        else if (option == "--over")
            setup.over.push_back(split(value));
        else if (setup.faults.take_option(option, value))
            continue;
        else
            bad_usage(option + " is unknown");
    }
    if (i + 1 >= count || std::string(words[i]) != "--")
        bad_usage("no program is named behind --");
    for (i++; i < count; i++)
        setup.program.push_back(words[i]);
    setup.program.push_back(nullptr);
    return setup;
}

void lay_files_over(const Setup &setup) {
    if (setup.over.empty())
        return;
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
        give_up("a mount namespace");
    for (const auto &[path, file] : setup.over)
        if (mount(file.c_str(), path.c_str(), nullptr, MS_BIND, nullptr) != 0)
            give_up(path.c_str());
}

constexpr sock_filter load_field(std::size_t offset) {
    return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<unsigned>(offset));
}

// Another architecture's calls (32-bit, x32) have other numbers: such a program is not run at all.
void append_notice_of(std::vector<sock_filter> &code, long number, unsigned answer) {
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(number), 0, 1));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, answer));
}

std::vector<sock_filter> filter(bool for_all_calls) {
    constexpr std::size_t low_half_of_second = offsetof(seccomp_data, args) + sizeof(__u64);
    constexpr unsigned x32_bit = 0x40000000;
    std::vector<sock_filter> code = {
        load_field(offsetof(seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, audit_arch, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        load_field(offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, x32_bit, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    if (for_all_calls) {
        // sendmsg hands the listener over before anybody listens; the others cannot fail.
        for (long number : {SYS_sendmsg, SYS_exit, SYS_exit_group, SYS_rt_sigreturn})
            append_notice_of(code, number, SECCOMP_RET_ALLOW);
        code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
        return code;
    }
    for (long number : {SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_sync})
        append_notice_of(code, number, SECCOMP_RET_USER_NOTIF);
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(SYS_ioctl), 0, 3));
    code.push_back(load_field(low_half_of_second));
    code.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SIOCSIFFLAGS, 0, 1));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF));
    code.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    return code;
}

int install_filter(bool for_all_calls) {
    std::vector<sock_filter> code = filter(for_all_calls);
    sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        give_up("no_new_privs");
    long listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
    if (listener < 0)
        give_up("the seccomp filter");
    return static_cast<int>(listener);
}

// One descriptor over a socket, as unix(7) describes.
union Control {
    cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

void send_descriptor(int socket, int descriptor) {
    char byte = 0;
    iovec content{&byte, 1};
    Control control{};
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    if (sendmsg(socket, &message, 0) != 1)
        give_up("sending the listener");
}

int receive_descriptor(int socket) {
    char byte = 0;
    iovec content{&byte, 1};
    Control control{};
    msghdr message{};
    message.msg_iov = &content;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    int descriptor = -1;
    if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1 || !CMSG_FIRSTHDR(&message))
        return -1;
    std::memcpy(&descriptor, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof descriptor);
    return descriptor;
}

// Which of Setup::answers a call takes, and its log line.
struct Seen {
    const char *name;
    std::string line;
};

// Nothing of a call that is not answered here.
std::optional<Seen> look_at(const seccomp_notif &call) {
    const auto &args = call.data.args;
    auto process = static_cast<pid_t>(call.pid);
    char line[512];
    switch (call.data.nr) {
    case SYS_kexec_load:
        std::snprintf(line, sizeof line, "kexec_load entry %#llx segments %llu flags %#llx", args[0], args[1],
                      args[3]);
        return Seen{"load", line};
    case SYS_kexec_file_load:
        std::snprintf(line, sizeof line, "kexec_file_load flags %#llx kernel ", args[4]);
        return Seen{"file_load", line + path_behind(process, static_cast<int>(args[0])) + " initrd " +
                                     path_behind(process, static_cast<int>(args[1])) + " command line " +
                                     text_in(process, args[3], args[2])};
    case SYS_reboot:
        std::snprintf(line, sizeof line, "reboot %#x", static_cast<unsigned>(args[2]));
        return Seen{"reboot", line};
    case SYS_sync: return Seen{"sync", "sync"};
    case SYS_ioctl:
        if (args[1] == SIOCSIFFLAGS)
            return Seen{"set_link", "set_link"};
        [[fallthrough]];
    default: return std::nullopt;
    }
}

// The next answer; the last one stays.
int next_answer(std::vector<int> &answers) {
    int answer = answers.front();
    if (answers.size() > 1)
        answers.erase(answers.begin());
    return answer;
}

int answer_guarded(const seccomp_notif &call, const Seen &seen, std::optional<Struck> struck, Setup &setup,
                   std::FILE *log) {
    if (call.data.nr == SYS_kexec_file_load && !setup.keep.empty() &&
        static_cast<int>(call.data.args[0]) >= 0)
        keep_file(static_cast<pid_t>(call.pid), static_cast<int>(call.data.args[0]), setup.keep);
    int number = struck ? struck->error : next_answer(setup.answers.at(seen.name));
    std::fprintf(log, "%s = %d\n", seen.line.c_str(), number);
    std::fflush(log);
    return number;
}

void answer_one(int listener, Setup &setup, std::FILE *log) {
    seccomp_notif call{};
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0)
        return;
    std::optional<Struck> struck = setup.faults.strike(call, log);
    std::optional<Seen> seen = setup.lets_through ? std::nullopt : look_at(call);
    seccomp_notif_resp response{};
    response.id = call.id;
    if (seen)
        response.error = -answer_guarded(call, *seen, struck, setup, log);
    else if (struck)
        std::tie(response.error, response.val) = std::pair(-struck->error, struck->value);
    else
        response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) != 0 && errno != ENOENT)
        give_up("answering a call");
}

std::optional<int> status_if_ended(pid_t child) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) != child)
        return std::nullopt;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int serve(pid_t child, int listener, Setup &setup) {
    std::FILE *log = std::fopen(setup.log.c_str(), "ae");
    if (!log)
        give_up(setup.log.c_str());
    for (;;) {
        pollfd waiting{listener, POLLIN, 0};
        if (poll(&waiting, 1, 50) > 0 && (waiting.revents & POLLIN) != 0) {
            answer_one(listener, setup, log);
            continue;
        }
        if (auto status = status_if_ended(child)) {
            std::fclose(log);
            return *status;
        }
    }
}

[[noreturn]] void run_program(const Setup &setup, int socket) {
    lay_files_over(setup);
    send_descriptor(socket, install_filter(setup.faults.is_on()));
    execvp(setup.program.front(), setup.program.data());
    give_up(setup.program.front());
}

} // namespace

int main(int count, char **words) {
    Setup setup = parse(count, words);
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        give_up("a pair of sockets");
    pid_t child = fork();
    if (child < 0)
        give_up("fork");
    if (child == 0)
        run_program(setup, sockets[1]);
    close(sockets[1]);
    int listener = receive_descriptor(sockets[0]);
    if (listener < 0) {
        waitpid(child, nullptr, 0);
        return shim_failure;
    }
    return serve(child, listener, setup);
}
