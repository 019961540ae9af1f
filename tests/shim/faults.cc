// SPDX-License-Identifier: GPL-2.0-or-later
// Counting calls and striking one of them. brk(2) tells of a failure by returning the old end.
#include "tests/shim/faults.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/mman.h>
#include <sys/syscall.h>

namespace shim {
namespace {

constexpr std::size_t longest_path = 4096;

// The path, or what is behind the first argument where that looks like a descriptor.
std::string detail_of(const seccomp_notif &call) {
    const auto &args = call.data.args;
    auto process = static_cast<pid_t>(call.pid);
    switch (call.data.nr) {
    case SYS_openat:
    case SYS_newfstatat:
    case SYS_unlinkat:
    case SYS_renameat2: return text_in(process, args[1], longest_path);
    case SYS_read:
    case SYS_pread64:
    case SYS_write:
    case SYS_pwrite64:
    case SYS_close:
    case SYS_fsync:
    case SYS_ioctl: return path_behind(process, static_cast<int>(args[0]));
    default: return "";
    }
}

std::optional<Transfer> transfer_of(const seccomp_notif &call) {
    const auto &args = call.data.args;
    auto process = static_cast<pid_t>(call.pid);
    auto descriptor = static_cast<int>(args[0]);
    switch (call.data.nr) {
    case SYS_read:
    case SYS_write: return Transfer{process, descriptor, args[1], call.data.nr == SYS_read};
    case SYS_pread64:
    case SYS_pwrite64:
        return Transfer{process, descriptor, args[1], call.data.nr == SYS_pread64,
                        static_cast<long long>(args[3])};
    default: return std::nullopt;
    }
}

std::optional<Struck> cut(const seccomp_notif &call) {
    auto transfer = transfer_of(call);
    if (!transfer || call.data.args[2] < 2)
        return std::nullopt; // there is nothing to be cut
    ssize_t moved = transfer_byte(*transfer);
    return moved < 0 ? Struck{errno, 0} : Struck{0, moved};
}

// The thread's area and the data that is read-only from then on: by the dynamic loader, or by the C library
// before a static program begins.
bool is_start(const seccomp_data &call) {
    return call.nr == SYS_arch_prctl || (call.nr == SYS_mprotect && call.args[2] == PROT_READ);
}

Struck failure_of(const seccomp_notif &call, int number) {
    if (call.data.nr == SYS_brk)
        return {0, static_cast<long long>(end_of_heap(static_cast<pid_t>(call.pid)))};
    return {number, 0};
}

} // namespace

bool Faults::take_option(const std::string &option, const std::string &value) {
    static const std::map<std::string, Fault::Kind> kinds = {{"--fail", Fault::Kind::fail},
                                                             {"--cut", Fault::Kind::cut},
                                                             {"--signal", Fault::Kind::signal},
                                                             {"--before", Fault::Kind::command}};
    if (option == "--calls")
        calls_path_ = value;
    if (option == "--children") {
        counts_children_ = value != "no";
        return true;
    }
    auto kind = kinds.find(option);
    std::size_t equals = value.find('=');
    if (kind == kinds.end() || equals == std::string::npos)
        return option == "--calls";
    std::string what = value.substr(equals + 1);
    faults_.push_back(
        {kind->second, std::strtoul(value.c_str(), nullptr, 10), std::atoi(what.c_str()), what});
    return true;
}

// The first execve is the one that starts the program.
bool Faults::is_counted_start(pid_t process) {
    code_.erase(process);
    bool is_first = program_ == 0;
    if (is_first)
        program_ = process;
    else if (process != program_)
        children_.insert(process);
    return !is_first;
}

bool Faults::is_counted(const seccomp_notif &call) {
    auto process = static_cast<pid_t>(call.pid);
    if (call.data.nr == SYS_execve)
        return is_counted_start(process);
    if (program_ == 0 || (!counts_children_ && children_.contains(process)))
        return false;
    if (is_start(call.data))
        return false;
    std::vector<CodeRange> &known = code_[process];
    auto around = [&](const CodeRange &range) {
        return call.data.instruction_pointer >= range.first && call.data.instruction_pointer < range.end;
    };
    auto found = std::find_if(known.begin(), known.end(), around);
    if (found == known.end())
        found = known.insert(known.end(), code_around(process, call.data.instruction_pointer));
    return !found->is_loader;
}

void Faults::tell(const seccomp_notif &call) {
    if (calls_path_.empty())
        return;
    std::FILE *calls = std::fopen(calls_path_.c_str(), "ae");
    if (!calls)
        give_up(calls_path_.c_str());
    std::fprintf(calls, "%lu %d %s\n", count_, call.data.nr, detail_of(call).c_str());
    std::fclose(calls);
}

std::optional<Struck> Faults::carry_out(const Fault &fault, const seccomp_notif &call) const {
    switch (fault.kind) {
    case Fault::Kind::fail: return failure_of(call, fault.value);
    case Fault::Kind::cut: return cut(call);
    case Fault::Kind::signal: kill(static_cast<pid_t>(call.pid), fault.value); return std::nullopt;
    case Fault::Kind::command:
        if (std::system(fault.command.c_str()) != 0)
            give_up(fault.command.c_str());
        return std::nullopt;
    }
    return std::nullopt;
}

std::optional<Struck> Faults::strike(const seccomp_notif &call, std::FILE *log) {
    if (!is_counted(call))
        return std::nullopt;
    count_++;
    tell(call);
    std::optional<Struck> struck;
    for (const Fault &fault : faults_) {
        if (fault.at != count_)
            continue;
        std::fprintf(log, "struck %lu %d %s\n", count_, call.data.nr, detail_of(call).c_str());
        std::fflush(log);
        struck = carry_out(fault, call);
    }
    return struck;
}

} // namespace shim
