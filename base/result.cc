// SPDX-License-Identifier: GPL-2.0-or-later
// How an Error is put together from a failed system call, and how it gathers context on the way up.
#include "base/result.h"

#include <cerrno>
#include <cstring>
#include <exception>

namespace kexec {

namespace {

// What helps whatever the call was for.
std::string remedy_for(int number) {
    switch (number) {
    case ENOMEM: return "free some memory, then try again";
    case EMFILE: return "raise the limit of open files (ulimit -n), then try again";
    case ENFILE: return "raise /proc/sys/fs/file-max, then try again";
    case EINTR:
    case EAGAIN: return "try again";
    case EBUSY: return "wait until nothing uses it, then try again";
    case EACCES:
    case EPERM: return "run this as root";
    case EIO: return "read the kernel's log for errors of the disk";
    default: return "look at the last lines of dmesg, then try again";
    }
}

} // namespace

Failure fail_errno(Cause cause, int number, std::string_view what, std::string remedy) {
    if (remedy.empty())
        remedy = remedy_for(number);
    // strerrordesc_np is glibc's alone; strerror is good enough in a program of one thread.
    std::string sentence = std::string(what) + ": " + std::strerror(number);
    return Failure(Error{cause, std::move(sentence), std::move(remedy), number});
}

Failure within(std::string_view where, Error error) {
    error.what = std::string(where) + ": " + error.what;
    return Failure(std::move(error));
}

std::string complaint(std::string_view program, const Error &error) {
    const std::string below(program.size() + 2, ' ');
    std::string text = std::string(program) + ": " + error.what + "\n";
    for (const std::string &detail : error.details)
        text += below + detail + "\n";
    if (!error.remedy.empty())
        text += below + error.remedy + "\n";
    return text;
}

} // namespace kexec

// The C++ library's own, which an exception that nobody catches ends in, names its type: with the demangler
// that it takes for this, each static program would be 50 KiB larger. Only std::bad_alloc is ever thrown
// here.
namespace __gnu_cxx {
void __verbose_terminate_handler() {} // whoever calls it aborts after it
} // namespace __gnu_cxx
