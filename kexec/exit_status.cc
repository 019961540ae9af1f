// SPDX-License-Identifier: GPL-2.0-or-later
// kexec-tools ends with 1 where it gives up on the spot, with 255 where a step reports failure, and with 253
// where -s was asked and the kernel answered that its file call does not serve.
#include "kexec/exit_status.h"

#include "plan/choice.h"

#include <algorithm>

namespace kexec {
namespace {

int status_of_refusal(int number, Call requested) {
    std::vector<int> cannot = file_call_cannot();
    bool file_call_cannot_do_it = std::find(cannot.begin(), cannot.end(), number) != cannot.end();
    return requested == Call::file_load && file_call_cannot_do_it ? file_call_failure : general_failure;
}

} // namespace

int exit_status(const Error &error, Call requested) {
    switch (error.cause) {
    case Cause::missing_file: return requested == Call::load ? fatal_failure : general_failure;
    case Cause::bad_usage:
    case Cause::no_reservation:
    case Cause::no_room: return fatal_failure;
    case Cause::system_call: return status_of_refusal(error.number, requested);
    case Cause::unknown_image:
    case Cause::bad_image:
    case Cause::unsupported:
    case Cause::command_line_too_long:
    case Cause::other: break;
    }
    return general_failure;
}

} // namespace kexec
