// SPDX-License-Identifier: GPL-2.0-or-later
// Writing records, as text and as JSON.
#include "util/vmcore-dmesg/format.h"

#include "base/json.h"

#include <fmt/core.h>

namespace kexec::dmesg {

namespace {

constexpr std::uint64_t second = 1000000000;
constexpr std::uint32_t is_processor = 0x80000000; // CONFIG_PRINTK_CALLER's documentation: else a task

bool is_plain(unsigned char byte) { return (byte >= ' ' && byte <= '~') || (byte >= '\t' && byte <= '\r'); }

std::string caller_name(std::uint32_t caller) {
    return fmt::format("{}{}", caller & is_processor ? 'C' : 'T', caller & ~is_processor);
}

// A stored line without what as_json says in other fields, and without its end.
std::string_view text_of(const Record &record) {
    std::string_view text = as_text(record.text);
    if (!record.as_stored)
        return text;
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    if (record.level)
        text.remove_prefix(text.find('>') + 1);
    if (record.nanoseconds)
        text.remove_prefix(text.find(']') + 1);
    return record.nanoseconds && text.starts_with(' ') ? text.substr(1) : text;
}

} // namespace

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

std::string as_json(const Record &record) {
    std::string object = "{";
    if (record.sequence)
        object += fmt::format("\"seq\":{},", *record.sequence);
    if (record.nanoseconds)
        object +=
            fmt::format("\"time\":{}.{:09},", *record.nanoseconds / second, *record.nanoseconds % second);
    if (record.facility)
        object += fmt::format("\"facility\":{},", *record.facility);
    if (record.level)
        object += fmt::format("\"level\":{},", *record.level);
    if (record.caller)
        object += fmt::format("\"caller\":\"{}\",", caller_name(*record.caller));
    return object + "\"text\":" + json_string(text_of(record)) + "}\n";
}

} // namespace kexec::dmesg
