// SPDX-License-Identifier: GPL-2.0-or-later
// posix_spawn(3) starts a program without copying our memory, of which a capture kernel has little.
#include "base/process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kexec {

namespace {

constexpr std::array directories{"/usr/sbin/",       "/usr/bin/",       "/sbin/",       "/bin/",
                                 "/usr/local/sbin/", "/usr/local/bin/", "/usr/libexec/"};

// Standard input is empty, standard output and error are `output`; a descriptor put in its own place is
// kept.
class FileActions {
public:
    explicit FileActions(int output, std::span<const int> kept = {}) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
        for (int standard : {1, 2})
            posix_spawn_file_actions_adddup2(&actions_, output, standard);
        for (int each : kept)
            posix_spawn_file_actions_adddup2(&actions_, each, each);
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
Result<pid_t> start_with(const FileActions &actions, const std::string &path,
                         const std::vector<std::string> &arguments) {
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
    int number =
        posix_spawn(&child, path.c_str(), actions.get(), nullptr, pointers.data(), environment.data());
    if (number != 0)
        return fail_start(path, number);
    return child;
}

Result<int> status_at_end(pid_t child, const std::string &path) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return fail_errno(Cause::system_call, errno, "waiting for " + path);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

Result<int> run_program(const std::string &path, const std::vector<std::string> &arguments) {
    return status_at_end(TRY(start_with(FileActions(2), path, arguments)), path);
}

Result<Child> Child::start(const std::string &path, const std::vector<std::string> &arguments,
                           std::span<const int> kept) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail_errno(Cause::system_call, errno, "making a pipe for " + path);
    Descriptor reading(ends[0]), writing(ends[1]);
    pid_t child = TRY(start_with(FileActions(writing.number(), kept), path, arguments));
    return Child(child, std::move(reading));
}

Child::Child(Child &&other) noexcept
    : process_(std::exchange(other.process_, 0)), output_(std::move(other.output_)) {}

Child::~Child() { stop(); }

Result<std::optional<std::string>> Child::read(std::chrono::milliseconds limit) {
    pollfd waited{output_.number(), POLLIN, 0};
    int ready = ::poll(&waited, 1, static_cast<int>(limit.count()));
    if (ready == 0 || (ready < 0 && errno == EINTR))
        return std::nullopt;
    std::string text(4096, '\0');
    ssize_t count = ::read(output_.number(), text.data(), text.size());
    if (count < 0)
        return fail_errno(Cause::system_call, errno, "reading what a program prints");
    text.resize(static_cast<std::size_t>(count));
    return text;
}

int Child::stop() {
    pid_t process = std::exchange(process_, 0);
    if (process == 0)
        return 0;
    ::kill(process, SIGKILL);
    return status_at_end(process, {}).value_or(128 + SIGKILL);
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
