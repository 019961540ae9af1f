// SPDX-License-Identifier: GPL-2.0-or-later
// The program: as the first process of an initramfs, as a command in one that dracut has made, or as what
// these two start.
#include "base/file.h"
#include "base/new_file.h"
#include "base/process_group.h"
#include "base/text.h"
#include "capture/layout.h"
#include "util/kdump-capture/init.h"
#include "util/kdump-capture/real_world.h"
#include "util/kdump-capture/supervise.h"
#include "util/program.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace kexec::capture {
namespace {

constexpr std::string_view usage =
    R"(Usage: kdump-capture [--settings FILE] [--no-action]
Stores the memory of a crashed kernel, in a capture kernel, and ends the system.

     --settings=FILE  what to do (default /kdump/settings)
     --no-action      store, and do not end the system
 -h, --help           print this help
 -v, --version        print the version
)";

// Beyond this a reboot counts as hanging.
constexpr double longest_reboot = 60;

struct Words {
    std::string settings{settings_path};
    bool acts = true;
    std::string role;                // "--store", "--report", "--force", "--help", "--version"; else empty
    std::vector<std::string> report; // the two sentences
};

Result<Words> parse(std::span<const char *const> words) {
    Words parsed;
    for (; !words.empty(); words = words.subspan(1)) {
        std::string_view word = words.front();
        constexpr std::string_view option = "--settings";
        if (word == option && words.size() > 1) {
            parsed.settings = words[1];
            words = words.subspan(1);
        } else if (word.starts_with("--settings="))
            parsed.settings = word.substr(option.size() + 1);
        else if (word == "--no-action")
            parsed.acts = false;
        else if (word == "--report" && words.size() > 2) {
            parsed.role = word;
            parsed.report = {words[1], words[2]};
            words = words.subspan(2);
        } else if (word == "--store" || word == "--force")
            parsed.role = word;
        else if (word == "-h" || word == "--help" || word == "-v" || word == "--version")
            parsed.role = word.substr(0, 2) == "--" ? word : word == "-h" ? "--help" : "--version";
        else
            return fail(Cause::bad_usage, "\"" + printable(word) + "\" is no option",
                        "see kdump-capture --help");
    }
    return parsed;
}

Result<Settings> read_settings(const std::string &path) {
    constexpr std::uint64_t longest = 1 << 20;
    return TRY_WITHIN(path, parse_settings(as_text(TRY(read_file(path, longest)))));
}

Self self_of(const Words &words) { return {"/proc/self/exe", {"--settings", words.settings}}; }

// What reboot(2) may hang in is a driver that is shut down: sysrq (sysrq.rst) asks none.
void force_reboot(const World &world) {
    world.sleep(longest_reboot);
    tell(world, "the reboot hangs: the machine is reset");
    write_into("/proc/sysrq-trigger", "b");
}

void leave(const World &world, const Words &words, Action action) {
    constexpr double again = 5;
    Self self = self_of(words);
    self.arguments.emplace_back("--force");
    [[maybe_unused]] auto forced = ProcessGroup::start(self.path, self.arguments);
    while (true) {
        if (auto left = world.leave(action); !left)
            tell(world, left.error());
        world.sleep(again);
    }
}

Settings settings_or_defaults(const World &world, const std::string &path) {
    auto settings = read_settings(path);
    if (settings)
        return *settings;
    tell(world, settings.error());
    return {};
}

// The original takes our place, with the words that the kernel had for /init.
void become_original(const World &world, char **words) {
    std::string name = "/init";
    words[0] = name.data();
    ::execv(std::string(original_init_path).c_str(), words);
    tell(world, "the original /init cannot be started");
}

// Where the kernel has found no console it starts /init without any of these, and what is opened first would
// get what is said. Nothing can be written to a directory.
void keep_standard_streams() {
    constexpr int behind_them = 3;
    int file = ::open("/", O_RDONLY | O_DIRECTORY);
    while (file >= 0 && file < behind_them)
        file = ::open("/", O_RDONLY | O_DIRECTORY);
    if (file >= 0)
        ::close(file);
}

// The first process must not end: the kernel would panic.
void run_as_init(const World &world, char **words) {
    keep_standard_streams();
    bool shared = has_original_init(world);
    if (shared && !is_dump_boot(world))
        become_original(world, words);
    Words own;
    prepare(world);
    Settings settings = settings_or_defaults(world, own.settings);
    Ending ending = wait_for_store(world, settings, self_of(own));
    Action action = action_behind(world, settings, ending);
    if (action == Action::resume && shared && release_dump(world)) {
        leave_as_found(world);
        become_original(world, words);
    }
    leave(world, own, action == Action::resume ? Action::reboot : action);
}

int run_as_command(const World &world, const Words &words) {
    auto settings = read_settings(words.settings);
    if (!settings) {
        tell(world, settings.error());
        return static_cast<int>(Ending::failed);
    }
    Ending ending = wait_for_store(world, *settings, self_of(words));
    if (words.acts)
        leave(world, words, action_behind(world, *settings, ending));
    return static_cast<int>(ending);
}

int run_as(const World &world, const Words &words) {
    if (words.role == "--help" || words.role == "--version")
        return print_to_output(words.role == "--help"
                                   ? usage
                                   : "kdump-capture of kexec-tools 2.0.32+toolkit." TOOLKIT_VERSION "\n")
                   ? 0
                   : 1;
    if (words.role == "--store")
        return static_cast<int>(store_dump(world, settings_or_defaults(world, words.settings)));
    if (words.role == "--report")
        report_end(world, words.report[0], words.report[1]);
    else if (words.role == "--force")
        force_reboot(world);
    else
        return run_as_command(world, words);
    return 0;
}

int run(std::span<const char *const> words) {
    // A pipe whose other end is gone is an error, not an end.
    std::signal(SIGPIPE, SIG_IGN);
    World world = real_world(print_to_error);
    auto parsed = parse(words);
    if (parsed)
        return run_as(world, *parsed);
    tell(world, parsed.error());
    return 2;
}

// As the kernel starts it; in a container a command is the first process, too.
bool is_init(int count, char **words) {
    return ::getpid() == 1 && count > 0 && std::string_view(words[0]) == "/init";
}

int run_program(int count, char **words) {
    if (is_init(count, words))
        run_as_init(real_world(print_to_error), words);
    return run_program_main("kdump-capture", count, words, run);
}

} // namespace
} // namespace kexec::capture

int main(int count, char **words) { return kexec::capture::run_program(count, words); }
