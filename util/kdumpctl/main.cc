// SPDX-License-Identifier: GPL-2.0-or-later
// The program: the real world, and the command in it.
#include "base/new_file.h"
#include "base/process.h"
#include "util/kdumpctl/command.h"
#include "util/kdumpctl/settle.h"
#include "util/kdumpctl/trial.h"
#include "util/program.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <sys/utsname.h>
#include <syslog.h>
#include <unistd.h>

namespace {

std::string architecture() {
    utsname names{};
    return ::uname(&names) == 0 ? names.machine : "";
}

// Programs of ours lie beside this one, those of the system's in its directories.
std::optional<std::string> find_ours(std::string_view name) {
    std::array<char, 4096> self{};
    ssize_t size = ::readlink("/proc/self/exe", self.data(), self.size());
    std::string path(self.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    path.resize(path.rfind('/') + 1); // of no slash at all: nothing, since npos + 1 is 0
    path += name;
    for (const std::string &each : {path, KDUMP_LIBEXECDIR "/" + std::string(name)})
        if (::access(each.c_str(), X_OK) == 0)
            return each;
    return kexec::find_program(name);
}

std::string read_line() {
    std::string line;
    for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar())
        line += static_cast<char>(c);
    return line;
}

kexec::Result<kexec::kdumpctl::Answer> ask(const std::string &path,
                                           const std::vector<std::string> &arguments) {
    constexpr std::chrono::seconds long_enough(60);
    kexec::Child child = TRY(kexec::Child::start(path, arguments));
    std::string text;
    for (auto more = child.read(long_enough); more && *more && !(*more)->empty();
         more = child.read(long_enough))
        text += **more;
    return kexec::kdumpctl::Answer{child.stop(), text};
}

kexec::Result<kexec::kdumpctl::Scratch> make_scratch(std::uint64_t size) {
    kexec::Descriptor file = TRY(kexec::nameless_file("/var/tmp"));
    if (::ftruncate(file.number(), static_cast<off_t>(size)) != 0)
        return kexec::fail_errno(kexec::Cause::system_call, errno, "making a scratch disk");
    std::string path = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file.number());
    return kexec::kdumpctl::Scratch{std::move(file), std::move(path)};
}

int run(std::span<const char *const> words) {
    const kexec::kdumpctl::Emulation emulation{kexec::rehearse, kexec::files_of_program, make_scratch};
    kexec::kdumpctl::World world{
        .root = {},
        .print = kexec::print_to_output,
        .complain = kexec::print_to_error,
        .log_system =
            [](unsigned priority, const std::string &text) {
                ::syslog(static_cast<int>(LOG_DAEMON | priority), "%s", text.c_str());
            },
        .architecture = architecture(),
        .page_size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
        .kernel_log = kexec::kernel_log,
        .run = kexec::run_program,
        .ask = ask,
        .find_program = find_ours,
        .write = kexec::write_into,
        .emulation = &emulation,
        .sync = ::sync,
        .settle = kexec::kdumpctl::settle_file_system,
        .now = [] { return static_cast<std::uint64_t>(std::time(nullptr)); },
        .sleep = [](std::uint64_t seconds) { ::sleep(static_cast<unsigned>(seconds)); },
        .read_line = read_line,
        .is_terminal = ::isatty(0) == 1,
    };
    return static_cast<int>(kexec::kdumpctl::run_command(world, words));
}

} // namespace

int main(int count, char **words) { return kexec::run_program_main("kdumpctl", count, words, run); }
