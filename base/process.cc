// SPDX-License-Identifier: GPL-2.0-or-later
// Programs that are waited for at once, and children whose output is read.
#include "base/process.h"

#include "base/spawn.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace kexec {

namespace {

constexpr std::array directories{"/usr/sbin/",       "/usr/bin/",       "/sbin/",       "/bin/",
                                 "/usr/local/sbin/", "/usr/local/bin/", "/usr/libexec/"};

} // namespace

Result<int> run_program(const std::string &path, const std::vector<std::string> &arguments) {
    return status_at_end(TRY(spawn(path, arguments, {})), path);
}

Result<Child> Child::start(const std::string &path, const std::vector<std::string> &arguments,
                           std::span<const int> kept) {
    auto [reading, writing] = TRY(make_pipe());
    int output = writing.number();
    pid_t child = TRY(spawn(path, arguments, {.output = output, .error = output, .kept = kept}));
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

Result<std::pair<Descriptor, Descriptor>> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return fail_errno(Cause::system_call, errno, "making a pipe", "free some memory");
    return std::pair(Descriptor(ends[0]), Descriptor(ends[1]));
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
