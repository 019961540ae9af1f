// SPDX-License-Identifier: GPL-2.0-or-later
// The capture program for a machine below a directory (where tests/shim/saving.cc makes the dump), since no
// other machine runs a capture kernel. `capturing ROOT store` stores as the child of the first process does;
// `capturing ROOT end` is the first process, and prints how it ends the machine instead of doing so;
// `capturing ROOT tell` is what tells the cluster.
#include "base/new_file.h"
#include "util/kdump-capture/store.h"
#include "util/kdump-capture/supervise.h"
#include "util/program.h"

#include <fmt/core.h>
#include <string>
#include <sys/wait.h>

namespace {

using namespace kexec;
using namespace kexec::capture;

constexpr std::string_view own_path = "/proc/self/exe";

World world_below(const std::string &root) {
    World world;
    world.root = root;
    world.say = print_to_error;
    world.find_program = [](std::string_view) { return std::string(own_path); };
    world.seconds = [] { return 0.0; };
    world.clock = [] { return std::uint64_t{1700000000}; };
    world.sleep = [](double) {};
    world.sync = [] {};
    world.kernel_log = [] { return "of the capture kernel\n"; };
    return world;
}

// No time limit: nothing but the child's end is waited for.
Settings settings_below(const std::string &root) {
    Settings settings;
    settings.targets = {{.type = "directory", .path = "/made"}};
    settings.directory_name = "dump";
    settings.failure_action = Action::halt;
    settings.final_action = Action::poweroff;
    settings.time_limit = 0;
    settings.fence = root + " tell";
    return settings;
}

int end(const World &world, const Settings &settings) {
    Ending ending = wait_for_store(world, settings, {std::string(own_path), {world.root, "store"}});
    while (::wait(nullptr) > 0)
        ; // what tells the cluster ends here, and not with the machine
    Action action = action_behind(world, settings, ending);
    print_to_output(fmt::format("leave {}\n", name_of(action)));
    return static_cast<int>(ending);
}

int run(std::span<const char *const> words) {
    std::string root = words[0], role = words[1];
    World world = world_below(root);
    Settings settings = settings_below(root);
    if (words.size() > 4 && std::string(words[2]) == "--report") {
        report_end(world, words[3], words[4]);
        return 0;
    }
    if (role == "end")
        return end(world, settings);
    if (role == "store")
        return static_cast<int>(store_dump(world, settings));
    return write_into(root + "/dev/cluster", "told\n") ? 0 : 1;
}

} // namespace

int main(int count, char **words) { return run_program_main("kdump-capture", count, words, run); }
