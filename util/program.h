// SPDX-License-Identifier: GPL-2.0-or-later
// What the small programs have in common: their ends towards the real world, and how a command ends.
#pragma once

#include "base/result.h"

#include <functional>
#include <span>
#include <string>

namespace kexec {

// False where that failed; everything is out when it returns.
bool print_to_output(std::string_view text);
void print_to_error(std::string_view text);

// All that the kernel still has of its log; empty where it tells nothing (syslog(2)).
std::string kernel_log();

// What a main() runs: `run` gets the words behind the program's name. Where there is not enough memory that
// is said, and the exit status is 1.
int run_program_main(const char *program, int count, char **words,
                     int (*run)(std::span<const char *const> words));

using Print = std::function<bool(std::string_view)>;

// The outcome, once the text is out; an empty text needs no output.
template <typename Outcome>
Result<Outcome> printed(const Print &print, const std::string &text, Outcome outcome) {
    if (!text.empty() && !print(text))
        return fail(Cause::other, "standard output cannot be written",
                    "free some space where it goes, then try again");
    return outcome;
}

// The outcome; an error is said first, and is `bad_usage` or `failed`.
template <typename Outcome>
Outcome end_of_command(std::string_view program, const std::function<void(std::string_view)> &complain,
                       const Result<Outcome> &outcome, Outcome bad_usage, Outcome failed) {
    if (outcome)
        return *outcome;
    complain(complaint(program, outcome.error()));
    return outcome.error().cause == Cause::bad_usage ? bad_usage : failed;
}

} // namespace kexec
