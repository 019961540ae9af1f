// SPDX-License-Identifier: GPL-2.0-or-later
// The three forms of the log, one file for each, and what they share.
#pragma once

#include "dump/log.h"

namespace kexec {

// Each adds to `summary`. Errors as read_log's.
Result<void> read_lockless_log(Memory &memory, const TakeRecord &take, LogSummary &summary);
Result<void> read_record_log(Memory &memory, const TakeRecord &take, LogSummary &summary);
Result<void> read_byte_log(Memory &memory, const TakeRecord &take, LogSummary &summary);

// LOG_BUF_LEN_MAX of the kernel: 2 GiB.
constexpr unsigned most_log_bits = 31;

// A ring of which so many pages in a row are missing, 16 MiB, is not searched further: it lies about its
// size.
constexpr std::uint64_t most_missing_pages = 4096;

// The level and the facility of struct printk_log and struct printk_info, of which VMCOREINFO does not tell
// the places: the facility is a byte; the next holds flags (5 bits) and level (3 bits), and the ABIs put the
// first bit-field at the lower end on little-endian machines and at the upper end on big-endian ones.
void set_level(Record &record, std::uint64_t facility, std::uint64_t flags_and_level, std::endian order);

} // namespace kexec
