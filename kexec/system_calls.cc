// SPDX-License-Identifier: GPL-2.0-or-later
// The real calls: kexec_load(2), kexec_file_load(2), reboot(2), netdevice(7), capget(2), getrandom(2). The
// first two have no wrapper in the C library.
#include "kexec/system_calls.h"

#include "base/file.h"
#include "kexec/interfaces.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <linux/capability.h>
#include <linux/reboot.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace kexec {
namespace {

int errno_of(long result) { return result == -1 ? errno : 0; }

// Any socket does for the interface ioctls; AF_NETLINK exists where IPv4 is not built in.
Descriptor interface_socket() { return Descriptor(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }

ifreq request_for(const std::string &name) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    return request;
}

} // namespace

int RealSystemCalls::load(std::uint64_t entry, std::span<const KexecSegment> segments, std::uint32_t flags) {
    return errno_of(syscall(SYS_kexec_load, static_cast<unsigned long>(entry), segments.size(),
                            segments.data(), static_cast<unsigned long>(flags)));
}

int RealSystemCalls::file_load(int kernel, int initrd, std::optional<std::string_view> command_line,
                               std::uint32_t flags) {
    std::string text(command_line.value_or(""));
    unsigned long length = command_line ? text.size() + 1 : 0; // the final NUL counts
    return errno_of(syscall(SYS_kexec_file_load, kernel, initrd, length,
                            command_line ? text.c_str() : nullptr, static_cast<unsigned long>(flags)));
}

int RealSystemCalls::reboot() { return errno_of(::reboot(static_cast<int>(LINUX_REBOOT_CMD_KEXEC))); }

void RealSystemCalls::synchronise() { sync(); }

Result<std::vector<Link>> RealSystemCalls::links() {
    constexpr std::uint64_t longest_list = 16 << 20; // of 100 000 interfaces
    std::vector<Link> links;
    interfaces_ = interface_socket();
    for (const std::string &name :
         names_of_interfaces(as_text(TRY(read_file("/proc/net/dev", longest_list))))) {
        ifreq request = request_for(name);
        if (ioctl(interfaces_.number(), SIOCGIFFLAGS, &request) == 0)
            links.push_back(
                {name, (request.ifr_flags & IFF_UP) != 0, (request.ifr_flags & IFF_LOOPBACK) != 0});
    }
    return links;
}

int RealSystemCalls::set_link(const std::string &name, bool up) {
    ifreq request = request_for(name);
    if (ioctl(interfaces_.number(), SIOCGIFFLAGS, &request) != 0)
        return errno;
    int flags = up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP;
    request.ifr_flags = static_cast<short>(flags);
    return errno_of(ioctl(interfaces_.number(), SIOCSIFFLAGS, &request));
}

int RealSystemCalls::execute(const std::string &path, const std::vector<std::string> &arguments) {
    std::vector<char *> words;
    words.reserve(arguments.size() + 1);
    for (const std::string &argument : arguments)
        words.push_back(const_cast<char *>(argument.c_str())); // execv does not write to them
    words.push_back(nullptr);
    return errno_of(execv(path.c_str(), words.data()));
}

void RealSystemCalls::mark_log() { log_ = KernelLog::from_now("/dev/kmsg"); }

std::vector<std::string> RealSystemCalls::messages_since_mark() { return log_.messages(); }

bool RealSystemCalls::may_reboot() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    if (syscall(SYS_capget, &header, data) != 0)
        return geteuid() == 0;
    return (data[CAP_TO_INDEX(CAP_SYS_BOOT)].effective & CAP_TO_MASK(CAP_SYS_BOOT)) != 0;
}

Entropy RealSystemCalls::draw_entropy() {
    Entropy entropy;
    // Up to 256 bytes come whole or not at all; GRND_NONBLOCK: not at all where the pool is not ready yet.
    entropy.available = getrandom(entropy.bytes.data(), entropy.bytes.size(), GRND_NONBLOCK) ==
                        static_cast<ssize_t>(entropy.bytes.size());
    return entropy;
}

std::uint64_t RealSystemCalls::now() { return static_cast<std::uint64_t>(std::time(nullptr)); }

void RealSystemCalls::wait(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

} // namespace kexec
