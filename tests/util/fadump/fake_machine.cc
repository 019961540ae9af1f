// SPDX-License-Identifier: GPL-2.0-or-later
// registered_store and release_mem_store of the kernel's fadump.c, and release_core_store of its opal-core.c.
#include "tests/util/fadump/fake_machine.h"

#include "base/new_file.h"
#include "tests/support/files.h"
#include "tests/util/fadump/dumps.h"

#include <cerrno>
#include <unistd.h>

namespace kexec::fadump::test {

FakeMachine::FakeMachine(Layout layout) : layout_(layout) {
    root.write("/proc/cmdline", "fadump=on crashkernel=768M\n");
    root.write("/proc/iomem", "00000000-1ffffffff : System RAM\n");
    root.write("/proc/sys/kernel/random/boot_id", "first-boot\n");
    root.write("/proc/device-tree/rtas/ibm,configure-kernel-dump", "1234");
    root.write(path_of("enabled"), "1\n");
    root.write(path_of("registered"), "0\n");
    if (layout == Layout::directory)
        root.write(path_of("mem_reserved"), "805314560\n");
}

std::string FakeMachine::path_of(const std::string &name) const {
    return (layout_ == Layout::flat ? "/sys/kernel/fadump_" : "/sys/kernel/fadump/") + name;
}

std::string FakeMachine::content_of(const std::string &name) const {
    return testing::text_of_file(root.path(path_of(name)));
}

bool FakeMachine::has(const std::string &path) const { return ::access(root.path(path).c_str(), F_OK) == 0; }

void FakeMachine::crash(std::size_t lines) {
    root.write("/proc/sys/kernel/random/boot_id", "second-boot\n");
    root.write(path_of("registered"), "0\n");
    root.write(path_of("release_mem"), "");
    root.add("/proc/vmcore", made_dump(lines));
}

void FakeMachine::add_opal_core(const std::string &content) {
    root.write("/sys/firmware/opal/mpipl/core", content);
    root.write("/sys/firmware/opal/mpipl/release_core", "");
}

// The errno.
int FakeMachine::change(const std::string &path, bool on) {
    bool waiting = has("/proc/vmcore");
    if (path == path_of("registered")) {
        if (waiting)
            return EPERM;
        if (on && !registers_anew && content_of("registered") == "1\n")
            return EEXIST;
        root.write(path, on ? "1\n" : "0\n");
    } else if (path == path_of("release_mem")) {
        if (!waiting)
            return EPERM;
        root.remove("/proc/vmcore");
    } else {
        root.remove("/sys/firmware/opal/mpipl/core");
    }
    return 0;
}

Result<void> FakeMachine::answer(const std::string &path, std::string_view text) {
    log.push_back(path + " " + std::string(text));
    int number = 0;
    if (!answers.empty()) {
        number = answers.front();
        answers.pop_front();
    }
    if (number == 0 && !takes_and_ignores)
        number = change(path, text == "1");
    return number == 0 ? Result<void>() : fail_errno(Cause::system_call, number, path);
}

Ran FakeMachine::run(const std::vector<std::string> &words) {
    Ran ran{};
    World world{
        .root = root.path(),
        .print =
            [&](std::string_view text) {
                ran.out += text;
                return true;
            },
        .complain = [&](std::string_view text) { ran.err += text; },
        .write = [&](const std::string &path,
                     std::string_view text) { return answer(path.substr(root.path().size()), text); },
        .shows_progress = shows_progress,
        .makedumpfile = makedumpfile,
    };
    std::vector<const char *> pointers;
    for (const std::string &word : words)
        pointers.push_back(word.c_str());
    ran.outcome = run_command(world, pointers);
    return ran;
}

} // namespace kexec::fadump::test
