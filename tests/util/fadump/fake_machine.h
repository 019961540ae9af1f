// SPDX-License-Identifier: GPL-2.0-or-later
// A machine for the command to run on: files below a directory, and a kernel that answers writes to them as
// the kernel's fadump.c does.
#pragma once

#include "tests/support/temporary.h"
#include "util/fadump/command.h"

#include <deque>
#include <string>
#include <vector>

namespace kexec::fadump::test {

using testing::TemporaryDirectory;

enum class Layout { directory, flat };

struct Ran {
    Outcome outcome;
    std::string out, err;
};

class FakeMachine {
public:
    // Enabled and not registered; 8 GiB of memory, 768 MiB of them reserved.
    explicit FakeMachine(Layout layout = Layout::directory);

    TemporaryDirectory root;
    TemporaryDirectory files;       // where dumps are stored
    std::vector<std::string> log;   // each write: "PATH TEXT"
    std::deque<int> answers;        // errnos for the next writes; 0 is none
    bool registers_anew = true;     // older kernels do not
    bool takes_and_ignores = false; // as when the firmware fails and the kernel does not say so
    bool shows_progress = false;
    std::optional<std::string> makedumpfile;

    // The boot after a crash, with a dump of so many lines of log.
    void crash(std::size_t lines = 3);
    void add_opal_core(const std::string &content);

    Ran run(const std::vector<std::string> &words);

    std::string path_of(const std::string &name) const; // "registered": where this layout has it
    std::string content_of(const std::string &name) const;
    bool has(const std::string &path) const;

private:
    Result<void> answer(const std::string &path, std::string_view text);
    int change(const std::string &path, bool on);

    Layout layout_;
};

} // namespace kexec::fadump::test
