// SPDX-License-Identifier: GPL-2.0-or-later
// mount(2), finit_module(2), reboot(2), and btrfs' ioctl to make a device known, all as their
// manual pages have them.
#include "util/kdump-capture/real_world.h"

#include "base/process.h"
#include "base/process_group.h"
#include "util/kdump-capture/mount_options.h"
#include "util/program.h"

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/btrfs.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace kexec::capture {

namespace {

Result<void> mount(const std::string &source, const std::string &place, const std::string &type,
                   const std::string &options) {
    MountOptions parsed = mount_options(options);
    if (::mount(source.c_str(), place.c_str(), type.c_str(), parsed.flags, parsed.data.c_str()) == 0)
        return {};
    return fail_errno(Cause::system_call, errno, "mounting " + source + " as " + type,
                      errno == ENODEV ? "have the kernel's module for it in the initramfs (extra_modules)"
                                      : "mount it once on the running system to see what is wrong with it");
}

Result<void> unmount(const std::string &place) {
    if (::umount2(place.c_str(), 0) == 0)
        return {};
    return fail_errno(Cause::system_call, errno, "unmounting " + place);
}

Result<void> load_module(const std::string &path, const std::string &parameters) {
    Descriptor file = TRY(open_to_read(path));
    if (::syscall(SYS_finit_module, file.number(), parameters.c_str(), 0) == 0 || errno == EEXIST)
        return {};
    return fail_errno(Cause::system_call, errno, "loading the module " + path);
}

void scan_btrfs(const std::string &device) {
    Descriptor control(::open("/dev/btrfs-control", O_RDWR | O_CLOEXEC));
    btrfs_ioctl_vol_args arguments{};
    if (!control.is_open() || device.size() >= sizeof arguments.name)
        return;
    std::memcpy(arguments.name, device.data(), device.size());
    ::ioctl(control.number(), BTRFS_IOC_SCAN_DEV, &arguments);
}

double seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

void sleep(double seconds) {
    constexpr double in_nanoseconds = 1e9;
    auto whole = static_cast<std::time_t>(seconds);
    timespec time{whole, static_cast<long>((seconds - static_cast<double>(whole)) * in_nanoseconds)};
    ::nanosleep(&time, nullptr);
}

Result<void> leave(Action action) {
    auto command = static_cast<int>(action == Action::halt       ? RB_HALT_SYSTEM
                                    : action == Action::poweroff ? RB_POWER_OFF
                                                                 : RB_AUTOBOOT);
    ::reboot(command);
    return fail_errno(Cause::system_call, errno, "ending this system (" + std::string(name_of(action)) + ")");
}

Result<void> run_shell() {
    Descriptor console(::open("/dev/console", O_RDWR | O_CLOEXEC));
    if (!console.is_open())
        return fail_errno(Cause::system_call, errno, "opening /dev/console");
    ProcessGroup shell = TRY(ProcessGroup::start("/bin/sh", {"-i"}, &console, &console));
    TRY(shell.wait());
    return {};
}

} // namespace

World real_world(std::function<void(std::string_view)> say) {
    World world;
    world.say = std::move(say);
    world.mount = mount;
    world.unmount = unmount;
    world.load_module = load_module;
    world.scan_btrfs = scan_btrfs;
    world.find_program = find_program;
    world.seconds = seconds;
    world.clock = [] { return static_cast<std::uint64_t>(std::time(nullptr)); };
    world.sleep = sleep;
    world.sync = [] { ::sync(); };
    world.kernel_log = kernel_log;
    world.leave = leave;
    world.run_shell = run_shell;
    long processors = ::sysconf(_SC_NPROCESSORS_ONLN);
    world.processors = processors > 0 ? static_cast<unsigned>(processors) : 1;
    return world;
}

} // namespace kexec::capture
