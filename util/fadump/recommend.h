// SPDX-License-Identifier: GPL-2.0-or-later
// How much memory a capture kernel should have to boot in: the table of the fadump HOWTO that distributions
// ship with their kdump tools, and the limits of the kernel's own fadump.c.
#pragma once

#include "base/result.h"
#include "util/fadump/facts.h"

namespace kexec::fadump {

// Bytes of boot memory (crashkernel=) for a machine of that size; nothing below 4 GiB, where the table
// starts.
std::optional<std::uint64_t> recommended_memory(std::uint64_t memory);

// What the kernel takes where crashkernel= does not tell: 5 % of memory in steps of 256 MiB, and at least
// what the platform demands.
std::uint64_t default_memory(std::uint64_t memory, Platform platform);

// "768M", "2G": as the kernel's command line has it; in MiB where it is no whole number of GiB.
std::string size_word(std::uint64_t size);

// A number and one of K, M, G, T or nothing. Cause::bad_usage.
Result<std::uint64_t> parse_size(std::string_view text);

} // namespace kexec::fadump
