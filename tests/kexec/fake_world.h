// SPDX-License-Identifier: GPL-2.0-or-later
// A world for the command to run in: a kernel behind the system calls that keeps a log and refuses what it is
// told to, a directory that stands for / with the files of sysfs, an architecture with one simple kernel
// format.
#pragma once

#include "kexec/command.h"
#include "tests/support/temporary.h"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace kexec::test {

using testing::TemporaryDirectory;

inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Behaves as the real kernel does where it matters: a load for a crash drops the old crash image before it is
// refused (but not when it is refused for want of permission, of the lock, or of the call itself; the file
// call says EPERM of a signature, too, and then the image is gone), and sysfs follows.
class FakeKernel final : public SystemCalls {
public:
    explicit FakeKernel(const TemporaryDirectory &root) : root_(root) {}

    std::vector<std::string> log; // every call, in order
    std::deque<int> load_answers; // errnos for the next calls; 0 when used up
    std::deque<int> file_load_answers;
    int reboot_answer = 22;                  // EINVAL
    std::map<std::string, int> link_answers; // by name, for taking down
    std::vector<Link> all_links;
    bool links_are_hidden = false; // as where /proc is not mounted
    bool privileged = true;
    Entropy entropy; // that every load is given; none, unless a test sets it
    std::string last_command_line;
    std::uint64_t last_entry = 0;
    std::string last_kernel, last_initrd; // what the file call was given, as read from the descriptors
    std::vector<std::string> last_segment_contents;
    std::vector<std::uint64_t> last_segment_places; // physical addresses
    std::vector<std::string> messages;              // that each refusal leaves in the kernel's log
    std::function<void()> while_loading = [] {};    // happens inside either call

    int load(std::uint64_t entry, std::span<const KexecSegment> segments, std::uint32_t flags) override;
    int file_load(int kernel, int initrd, std::optional<std::string_view> command_line,
                  std::uint32_t flags) override;
    int reboot() override;
    void synchronise() override;
    Result<std::vector<Link>> links() override {
        if (links_are_hidden)
            return fail(Cause::system_call, "/proc/net/dev: No such file or directory", "mount /proc");
        return all_links;
    }
    int set_link(const std::string &name, bool up) override;
    int execute(const std::string &path, const std::vector<std::string> &arguments) override;
    void mark_log() override { since_mark_.clear(); }
    std::vector<std::string> messages_since_mark() override { return since_mark_; }
    bool may_reboot() override { return privileged; }
    Entropy draw_entropy() override { return entropy; }
    void wait(std::chrono::milliseconds time) override;
    std::uint64_t now() override { return 1795000000; } // 2026-11-18 11:06:40 UTC

private:
    int answer(std::deque<int> &answers, bool by_file, bool crash, bool unload);

    const TemporaryDirectory &root_;
    std::vector<std::string> since_mark_;
};

struct Outcome {
    int status;
    std::string out, err;
};

class FakeWorld {
public:
    FakeWorld();

    TemporaryDirectory root; // sysfs and procfs files; nothing loaded, 256 MiB reserved
    TemporaryDirectory files;
    FakeKernel kernel{root};
    std::string kernel_file; // a kernel that both calls take
    std::string elf_file;    // one that only kexec_load takes
    std::string initrd_file;
    bool on_terminal = false; // stderr

    // Runs the command; the architecture is x86_64 with the fake formats, or the real one of that name.
    Outcome run(const std::vector<std::string> &words);
    Outcome run_on(const Arch &arch, const std::vector<std::string> &words, Order order = Order::any);
    // What the command runs in, for calling a part of it; what it says goes to `outcome`.
    World seen_by(const Arch &arch, Outcome &outcome);

    std::string loaded() const; // content of /sys/kernel/kexec_loaded
    std::string crash_loaded() const;
};

// The architecture of FakeWorld::run().
const Arch &fake_arch();

} // namespace kexec::test
