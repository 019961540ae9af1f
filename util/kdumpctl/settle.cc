// SPDX-License-Identifier: GPL-2.0-or-later
// FIFREEZE and FITHAW are ioctls of <linux/fs.h>; freezing writes all that waits in the journal to its place.
#include "util/kdumpctl/settle.h"

#include "base/file.h"

#include <cerrno>
#include <csignal>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace kexec::kdumpctl {

Result<void> settle_file_system(const std::string &path) {
    Descriptor file = TRY(open_to_read(path));
    // Who ends in between leaves it frozen for all.
    sigset_t all, before;
    ::sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, &before);
    int frozen = ::syncfs(file.number()) == 0 ? ::ioctl(file.number(), FIFREEZE, 0) : -1;
    int number = frozen == 0 ? 0 : errno;
    if (frozen == 0)
        ::ioctl(file.number(), FITHAW, 0);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    return number == 0 ? Result<void>()
                       : fail_errno(Cause::system_call, number, "freezing the file system of " + path);
}

} // namespace kexec::kdumpctl
