// SPDX-License-Identifier: GPL-2.0-or-later
// The tree is copied, so that each test changes one of its own.
#include "tests/util/kdumpctl/boot_machine.h"

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "tests/catch.h"
#include "tests/support/files.h"

#include <filesystem>

namespace kexec::kdumpctl::test {

using kexec::testing::in_tests;
using kexec::testing::text_of_file;

namespace {

using Lines = std::vector<std::string_view>;

// By the longest sequence of lines that both have.
std::string difference(const Lines &before, const Lines &after) {
    std::vector<std::vector<std::size_t>> common(before.size() + 1,
                                                 std::vector<std::size_t>(after.size() + 1));
    for (std::size_t i = before.size(); i-- > 0;)
        for (std::size_t j = after.size(); j-- > 0;)
            common[i][j] = before[i] == after[j] ? common[i + 1][j + 1] + 1
                                                 : std::max(common[i + 1][j], common[i][j + 1]);
    std::string text;
    std::size_t i = 0, j = 0;
    while (i < before.size() || j < after.size()) {
        if (i < before.size() && j < after.size() && before[i] == after[j]) {
            i++;
            j++;
        } else if (i < before.size() && (j == after.size() || common[i + 1][j] >= common[i][j + 1])) {
            text.append("-").append(before[i++]).append("\n");
        } else {
            text.append("+").append(after[j++]).append("\n");
        }
    }
    return text;
}

} // namespace

BootMachine::BootMachine(const std::string &tree) {
    if (!tree.empty())
        std::filesystem::copy(in_tests("util/kdumpctl/trees/" + tree), root.path(),
                              std::filesystem::copy_options::recursive);
}

void BootMachine::install(const std::string &path, std::function<int()> act) {
    root.write(path, "a stand-in\n");
    programs_[path] = std::move(act);
}

void BootMachine::install_grub(const std::string &program, const std::string &grub_cfg) {
    install(program, [this, grub_cfg] {
        std::string script = R"(cd "$1" || exit 1
. ./etc/default/grub
for piece in ./etc/default/grub.d/*.cfg; do [ ! -e "$piece" ] || . "$piece"; done
printf 'linux /boot/vmlinuz root=/dev/a %s %s\n' "$GRUB_CMDLINE_LINUX" "$GRUB_CMDLINE_LINUX_DEFAULT" >"$2")";
        auto status = run_program("/bin/sh", {"-c", script, "sh", root.path(), root.path(grub_cfg)});
        return status ? *status : 127;
    });
}

int BootMachine::run_stand_in(const std::vector<std::string> &words) {
    log.push_back(words[0]);
    for (std::size_t i = 1; i < words.size(); i++)
        log.back() += " " + words[i];
    auto program = programs_.find(words[0]);
    return program == programs_.end() ? 127 : program->second();
}

Ran BootMachine::run(const std::vector<std::string> &words) {
    if (!is_set_up_)
        before_ = files();
    is_set_up_ = true;
    Ran ran{};
    World world{};
    world.root = root.path();
    world.print = [&](std::string_view text) {
        ran.out += text;
        return true;
    };
    world.complain = [&](std::string_view text) { ran.err += text; };
    world.architecture = architecture;
    world.kernel_log = [] { return ""; };
    // Programs of a tree run inside of it.
    world.run = [&](const std::string &path, const std::vector<std::string> &arguments) -> Result<int> {
        CHECK(path.ends_with("/chroot"));
        REQUIRE(arguments.size() > 1);
        CHECK(arguments[0] == root.path());
        return run_stand_in({arguments.begin() + 1, arguments.end()});
    };
    std::vector<const char *> pointers;
    for (const std::string &word : words)
        pointers.push_back(word.c_str());
    ran.outcome = run_command(world, pointers);
    return ran;
}

std::string BootMachine::reset(const std::vector<std::string> &words) {
    std::vector<std::string> all{"reset-crashkernel"};
    all.insert(all.end(), words.begin(), words.end());
    last = run(all);
    INFO(last.err);
    CHECK(last.outcome == Outcome::done);
    return changes();
}

std::string BootMachine::text(const std::string &path) const { return text_of_file(root.path(path)); }

std::map<std::string, std::string> BootMachine::files() const {
    std::map<std::string, std::string> found;
    auto paths = list_tree(root.path());
    REQUIRE(paths);
    for (const std::string &path : *paths)
        if (!path.starts_with("var/lib/kdump/") && path != "run/lock/kdump")
            found[path] = text("/" + path);
    return found;
}

std::string BootMachine::changes() const {
    std::string text;
    auto now = files();
    for (const auto &[path, content] : now)
        if (!before_.contains(path))
            text += path + " is new\n";
    for (const auto &[path, old] : before_) {
        if (!now.contains(path))
            text += path + " is gone\n";
        else if (now[path] != old)
            text += path + (old.ends_with('\n') == now[path].ends_with('\n') ? "\n" : " (another end)\n") +
                    difference(lines_of(old), lines_of(now[path]));
    }
    return text;
}

} // namespace kexec::kdumpctl::test
