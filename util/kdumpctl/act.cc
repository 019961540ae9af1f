// SPDX-License-Identifier: GPL-2.0-or-later
// The lock is kdump-utils': where both are installed they keep out of each other's way.
#include "util/kdumpctl/act.h"

#include "base/new_file.h"
#include "base/text.h"
#include "capture/install.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::array<std::string_view, 6> programs{"kexec",      "fadump",      "dracut",
                                                   "ssh-keygen", "ssh-copy-id", "restorecon"};
constexpr std::string_view lock_directory = "/run/lock", lock_path = "/run/lock/kdump";

// So that it can be typed as it is shown.
std::string quoted(std::string_view word) {
    if (!word.empty() && word.find_first_of(" \t\n\"'\\$`*?[]{}()<>|&;#~!") == std::string_view::npos)
        return std::string(word);
    std::string text = "'";
    for (char c : word)
        text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return text + "'";
}

} // namespace

Result<void> carry_out(const Steps &steps) {
    for (const Step &step : steps)
        TRY(step.act());
    return {};
}

std::string steps_text(const Steps &steps) {
    std::string text;
    for (const Step &step : steps)
        text += step.text.empty() ? "" : step.text + "\n";
    return text;
}

Result<Step> run_step(const World &world, std::string_view program, std::vector<std::string> arguments,
                      std::string failure) {
    bool known = std::ranges::find(programs, program) != programs.end();
    auto path = known ? world.find_program(program) : std::nullopt;
    if (!path)
        return fail(Cause::unsupported, fmt::format("{} is not installed", program), "install it");
    std::string text = "run " + *path;
    for (const std::string &argument : arguments)
        text += " " + quoted(argument);
    auto act = [&world, path = *path, arguments = std::move(arguments),
                failure = std::move(failure)]() -> Result<void> {
        int status = TRY(world.run(path, arguments));
        if (status == 0)
            return {};
        return fail(Cause::other, fmt::format("{}: {} ended with status {}", failure, path, status),
                    "what went wrong stands above");
    };
    return Step{std::move(text), std::move(act)};
}

Step naming_step(const World &world, std::string path, Step making) {
    std::string text = fmt::format("{}\nname what that has made {}", making.text, path);
    return {std::move(text), [&world, path = std::move(path), act = std::move(making.act)]() -> Result<void> {
                NewFile file = TRY(NewFile::create(world.root + path, NewFile::Existing::replace));
                TRY(act());
                return file.finish();
            }};
}

Step write_step(const World &world, std::string path, Buffer content) {
    std::string text = fmt::format("write {} ({} bytes)", path, content.size());
    return {std::move(text),
            [&world, path = std::move(path), content = std::move(content)]() -> Result<void> {
                std::string place = world.root + path;
                TRY(make_directories(place.substr(0, place.rfind('/'))));
                return capture::write_initramfs(place, content);
            }};
}

namespace {

// What comes next may be a reset, and the boot loader has to see what the initramfs is now.
void settle(const World &world, const std::string &path) {
    if (auto settled = world.settle(path); !settled)
        warn(world, settled.error().what + "; going on without");
}

} // namespace

Step fadump_initramfs_step(const World &world, std::string path, capture::Wish wish) {
    std::string text = fmt::format("put the capture program into {}", path);
    return {std::move(text), [&world, path = std::move(path), wish = std::move(wish)]() -> Result<void> {
                auto made = TRY(capture::install_fadump_initramfs(world.root + path, wish));
                for (const std::string &warning : made.warnings)
                    warn(world, warning);
                settle(world, world.root + path);
                return {};
            }};
}

Step restore_step(const World &world, std::string path) {
    bool is_changed = capture::has_fadump_initramfs(world.root + path);
    std::string text = is_changed ? fmt::format("put the original {} back", path) : "";
    return {std::move(text), [&world, path = std::move(path), is_changed]() -> Result<void> {
                TRY(capture::restore_initramfs(world.root + path));
                if (is_changed)
                    settle(world, world.root + path);
                return {};
            }};
}

Result<Descriptor> take_turn(const World &world) {
    TRY(make_directories(world.root + std::string(lock_directory)));
    return lock_file(world.root + std::string(lock_path),
                     [&] { warn(world, "another kdumpctl is at work; waiting for its end"); });
}

} // namespace kexec::kdumpctl
