// SPDX-License-Identifier: GPL-2.0-or-later
// posix_spawn(3) starts a program without copying our memory, of which a capture kernel has little.
#include "base/process.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kexec {

namespace {

constexpr std::array directories{"/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"};

class FileActions {
public:
    FileActions() {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, 2, 1);
    }
    FileActions(const FileActions &) = delete;
    FileActions &operator=(const FileActions &) = delete;
    ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
    const posix_spawn_file_actions_t *get() const { return &actions_; }

private:
    posix_spawn_file_actions_t actions_;
};

Failure fail_start(const std::string &path, int number) {
    return fail_errno(Cause::system_call, number, "starting " + path, "install the program again");
}

// posix_spawn says that a program is not there only where the child shares our memory, as Linux has it and
// qemu-user does not: so it is looked at first.
Result<pid_t> start(const std::string &path, const std::vector<std::string> &arguments) {
    if (::access(path.c_str(), X_OK) != 0)
        return fail_start(path, errno);
    std::string name = path;
    std::vector<std::string> words = arguments;
    std::vector<char *> pointers{name.data()};
    for (std::string &word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);
    std::string search = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", language = "LC_ALL=C";
    std::array<char *, 3> environment{search.data(), language.data(), nullptr};
    FileActions actions;
    pid_t child = 0;
    int number =
        posix_spawn(&child, path.c_str(), actions.get(), nullptr, pointers.data(), environment.data());
    if (number != 0)
        return fail_start(path, number);
    return child;
}

} // namespace

Result<int> run_program(const std::string &path, const std::vector<std::string> &arguments) {
    pid_t child = TRY(start(path, arguments));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail_errno(Cause::system_call, errno, "waiting for " + path);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::optional<std::string> find_program(std::string_view name) {
    for (std::string_view directory : directories) {
        std::string path = std::string(directory) + std::string(name);
        if (::access(path.c_str(), X_OK) == 0)
            return path;
    }
    return std::nullopt;
}

} // namespace kexec
