// SPDX-License-Identifier: GPL-2.0-or-later
// JSON (RFC 8259): its strings, and a writer for documents that nest.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace kexec {

// In its quotes. Bytes that are no UTF-8 become \xNN, which makes one backslash in the text.
std::string json_string(std::string_view text);

// Writes a document from its start to its end, a value on each line. What it is told must nest: an object
// takes a key before each value, an array none.
class JsonWriter {
public:
    JsonWriter &key(std::string_view name);
    void text(std::string_view value);
    void number(std::uint64_t value);
    void truth(bool value);
    void nothing();
    void begin_object() { begin('{', '}'); }
    void begin_array() { begin('[', ']'); }
    void end(); // of the innermost object or array

    // The document with a line end, once all has ended.
    std::string finish() { return std::move(text_) + '\n'; }

private:
    void begin(char opening, char closing);
    void value(std::string_view written);
    void start_value();

    std::string text_;
    std::string closings_; // of what is open, innermost last
    bool is_first_ = true; // in what is open
    bool has_key_ = false; // a key was written, its value was not
};

} // namespace kexec
