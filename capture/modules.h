// SPDX-License-Identifier: GPL-2.0-or-later
// The modules of one kernel, as depmod(8) has listed them, and what has to be loaded for one to work.
#pragma once

#include "base/result.h"
#include "capture/modprobe.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace kexec::capture {

class ModuleTree {
public:
    // `directory` is that of modules.dep. Cause::missing_file where there is none.
    static Result<ModuleTree> read(const std::string &directory);
    // From then on no alias leads to a module of the blacklist, and more is loaded before some.
    void obey(const ModprobeSettings &settings);

    // Adds to `order` what is missing in it for the module of that name, or for all that have it for an
    // alias: each behind what it needs. False where the kernel has no such module and is not built with it.
    bool add(std::string_view name, std::vector<std::string> &order) const;
    // The same for what would be loaded for a device that says this of itself; false where that is nothing.
    bool add_for_device(std::string_view modalias, std::vector<std::string> &order) const;

    // The path of a module's file.
    std::string path_of(const std::string &name) const;

private:
    void read_dependencies(std::string_view text);
    void read_built_in(std::string_view text);
    void read_aliases(std::string_view text);
    void read_soft_dependencies(std::string_view text);
    void add_module(const std::string &name, std::vector<std::string> &order,
                    std::set<std::string> &entered) const;
    bool add_named(std::string_view name, std::vector<std::string> &order,
                   std::set<std::string> &entered) const;

    struct Module {
        std::string path;               // below the directory, or absolute
        std::vector<std::string> needs; // names
        std::vector<std::string> wants; // names or aliases, loaded before it where they are there
    };
    struct Alias {
        std::string pattern, module;
    };
    std::string directory_;
    std::map<std::string, Module, std::less<>> modules_;
    std::set<std::string, std::less<>> built_in_;
    std::vector<Alias> aliases_;
    std::set<std::string, std::less<>> blacklist_;
};

} // namespace kexec::capture
