// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel's command line says of the memory that it may use: mem= and memmap=, as the decompressor
// heeds them when it looks for a place for the kernel (arch/x86/boot/compressed/kaslr.c, handle_mem_options).
#pragma once

#include "base/range.h"
#include "base/result.h"

#include <string_view>

namespace kexec::x86_64 {

struct MemoryWords {
    std::uint64_t end = UINT64_MAX; // mem=SIZE, memmap=SIZE: nothing from here on
    Ranges kept_out;                // memmap=SIZE and one of #, $ and ! and START
};

// Cause::bad_usage where one cannot be understood.
Result<MemoryWords> memory_words(std::string_view command_line);

} // namespace kexec::x86_64
