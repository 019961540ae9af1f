// SPDX-License-Identifier: GPL-2.0-or-later
// modules.dep(5), and the other lists beside it. '-' and '_' are one character in the names of modules.
// Nothing in a capture initramfs can answer when the kernel asks for a module by its alias, as ext4 does for
// "crypto-crc32c": so what softdep lines name is loaded before.
#include "capture/modules.h"

#include "base/file.h"
#include "base/pattern.h"
#include "base/text.h"

#include <algorithm>

namespace kexec::capture {

namespace {

constexpr std::uint64_t largest_list = 64 << 20;

std::string module_name(std::string_view text) {
    text.remove_prefix(text.rfind('/') + 1);
    return with_underscores(text.substr(0, text.find(".ko")));
}

Buffer list_or_nothing(const std::string &path) {
    auto content = read_file(path, largest_list);
    return content ? *std::move(content) : Buffer{};
}

} // namespace

Result<ModuleTree> ModuleTree::read(const std::string &directory) {
    ModuleTree tree;
    tree.directory_ = directory;
    auto dependencies = read_file(directory + "/modules.dep", largest_list);
    Buffer built_in = list_or_nothing(directory + "/modules.builtin");
    if (!dependencies && built_in.empty())
        return fail_errno(Cause::missing_file, dependencies.error().number, directory + "/modules.dep",
                          "install the kernel's modules, then call depmod");
    if (dependencies)
        tree.read_dependencies(as_text(*dependencies));
    tree.read_built_in(as_text(built_in));
    tree.read_aliases(as_text(list_or_nothing(directory + "/modules.alias")));
    tree.read_soft_dependencies(as_text(list_or_nothing(directory + "/modules.softdep")));
    return tree;
}

void ModuleTree::obey(const ModprobeSettings &settings) {
    blacklist_.insert(settings.blacklist.begin(), settings.blacklist.end());
    for (const std::string &line : settings.soft_dependencies)
        read_soft_dependencies(line);
}

void ModuleTree::read_dependencies(std::string_view text) {
    for (std::string_view line : lines_of(text)) {
        std::size_t colon = line.find(':');
        if (colon == std::string_view::npos)
            continue;
        Module &module = modules_[module_name(line.substr(0, colon))];
        module.path = line.substr(0, colon);
        for (std::string_view needed : words_of(line.substr(colon + 1)))
            module.needs.push_back(module_name(needed));
    }
}

void ModuleTree::read_built_in(std::string_view text) {
    for (std::string_view line : lines_of(text))
        built_in_.insert(module_name(line));
}

void ModuleTree::read_aliases(std::string_view text) {
    for (std::string_view line : lines_of(text))
        if (auto words = words_of(line); words.size() == 3 && words[0] == "alias")
            aliases_.push_back({std::string(words[1]), module_name(words[2])});
}

// "softdep NAME pre: NAMES post: NAMES", either part perhaps missing. What is wanted behind it is loaded
// before it too: that is early enough.
void ModuleTree::read_soft_dependencies(std::string_view text) {
    for (std::string_view line : lines_of(text)) {
        auto words = words_of(line);
        if (words.size() < 3 || words[0] != "softdep")
            continue;
        auto module = modules_.find(module_name(words[1]));
        for (std::size_t i = 2; module != modules_.end() && i < words.size(); i++)
            if (words[i] != "pre:" && words[i] != "post:")
                module->second.wants.emplace_back(words[i]);
    }
}

// `entered` keeps lists that go round in a circle from doing so here.
void ModuleTree::add_module(const std::string &name, std::vector<std::string> &order,
                            std::set<std::string> &entered) const {
    auto module = modules_.find(name);
    if (module == modules_.end() || !entered.insert(name).second)
        return;
    for (const std::string &wanted : module->second.wants)
        add_named(wanted, order, entered);
    // modules.dep names all that a module needs, those that have to be loaded first last.
    for (auto needed = module->second.needs.rbegin(); needed != module->second.needs.rend(); ++needed)
        add_module(*needed, order, entered);
    if (std::ranges::find(order, name) == order.end())
        order.push_back(name);
}

bool ModuleTree::add_named(std::string_view wanted, std::vector<std::string> &order,
                           std::set<std::string> &entered) const {
    std::string name = module_name(wanted);
    if (modules_.contains(name)) {
        add_module(name, order, entered);
        return true;
    }
    bool found = built_in_.contains(name);
    for (const Alias &alias : aliases_)
        if (alias.pattern == wanted && !blacklist_.contains(alias.module)) {
            add_module(alias.module, order, entered);
            found = true;
        }
    return found;
}

bool ModuleTree::add(std::string_view name, std::vector<std::string> &order) const {
    std::set<std::string> entered;
    return add_named(name, order, entered);
}

bool ModuleTree::add_for_device(std::string_view modalias, std::vector<std::string> &order) const {
    std::set<std::string> entered;
    bool found = false;
    for (const Alias &alias : aliases_)
        if (matches_pattern(alias.pattern, modalias, true) && !blacklist_.contains(alias.module)) {
            add_module(alias.module, order, entered);
            found = true;
        }
    return found;
}

std::string ModuleTree::path_of(const std::string &name) const {
    auto module = modules_.find(name);
    if (module == modules_.end())
        return {};
    const std::string &path = module->second.path;
    return path.starts_with('/') ? path : directory_ + "/" + path;
}

} // namespace kexec::capture
