// SPDX-License-Identifier: GPL-2.0-or-later
// A line as vmcore-dmesg of kexec-tools writes it: the time since the boot in microseconds, then the text.
#include "dump/log_text.h"

#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t second = 1000000000;
constexpr std::uint32_t is_processor = 0x80000000; // CONFIG_PRINTK_CALLER's documentation: else a task

bool is_plain(unsigned char byte) { return (byte >= ' ' && byte <= '~') || (byte >= '\t' && byte <= '\r'); }

} // namespace

std::string caller_name(std::uint32_t caller) {
    return fmt::format("{}{}", caller & is_processor ? 'C' : 'T', caller & ~is_processor);
}

std::string as_plain_text(const Record &record, bool caller) {
    if (record.as_stored)
        return std::string(as_text(record.text));
    std::uint64_t time = record.nanoseconds.value_or(0);
    std::string line = fmt::format("[{:5}.{:06}]", time / second, time % second / 1000);
    if (caller && record.caller)
        line += fmt::format("[{:>6}]", caller_name(*record.caller));
    line += ' ';
    for (char each : as_text(record.text)) {
        auto byte = static_cast<unsigned char>(each);
        if (is_plain(byte))
            line += each;
        else
            line += fmt::format("\\x{:02x}", byte);
    }
    return line + '\n';
}

} // namespace kexec
