// SPDX-License-Identifier: GPL-2.0-or-later
// Writing records. JSON is that of RFC 8259; what is UTF-8 says RFC 3629, section 4.
#include "util/vmcore-dmesg/format.h"

#include <fmt/core.h>

namespace kexec::dmesg {

namespace {

constexpr std::uint64_t second = 1000000000;
constexpr std::uint32_t is_processor = 0x80000000; // CONFIG_PRINTK_CALLER's documentation: else a task

bool is_plain(unsigned char byte) { return (byte >= ' ' && byte <= '~') || (byte >= '\t' && byte <= '\r'); }

std::string caller_name(std::uint32_t caller) {
    return fmt::format("{}{}", caller & is_processor ? 'C' : 'T', caller & ~is_processor);
}

// How many bytes the UTF-8 character at the start has; 0 where none stands there.
std::size_t utf8_size(std::string_view text) {
    auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    unsigned char first = at(0);
    if (first < 0x80)
        return 1;
    std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size)
        return 0;
    for (std::size_t i = 1; i < size; i++)
        if ((at(i) & 0xc0) != 0x80)
            return 0;
    // Not the shortest form, a surrogate, or beyond the last character.
    bool is_wrong = (first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) > 0x9f) ||
                    (first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) > 0x8f);
    return is_wrong ? 0 : size;
}

std::string json_string(std::string_view text) {
    std::string quoted = "\"";
    while (!text.empty()) {
        std::size_t size = utf8_size(text);
        auto byte = static_cast<unsigned char>(text.front());
        if (size == 0)
            quoted += fmt::format("\\\\x{:02x}", byte);
        else if (byte == '"' || byte == '\\')
            quoted += fmt::format("\\{}", text.front());
        else if (byte == '\n')
            quoted += "\\n";
        else if (byte == '\t')
            quoted += "\\t";
        else if (byte < ' ' || byte == 0x7f)
            quoted += fmt::format("\\u{:04x}", byte);
        else
            quoted += text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return quoted + '"';
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
