// SPDX-License-Identifier: GPL-2.0-or-later
// JSON is that of RFC 8259; what is UTF-8 says RFC 3629, section 4.
#include "base/json.h"

#include <fmt/format.h>

namespace kexec {

namespace {

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

} // namespace

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

// A value stands behind its key, or on a line of its own.
void JsonWriter::start_value() {
    if (has_key_ || closings_.empty()) {
        has_key_ = false;
        return;
    }
    text_ += is_first_ ? "\n" : ",\n";
    text_.append(2 * closings_.size(), ' ');
    is_first_ = false;
}

void JsonWriter::value(std::string_view written) {
    start_value();
    text_ += written;
}

JsonWriter &JsonWriter::key(std::string_view name) {
    start_value();
    text_ += json_string(name) + ": ";
    has_key_ = true;
    return *this;
}

void JsonWriter::text(std::string_view text) { value(json_string(text)); }
void JsonWriter::number(std::uint64_t number) { value(fmt::to_string(number)); }
void JsonWriter::truth(bool truth) { value(truth ? "true" : "false"); }
void JsonWriter::nothing() { value("null"); }

void JsonWriter::begin(char opening, char closing) {
    start_value();
    text_ += opening;
    closings_ += closing;
    is_first_ = true;
}

void JsonWriter::end() {
    char closing = closings_.back();
    closings_.pop_back();
    if (!is_first_)
        text_ += "\n" + std::string(2 * closings_.size(), ' ');
    text_ += closing;
    is_first_ = false;
}

} // namespace kexec
