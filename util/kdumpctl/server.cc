// SPDX-License-Identifier: GPL-2.0-or-later
// ssh(1) exits with 255 for whatever keeps it from running the command; why stands in what it prints.
// mount(8) exits with 32 where mount.nfs fails; nfs(5): retry=0 has it try once. unshare(1): a mount made in
// a namespace of its own is seen by nobody else, and goes with the last process in there.
#include "util/kdumpctl/server.h"

#include "base/new_file.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t between = 5; // seconds
constexpr int ssh_failed = 255, mount_failed = 32, always_answers = 0;
constexpr std::array<std::string_view, 9> refusals{// of ssh
                                                   "Permission denied", "Host key verification failed",
                                                   "Could not resolve hostname",
                                                   // of mount.nfs
                                                   "access denied", "Operation not permitted",
                                                   "No such file or directory", "Name or service not known",
                                                   "incorrect mount option", "bad option"};
constexpr std::array usual_files{
    Source{"/root/.ssh/known_hosts", "the keys of the machines that ssh knows", 1},
    Source{"/root/.ssh/config", "how ssh is set up", 1},
    Source{"/etc/ssh/ssh_known_hosts", "the keys of the machines that ssh knows", 1},
    Source{"/etc/ssh/ssh_config", "how ssh is set up", 1},
};
// Where a target is mounted to see whether it can be.
constexpr std::string_view trial_place = "/var/lib/kdump";

struct Question {
    std::string program;
    std::vector<std::string> arguments;
    int no_answer; // the status that is also that of a server which does not answer yet
    std::string refused, remedy;
};

bool is_refusal(std::string_view text) {
    return std::ranges::any_of(refusals,
                               [&](std::string_view words) { return text.find(words) != text.npos; });
}

// Behind the reason mount(8) says where else one could look.
std::string reason_in(std::string_view text) { return last_line(text.substr(0, text.find("dmesg(1)"))); }

Result<void> ask(const World &world, const Question &question, std::uint64_t patience) {
    std::uint64_t start = world.now();
    while (true) {
        Answer answer = TRY(world.ask(question.program, question.arguments));
        if (answer.status == 0)
            return {};
        bool is_final = answer.status != question.no_answer || is_refusal(answer.text);
        if (is_final || world.now() - start >= patience)
            return fail(Cause::other,
                        fmt::format("{} ended with status {}: {}", question.refused, answer.status,
                                    reason_in(answer.text)),
                        question.remedy);
        world.sleep(between);
    }
}

// A command that does nothing; a password cannot be typed in a capture kernel.
Result<Question> question_to_ssh(const World &world, const Configuration &configuration) {
    auto program = world.find_program("ssh");
    if (!program)
        return fail(Cause::unsupported, "ssh is not installed", "install it");
    const std::string &server = configuration.conf.target->source;
    return Question{*program,
                    {"-i", std::string(configuration.conf.value_of("sshkey")), "-o", "BatchMode=yes", "-o",
                     "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=10", server, "true"},
                    ssh_failed,
                    fmt::format("{} does not let us in: {}", server, *program),
                    "\"kdumpctl propagate\" brings the key there; see that the machine runs, and that "
                    "root's ssh knows it"};
}

// It is mounted for a moment, as the capture kernel would.
Result<Question> question_by_mount(const World &world, const Target &target, const std::string &options,
                                   int no_answer, std::string remedy) {
    auto program = world.find_program("unshare"), mount = world.find_program("mount");
    if (!program || !mount)
        return fail(Cause::unsupported, "mount and unshare are not installed", "install util-linux");
    return Question{*program,
                    {"--mount", *mount, "-n", "-t", target.type, "-o", options, target.source,
                     world.root + std::string(trial_place)},
                    no_answer,
                    fmt::format("{} cannot be mounted: {}", printable(target.source), *mount),
                    std::move(remedy)};
}

Result<Question> question_to_nfs(const World &world, const Configuration &configuration) {
    const std::string &options = configuration.mount_options;
    return question_by_mount(world, *configuration.conf.target,
                             options + (options.empty() ? "" : ",") + "retry=0", mount_failed,
                             "see that the server runs, can be reached and exports it to this machine, and "
                             "that mount.nfs is installed (nfs-common, nfs-utils)");
}

// What the host of a virtual machine shares is there, or is not.
Result<Question> question_to_host(const World &world, const Configuration &configuration) {
    return question_by_mount(world, *configuration.conf.target, "defaults", always_answers,
                             "see that the host shares a directory by that tag, and that this kernel has "
                             "virtiofs");
}

Result<Question> question_for(const World &world, const Configuration &configuration) {
    const std::string &type = configuration.conf.target->type;
    return type == "ssh"   ? question_to_ssh(world, configuration)
           : type == "nfs" ? question_to_nfs(world, configuration)
                           : question_to_host(world, configuration);
}

} // namespace

Result<Step> server_step(const World &world, const Configuration &configuration, std::uint64_t patience) {
    bool is_mounted = configuration.conf.target->type != "ssh";
    Question question = TRY(question_for(world, configuration));
    return Step{"", [&world, question = std::move(question), is_mounted, patience]() -> Result<void> {
                    if (is_mounted)
                        TRY(make_directories(world.root + std::string(trial_place)));
                    return ask(world, question, patience);
                }};
}

bool is_on_server(const Configuration &configuration) {
    const auto &target = configuration.conf.target;
    return target && (target->type == "ssh" || target->type == "nfs" || target->type == "virtiofs");
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
