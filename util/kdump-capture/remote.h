// SPDX-License-Identifier: GPL-2.0-or-later
// Another machine that takes files through ssh(1): its shell makes directories, and files out of what it
// reads.
#pragma once

#include "base/process.h"
#include "base/process_group.h"
#include "util/kdump-capture/world.h"

#include <optional>

namespace kexec::capture {

class Remote {
public:
    // Cause::missing_file where there is no ssh.
    static Result<Remote> reach(const World &world, const Target &target);

    // A directory that was not there before, so that no earlier dump is written over: `path`, or `path`-2 and
    // so on where that is taken. Tried again until the other machine answers, for `patience` seconds: the
    // network may still be coming up. What its name is.
    Result<std::string> make_new_directory(const std::string &path, double patience) const;
    // A file with what is read from `content`, a file or a pipe, to its end; under its name when it is whole.
    Result<void> store(const Descriptor &content, const std::string &path) const;
    // The same while something else is going on: the other end of what it reads, then finish().
    Result<std::pair<Descriptor, ProcessGroup>> start_storing(const std::string &path) const;
    Result<void> finish(const ProcessGroup &child, const std::string &path) const;

private:
    Remote(const World &world, std::string program, std::vector<std::string> words)
        : world_(&world), program_(std::move(program)), words_(std::move(words)) {}
    std::vector<std::string> words_for(const std::string &command) const;

    const World *world_;
    std::string program_;
    std::vector<std::string> words_; // in front of the command
};

// As one word of a shell.
std::string quoted(std::string_view text);

} // namespace kexec::capture
