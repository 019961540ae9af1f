// SPDX-License-Identifier: GPL-2.0-or-later
// How an Error is put together from a failed system call, and how it gathers context on the way up.
#include "base/result.h"

#include <cstring>

namespace kexec {

Failure fail_errno(Cause cause, int number, std::string_view what, std::string remedy) {
    // strerrordesc_np is glibc's alone; strerror is good enough in a program of one thread.
    std::string sentence = std::string(what) + ": " + std::strerror(number);
    return Failure(Error{cause, std::move(sentence), std::move(remedy), number});
}

Failure within(std::string_view where, Error error) {
    error.what = std::string(where) + ": " + error.what;
    return Failure(std::move(error));
}

} // namespace kexec
