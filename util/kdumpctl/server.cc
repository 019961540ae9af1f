// SPDX-License-Identifier: GPL-2.0-or-later
// ssh(1) exits with 255 for whatever keeps it from running the command; why stands in what it prints.
#include "util/kdumpctl/server.h"

#include "base/text.h"

#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr int no_connection = 255;
constexpr std::uint64_t between = 5; // seconds
constexpr std::array<std::string_view, 3> refusals{"Permission denied", "Host key verification failed",
                                                   "Could not resolve hostname"};
constexpr std::array usual_files{
    Source{"/root/.ssh/known_hosts", "the keys of the machines that ssh knows", 1},
    Source{"/root/.ssh/config", "how ssh is set up", 1},
    Source{"/etc/ssh/ssh_known_hosts", "the keys of the machines that ssh knows", 1},
    Source{"/etc/ssh/ssh_config", "how ssh is set up", 1},
};

bool is_refusal(std::string_view text) {
    for (std::string_view words : refusals)
        if (text.find(words) != std::string_view::npos)
            return true;
    return false;
}

// A command that does nothing; a password cannot be typed in a capture kernel.
Result<void> ask(const World &world, const std::string &program, const std::vector<std::string> &arguments,
                 const std::string &server, std::uint64_t patience) {
    std::uint64_t start = world.now();
    while (true) {
        Answer answer = TRY(world.ask(program, arguments));
        if (answer.status == 0)
            return {};
        bool is_final = answer.status != no_connection || is_refusal(answer.text);
        if (is_final || world.now() - start >= patience)
            return fail(Cause::other,
                        fmt::format("{} does not let us in: {} ended with status {}: {}", server, program,
                                    answer.status, last_line(answer.text)),
                        "\"kdumpctl propagate\" brings the key there; see that the machine runs, and that "
                        "root's ssh knows it");
        world.sleep(between);
    }
}

} // namespace

Result<Step> server_step(const World &world, const Configuration &configuration, std::uint64_t patience) {
    std::string server = configuration.conf.target->source;
    auto program = world.find_program("ssh");
    if (!program)
        return fail(Cause::unsupported, "ssh is not installed", "install it");
    std::vector<std::string> arguments{"-i",   std::string(configuration.conf.value_of("sshkey")),
                                       "-o",   "BatchMode=yes",
                                       "-o",   "StrictHostKeyChecking=yes",
                                       "-o",   "ConnectTimeout=10",
                                       server, "true"};
    return Step{"", [&world, program = *program, arguments = std::move(arguments), server, patience] {
                    return ask(world, program, arguments, server, patience);
                }};
}

std::span<const Source> ssh_sources() { return usual_files; }

std::vector<std::string> ssh_files(const World &world) {
    Snapshot snapshot = take_snapshot(usual_files, world.root);
    std::vector<std::string> there;
    for (const Source &file : usual_files)
        if (snapshot.is_there(file.path))
            there.emplace_back(file.path);
    return there;
}

} // namespace kexec::kdumpctl
