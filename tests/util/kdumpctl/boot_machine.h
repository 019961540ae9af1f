// SPDX-License-Identifier: GPL-2.0-or-later
// A system below a directory: a recorded tree of tests/util/kdumpctl/trees or files of a test's own, with
// stand-ins for the programs of its boot loader.
#pragma once

#include "tests/support/temporary.h"
#include "tests/util/kdumpctl/ran.h"

#include <map>
#include <vector>

namespace kexec::kdumpctl::test {

class BootMachine {
public:
    // The tree of that name; an empty one is empty.
    explicit BootMachine(const std::string &tree = {});

    // A program that is installed, and what it does: it gives its exit status.
    void install(const std::string &path, std::function<int()> act);
    // One that makes `grub_cfg` of /etc/default/grub, which a real shell reads.
    void install_grub(const std::string &program, const std::string &grub_cfg);

    Ran run(const std::vector<std::string> &words);
    // reset-crashkernel with these; it has to succeed. What changed in the tree since it was made, a line
    // each.
    std::string reset(const std::vector<std::string> &words);
    std::string changes() const;

    std::string text(const std::string &path) const;

    kexec::testing::TemporaryDirectory root;
    std::string architecture = "x86_64";
    std::vector<std::string> log; // of programs: the path and the arguments
    Ran last{};

private:
    std::map<std::string, std::string> files() const;
    int run_stand_in(const std::vector<std::string> &words);

    std::map<std::string, std::function<int()>> programs_;
    mutable std::map<std::string, std::string> before_; // filled at the first look, when the test is set up
    bool is_set_up_ = false;
};

} // namespace kexec::kdumpctl::test
