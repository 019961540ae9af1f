// SPDX-License-Identifier: GPL-2.0-or-later
// posix_spawn(3), as base/process.cc has it, into a process group of its own (POSIX_SPAWN_SETPGROUP).
#include "base/process_group.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kexec {

namespace {

class FileActions {
public:
    FileActions(const Descriptor *input, const Descriptor *output) {
        posix_spawn_file_actions_init(&actions_);
        if (input)
            posix_spawn_file_actions_adddup2(&actions_, input->number(), 0);
        else
            posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output ? output->number() : 2, 1);
    }
    FileActions(const FileActions &) = delete;
    FileActions &operator=(const FileActions &) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    const posix_spawn_file_actions_t *get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

class Attributes {
public:
    Attributes() {
        posix_spawnattr_init(&attributes_);
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP); // to its own number
    }
    Attributes(const Attributes &) = delete;
    Attributes &operator=(const Attributes &) = delete;
    ~Attributes() { posix_spawnattr_destroy(&attributes_); }
    const posix_spawnattr_t *get() const { return &attributes_; }

private:
    posix_spawnattr_t attributes_;
};

Failure fail_start(const std::string &path, int number) {
    return fail_errno(Cause::system_call, number, "starting " + path, "install the program again");
}

// posix_spawn says that a program is not there only where the child shares our memory, as Linux has it and
// qemu-user does not: so it is looked at first.
Result<pid_t> start_group(const std::string &path, const std::vector<std::string> &arguments,
                          const FileActions &actions, const Attributes &attributes) {
    if (::access(path.c_str(), X_OK) != 0)
        return fail_start(path, errno);
    std::string name = path;
    std::vector<std::string> words = arguments;
    std::vector<char *> pointers{name.data()};
    for (std::string &word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    std::string search = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", language = "LC_ALL=C", home = "HOME=/root";
    std::array<char *, 4> environment{search.data(), language.data(), home.data(), nullptr};
    pid_t child = 0;
    int number = posix_spawn(&child, path.c_str(), actions.get(), attributes.get(), pointers.data(),
                             environment.data());
    if (number != 0)
        return fail_start(path, number);
    return child;
}

int status_of(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

double seconds_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Its exit status; nothing where it still runs and `flags` are WNOHANG.
Result<std::optional<int>> end_of(pid_t child, int flags, const std::string &path) {
    int status = 0;
    pid_t ended = ::waitpid(child, &status, flags);
    while (ended < 0 && errno == EINTR)
        ended = ::waitpid(child, &status, flags);
    if (ended < 0)
        return fail_errno(Cause::system_call, errno, "waiting for " + path);
    return ended == 0 ? std::nullopt : std::optional(status_of(status));
}

} // namespace

Result<ProcessGroup> ProcessGroup::start(const std::string &path, const std::vector<std::string> &arguments,
                                         const Descriptor *input, const Descriptor *output) {
    return ProcessGroup(path, TRY(start_group(path, arguments, FileActions(input, output), Attributes())));
}

Result<int> ProcessGroup::wait() const { return *TRY(end_of(process_, 0, path_)); }

// By looking now and then: pidfd_open(2) came with 5.3.
Result<std::optional<int>> ProcessGroup::wait(double seconds) const {
    constexpr timespec pause{0, 50'000'000};
    auto ended = TRY(end_of(process_, WNOHANG, path_));
    for (double start = seconds_now(); !ended && seconds_now() - start < seconds;) {
        ::nanosleep(&pause, nullptr);
        ended = TRY(end_of(process_, WNOHANG, path_));
    }
    return ended;
}

void ProcessGroup::end_group() const { ::kill(-process_, SIGKILL); }

Result<std::pair<Descriptor, Descriptor>> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail_errno(Cause::system_call, errno, "making a pipe", "free some memory");
    return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
}

} // namespace kexec
