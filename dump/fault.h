// SPDX-License-Identifier: GPL-2.0-or-later
// What can be wrong with a dump, by the numbers that kexec-tools' vmcore-dmesg exits with, which scripts look
// at. Where it gives one number to several faults, this does too.
#pragma once

#include "base/result.h"

namespace kexec {

enum class Fault {
    usage = 1,
    open = 2,
    identification = 3, // the file is too short for one
    format = 4,         // none that is known
    elf_version = 5,
    elf_class = 6,
    elf_order = 7,
    header = 10,
    header_size = 12,
    table = 16, // program headers, or what a compressed dump has in their place
    note = 22,
    unmapped = 30, // an address that the dump does not hold
    pointer = 40,
    value = 41,
    byte_ring_key = 50, // and the next three: log_buf, log_end, log_buf_len, logged_chars
    output = 54,
    record_ring_key = 60, // and the next seven
    lockless_key = 64,
    read = 65,
    corrupt = 69,
};

// An error of this library: Cause::bad_image, with the Fault as its number.
[[nodiscard]] inline Failure fail_dump(Fault fault, std::string what, std::string remedy = {}) {
    return Failure(Error{Cause::bad_image, std::move(what), std::move(remedy), static_cast<int>(fault)});
}

} // namespace kexec
