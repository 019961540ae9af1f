// SPDX-License-Identifier: GPL-2.0-or-later
// What modprobe.d(5) has the running system set for its modules, for a capture kernel that loads them without
// modprobe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace kexec::capture {

struct ModprobeSettings {
    std::map<std::string, std::string> options; // module: its parameters, as the kernel takes them
    std::set<std::string> blacklist;            // modules that no alias leads to
    std::set<std::string> replaced;             // modules that a command of the system's stands for
    std::vector<std::string> soft_dependencies; // lines "softdep ..."
};

// Names have '_' for '-'. `root` is in front of /etc/modprobe.d and of the other directories.
ModprobeSettings read_modprobe_settings(const std::string &root);

} // namespace kexec::capture
