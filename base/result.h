// SPDX-License-Identifier: GPL-2.0-or-later
// Errors are values. A Result<T> is a T or an Error; an Error is two sentences: what was found and what was
// needed, then what to do next. Context is added on the way up, outermost first. Nothing here prints or
// exits.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <type_traits>
#include <utility>
#include <vector>

namespace kexec {

// What kind of thing went wrong: what a caller may branch on. The sentences are for people.
enum class Cause {
    other,
    bad_usage,             // the command line asks for something that makes no sense
    missing_file,          // a named file cannot be opened or read
    unknown_image,         // no format recognises the kernel file
    bad_image,             // a format recognises the kernel file, and it is damaged or lies
    no_reservation,        // no memory is reserved for a crash kernel
    no_room,               // the plan does not fit the memory there is
    command_line_too_long, // longer than the kernel image says it takes
    unsupported,           // understood, and not offered (on this machine, by this call, in this build)
    system_call,           // the kernel refused; `Error::number` is the errno
};

// What was found and what was needed (`what`); what to do next (`remedy`). Both start in lower case, have no
// final full stop and no line break. `number` is an errno, or 0 where no system call failed.
struct Error {
    Cause cause = Cause::other;
    std::string what;
    std::string remedy;
    int number = 0;                        // from dump/ a Fault (dump/fault.h) instead
    std::vector<std::string> details = {}; // what else was found, a line each; printed between the two
};

template <typename T> using Result = tl::expected<T, Error>;
using Failure = tl::unexpected<Error>;

// The usual way to fail: `return fail(Cause::bad_image, "…", "…");`
[[nodiscard]] inline Failure fail(Cause cause, std::string what, std::string remedy = {}) {
    return Failure(Error{cause, std::move(what), std::move(remedy), 0, {}});
}

// A failed system call: the errno is kept, and its text stands at the end of the first sentence.
[[nodiscard]] Failure fail_errno(Cause cause, int number, std::string_view what, std::string remedy = {});

// The same error with where it happened in front: "/boot/vmlinuz: the file ends inside the setup code".
[[nodiscard]] Failure within(std::string_view where, Error error);

// How a program says it: "kexec: what was found", then the details and the remedy, a line each, below the
// first sentence.
[[nodiscard]] std::string complaint(std::string_view program, const Error &error);

// What TRY yields: the value, or nothing for a Result<void>.
template <typename T> T value_of(Result<T> &&result) {
    if constexpr (!std::is_void_v<T>)
        return *std::move(result);
}

} // namespace kexec

// The value of a Result, or return its error from the function this stands in.
#define TRY(expression)                                                                                      \
    __extension__({                                                                                          \
        auto result_of_try = (expression);                                                                   \
        if (!result_of_try)                                                                                  \
            return ::kexec::Failure(std::move(result_of_try).error());                                       \
        ::kexec::value_of(std::move(result_of_try));                                                         \
    })

// The same, with where it happened put in front of the error.
#define TRY_WITHIN(where, expression)                                                                        \
    __extension__({                                                                                          \
        auto result_of_try = (expression);                                                                   \
        if (!result_of_try)                                                                                  \
            return ::kexec::within((where), std::move(result_of_try).error());                               \
        ::kexec::value_of(std::move(result_of_try));                                                         \
    })
