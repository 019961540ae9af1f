// SPDX-License-Identifier: GPL-2.0-or-later
// Reads headers by X.690: 8.1.2 the tag, 8.1.3 the length, short or long form.
#include "base/der.h"

namespace kexec {

namespace {

constexpr unsigned long_form = 0x80; // the rest of the byte counts the bytes of the length
constexpr unsigned several_bytes = 0x1f;
constexpr unsigned longest_length = 4; // bytes: no kernel's signature has 4 GiB

// The indefinite length, which DER does not know, is a long form of no bytes.
std::optional<std::uint64_t> read_length(Cursor &cursor) {
    auto first = cursor.next<std::uint8_t>("a length");
    if (!first || *first < long_form)
        return first ? std::optional<std::uint64_t>(*first) : std::nullopt;
    unsigned count = *first & ~long_form;
    if (count == 0 || count > longest_length)
        return std::nullopt;
    std::uint64_t length = 0;
    for (unsigned i = 0; i < count; i++) {
        auto byte = cursor.next<std::uint8_t>("a length");
        if (!byte)
            return std::nullopt;
        length = length << 8 | *byte;
    }
    return length;
}

std::optional<DerElement> read_element(Bytes bytes) {
    Cursor cursor(bytes);
    auto tag = cursor.next<std::uint8_t>("a tag");
    if (!tag || (*tag & several_bytes) == several_bytes)
        return std::nullopt;
    auto length = read_length(cursor);
    if (!length)
        return std::nullopt;
    auto contents = cursor.take(*length, "the contents");
    if (!contents)
        return std::nullopt;
    return DerElement{*tag, *contents, bytes.first(cursor.position())};
}

} // namespace

std::optional<DerElement> DerReader::next() {
    auto element = read_element(rest_);
    rest_ = element ? rest_.subspan(element->whole.size()) : Bytes{};
    return element;
}

std::optional<DerElement> DerReader::next_if(std::uint8_t tag) {
    if (rest_.empty() || rest_.front() != std::byte{tag})
        return std::nullopt;
    return next();
}

DerReader DerReader::enter(std::uint8_t tag) {
    auto element = next_if(tag);
    return DerReader(element ? element->contents : Bytes{});
}

} // namespace kexec
