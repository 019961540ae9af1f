// SPDX-License-Identifier: GPL-2.0-or-later
// posix_spawn(3) starts a program without copying our memory, of which a capture kernel has little.
#include "base/spawn.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kexec {

namespace {

// A descriptor put in its own place is kept.
class FileActions {
public:
    explicit FileActions(const Surroundings &surroundings) {
        posix_spawn_file_actions_init(&actions_);
        if (surroundings.input < 0)
            posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        else
            posix_spawn_file_actions_adddup2(&actions_, surroundings.input, 0);
        posix_spawn_file_actions_adddup2(&actions_, surroundings.output, 1);
        posix_spawn_file_actions_adddup2(&actions_, surroundings.error, 2);
        for (int each : surroundings.kept)
            posix_spawn_file_actions_adddup2(&actions_, each, each);
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
    explicit Attributes(const Surroundings &surroundings) {
        posix_spawnattr_init(&attributes_);
        if (surroundings.in_own_group)
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

Result<std::optional<int>> wait_for(pid_t child, int flags, const std::string &path) {
    int status = 0;
    pid_t ended = ::waitpid(child, &status, flags);
    while (ended < 0 && errno == EINTR)
        ended = ::waitpid(child, &status, flags);
    if (ended < 0)
        return fail_errno(Cause::system_call, errno, "waiting for " + path);
    if (ended == 0)
        return std::nullopt;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

// posix_spawn says that a program is not there only where the child shares our memory, as Linux has it and
// qemu-user does not: so it is looked at first.
Result<pid_t> spawn(const std::string &path, const std::vector<std::string> &arguments,
                    const Surroundings &surroundings) {
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
    FileActions actions(surroundings);
    Attributes attributes(surroundings);
    pid_t child = 0;
    int number = posix_spawn(&child, path.c_str(), actions.get(), attributes.get(), pointers.data(),
                             environment.data());
    if (number != 0)
        return fail_start(path, number);
    return child;
}

Result<int> status_at_end(pid_t child, const std::string &path) { return *TRY(wait_for(child, 0, path)); }

Result<std::optional<int>> status_if_ended(pid_t child, const std::string &path) {
    return wait_for(child, WNOHANG, path);
}

} // namespace kexec
