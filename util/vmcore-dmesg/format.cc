// SPDX-License-Identifier: GPL-2.0-or-later
// Writing records as JSON, RFC 8259.
#include "util/vmcore-dmesg/format.h"

#include "base/json.h"
#include "dump/log_text.h"

#include <fmt/core.h>

namespace kexec::dmesg {

namespace {

constexpr std::uint64_t second = 1000000000;

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
