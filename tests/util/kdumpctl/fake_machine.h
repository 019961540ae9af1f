// SPDX-License-Identifier: GPL-2.0-or-later
// A machine for the command to run on: files below a directory, programs that do what theirs do to these, and
// a terminal.
#pragma once

#include "tests/support/temporary.h"
#include "tests/util/kdumpctl/ran.h"

#include <deque>
#include <map>
#include <set>
#include <vector>

namespace kexec::kdumpctl::test {

// 4 GiB of memory, 256 MiB of them reserved, a crash kernel loaded; /boot/vmlinuz-6.1.0-9-amd64, the root
// file system on /dev/vda1.
class FakeMachine {
public:
    FakeMachine();

    void become_fadump(const std::string &registered);
    void unload() const { root.write("/sys/kernel/kexec_crash_loaded", "0\n"); }
    void install(const std::string &path) const; // a program
    bool is_loaded() const;
    bool has(const std::string &path) const;
    std::string text(const std::string &path) const; // empty where there is no such file
    std::string initramfs() const { return text("/var/lib/kdump/initramfs-6.1.0-9-amd64kdump.img"); }

    Ran run(const std::vector<std::string> &words);

    testing::TemporaryDirectory root;
    std::string architecture = "x86_64", log;
    std::uint64_t page_size = 4096;
    std::set<std::string, std::less<>> programs{"kexec", "fadump", "kdump-capture", "mount",
                                                "unshare"}; // that are installed
    std::vector<std::string> commands;                      // each program that was run, with its arguments
    std::map<std::string, int> statuses;                    // of programs that fail, by their names
    std::string ssh_says = "connection refused\n";
    std::map<std::string, std::string> answers; // command: what it prints, of others than ssh
    std::vector<std::string> writes;            // "PATH TEXT"
    const Emulation *emulation = nullptr;
    std::vector<std::string> logged; // "PRIORITY TEXT", in the system's log
    std::deque<std::string> lines;   // that are typed
    bool is_terminal = true;
    std::uint64_t now = 1764446400; // 2025-11-29 20:00:00 UTC

private:
    World world(Ran &ran);
    Result<int> run_program(const std::string &path, const std::vector<std::string> &arguments);
};

bool contains(std::string_view text, std::string_view part);

// It changed nothing, and said why.
void check_refused(FakeMachine &machine, const std::vector<std::string> &words, std::string_view why);

} // namespace kexec::kdumpctl::test
