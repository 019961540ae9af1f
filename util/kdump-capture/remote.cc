// SPDX-License-Identifier: GPL-2.0-or-later
// ssh(1), ssh_config(5): BatchMode asks for no password, and a host that is not known is not trusted.
#include "util/kdump-capture/remote.h"

#include "base/text.h"
#include "util/naming.h"

#include <fmt/core.h>

namespace kexec::capture {

namespace {

// mkdir(1) has one status for all of its failures: that something has the name already gets another one.
constexpr int name_is_taken = 73;

std::string command_to_make(const std::string &path) {
    std::string parent = path.substr(0, path.rfind('/') + 1);
    return fmt::format("umask 077 && mkdir -p {0} && {{ [ ! -e {1} ] || exit {2}; }} && mkdir {1}",
                       quoted(parent), quoted(path), name_is_taken);
}

// A connection that breaks looks like an end to the other side: so the name is given by a command of its own.
std::string command_to_store(const std::string &path) {
    return fmt::format("umask 077 && cat >{} && sync", quoted(path + "-incomplete"));
}
std::string command_to_name(const std::string &path) {
    return fmt::format("mv {} {} && sync", quoted(path + "-incomplete"), quoted(path));
}

struct Heard {
    int status;
    std::string last_line; // of what it has printed, which the console shows too
};

Result<Heard> hear(const World &world, const std::string &program, const std::vector<std::string> &words) {
    constexpr std::chrono::minutes long_enough(5);
    Child child = TRY(Child::start(program, words));
    std::string text;
    for (auto more = child.read(long_enough); more && *more && !(*more)->empty();
         more = child.read(long_enough))
        text += **more;
    world.say(text);
    return Heard{child.stop(), last_line(text)};
}

} // namespace

std::string quoted(std::string_view text) {
    std::string word = "'";
    for (char character : text)
        word += character == '\'' ? std::string("'\\''") : std::string(1, character);
    return word + "'";
}

Result<Remote> Remote::reach(const World &world, const Target &target) {
    auto program = world.find_program("ssh");
    if (!program)
        return fail(Cause::missing_file, "the initramfs has no ssh",
                    "have dracut make it, with openssh installed");
    std::vector<std::string> words{"-o", "BatchMode=yes",    "-o", "StrictHostKeyChecking=yes",
                                   "-o", "ConnectTimeout=30"};
    if (!target.key.empty())
        words.insert(words.end(), {"-i", target.key});
    words.push_back(target.source);
    return Remote(world, *program, std::move(words));
}

std::vector<std::string> Remote::words_for(const std::string &command) const {
    std::vector<std::string> words = words_;
    words.push_back(command);
    return words;
}

Result<std::string> Remote::make_new_directory(const std::string &path, double patience) const {
    constexpr double between = 5;
    Heard heard{};
    std::string name = path;
    unsigned number = 1;
    for (double start = world_->seconds(); world_->seconds() - start <= patience;) {
        heard = TRY(hear(*world_, program_, words_for(command_to_make(name))));
        if (heard.status == 0)
            return name;
        if (heard.status == name_is_taken) {
            name = numbered_name(path, ++number);
            start = world_->seconds(); // the other machine answers
        } else {
            world_->sleep(between);
        }
    }
    return fail(Cause::other,
                fmt::format("{} cannot be reached: ssh exited with status {}{}{}", words_.back(),
                            heard.status, heard.last_line.empty() ? "" : ": ", heard.last_line),
                "check the network, and that the key is accepted there (kdumpctl propagate)");
}

Result<void> Remote::finish(const ProcessGroup &child, const std::string &path) const {
    int status = TRY(child.wait());
    if (status == 0)
        status = TRY(run_program(program_, words_for(command_to_name(path))));
    if (status == 0)
        return {};
    return fail(Cause::other,
                fmt::format("{} did not take it: ssh exited with status {}", words_.back(), status),
                "see whether there is space");
}

Result<void> Remote::store(const Descriptor &content, const std::string &path) const {
    return finish(TRY(ProcessGroup::start(program_, words_for(command_to_store(path)), &content)), path);
}

Result<std::pair<Descriptor, ProcessGroup>> Remote::start_storing(const std::string &path) const {
    auto [input, output] = TRY(make_pipe());
    ProcessGroup child = TRY(ProcessGroup::start(program_, words_for(command_to_store(path)), &input));
    return std::pair(std::move(output), std::move(child));
}

} // namespace kexec::capture
