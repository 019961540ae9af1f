// SPDX-License-Identifier: GPL-2.0-or-later
// The exit status for each kind of error and each of -c, -s, -a.
#include "kexec/exit_status.h"

#include "tests/catch.h"

#include <cerrno>

using namespace kexec;

TEST_CASE("the exit status follows the option given") {
    struct Row {
        Cause cause;
        int number;
        int with_load, with_file, with_automatic;
    };
    const Row rows[] = {
        {Cause::missing_file, ENOENT, 1, 255, 255},
        {Cause::unknown_image, 0, 255, 255, 255},
        {Cause::bad_image, 0, 255, 255, 255},
        {Cause::unsupported, 0, 255, 255, 255},
        {Cause::other, ENOSYS, 255, 255, 255},
        {Cause::bad_usage, 0, 1, 1, 1},
        {Cause::no_reservation, 0, 1, 1, 1},
        {Cause::no_room, 0, 1, 1, 1},
        {Cause::command_line_too_long, 0, 255, 255, 255},
        {Cause::system_call, ENOSYS, 255, 253, 255},
        {Cause::system_call, EINVAL, 255, 253, 255},
        {Cause::system_call, ENOEXEC, 255, 253, 255},
        {Cause::system_call, EOPNOTSUPP, 255, 253, 255},
        {Cause::system_call, EPERM, 255, 255, 255},
        {Cause::system_call, EKEYREJECTED, 255, 255, 255},
        {Cause::system_call, ENOMEM, 255, 255, 255},
    };
    for (const Row &row : rows) {
        INFO(static_cast<int>(row.cause) << " errno " << row.number);
        Error error{row.cause, "", "", row.number};
        CHECK(exit_status(error, Call::load) == row.with_load);
        CHECK(exit_status(error, Call::file_load) == row.with_file);
        CHECK(exit_status(error, Call::automatic) == row.with_automatic);
    }
}
