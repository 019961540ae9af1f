// SPDX-License-Identifier: GPL-2.0-or-later
// Trouble at the system-call boundary. The calls of a program are counted from the first one that its own
// code makes: those of the dynamic loader are nobody's business here, nor what stands for them in a static
// program. One of them is made to fail, to move one byte only, to be the last before a signal, or to wait
// until a command has been run.
#pragma once

#include "tests/shim/foreign.h"

#include <cstdio>
#include <linux/seccomp.h>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace shim {

struct Fault {
    enum class Kind { fail, cut, signal, command };
    Kind kind;
    unsigned long at; // the count of the call
    int value;        // an errno, or a signal
    std::string command;
};

// What a call is answered instead of being made.
struct Struck {
    int error;
    long long value;
};

class Faults {
public:
    // --calls FILE, --fail COUNT=ERRNO, --cut COUNT=1, --signal COUNT=NUMBER, --before COUNT=COMMAND;
    // --children no: what it starts is not counted once it runs. False: an option of others.
    bool take_option(const std::string &option, const std::string &value);
    // Whether all calls are to be looked at.
    bool is_on() const { return !faults_.empty() || !calls_path_.empty(); }

    // To be called for each call. Nothing: it goes on. The faults that took place are told in `log`.
    std::optional<Struck> strike(const seccomp_notif &call, std::FILE *log);

private:
    bool is_counted(const seccomp_notif &call);
    bool is_counted_start(pid_t process);
    void tell(const seccomp_notif &call);
    std::optional<Struck> carry_out(const Fault &fault, const seccomp_notif &call) const;

    std::vector<Fault> faults_;
    std::string calls_path_; // each call counted is written there
    bool counts_children_ = true;
    pid_t program_ = 0;        // the process that the shim has started
    std::set<pid_t> children_; // the others that run a program
    unsigned long count_ = 0;
    std::map<pid_t, std::vector<CodeRange>> code_; // what has been found out of each process
};

} // namespace shim
