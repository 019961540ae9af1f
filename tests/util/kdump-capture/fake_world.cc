// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/util/kdump-capture/fake_world.h"

#include "base/new_file.h"
#include "tests/capture/fake_system.h"
#include "tests/catch.h"
#include "tests/dump/build_dump.h"
#include "tests/support/files.h"

#include <fmt/core.h>
#include <unistd.h>

namespace kexec::testing {

FakeWorld::FakeWorld() {
    directory_.add("proc/vmcore", elf_dump(build_lockless_log({}, some_lines(3))));
    directory_.write("sys/class/block/vda/size", "2048\n");
    directory_.add("dev/vda", made_superblock("ext4", '1', "disk"));
    directory_.write("dev/kmsg", "");
    directory_.write("dev/pmsg0", "");
    REQUIRE(make_directories(directory_.path("kdump")));
    world.root = directory_.path();
    world.say = [this](std::string_view text) { console += text; };
    world.mount = [this](const std::string &source, const std::string &place, const std::string &type,
                         const std::string &options) -> Result<void> {
        done.push_back(fmt::format("mount {} {} {} {}", source, place, type, options));
        return {};
    };
    world.unmount = [this](const std::string &place) -> Result<void> {
        done.push_back("unmount " + place);
        return {};
    };
    world.load_module = [this](const std::string &path, const std::string &parameters) -> Result<void> {
        done.push_back(fmt::format("module {} {}", path, parameters));
        return {};
    };
    world.scan_btrfs = [this](const std::string &device) { done.push_back("scan " + device); };
    world.find_program = [this](std::string_view name) -> std::optional<std::string> {
        std::string path = directory_.path("bin/" + std::string(name));
        return ::access(path.c_str(), X_OK) == 0 ? std::optional(path) : std::nullopt;
    };
    world.seconds = [this] { return now_; };
    world.clock = [] { return std::uint64_t{1700000000}; };
    world.sleep = [this](double seconds) { now_ += seconds; };
    world.sync = [this] { done.emplace_back("sync"); };
    world.kernel_log = [] { return "of the capture kernel\n"; };
    world.run_shell = [this]() -> Result<void> {
        done.emplace_back("shell");
        return {};
    };
    world.leave = [this](capture::Action action) -> Result<void> {
        done.push_back(fmt::format("leave {}", capture::name_of(action)));
        return {};
    };
    settings.targets = {{.type = "ext4", .source = "LABEL=disk", .path = "/var/crash"}};
}

std::string FakeWorld::stored(const std::string &name) const {
    return text_of_file(directory_.path("kdump/target/var/crash/" + name));
}

bool FakeWorld::has(const std::string &path) const {
    return ::access(directory_.path(path).c_str(), F_OK) == 0;
}

} // namespace kexec::testing
