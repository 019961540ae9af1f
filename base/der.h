// SPDX-License-Identifier: GPL-2.0-or-later
// The elements of DER (ITU-T X.690, chapters 8 and 10): tag, length, contents. Only what signatures of
// kernels are made of: tags of one byte, definite lengths. Nothing here recurses: whoever reads a structure
// names what is in it, so a file cannot make the walk deeper than that.
#pragma once

#include "base/bytes.h"

#include <optional>

namespace kexec {

// Tags as they lie in the file, class and form included.
namespace der {
inline constexpr std::uint8_t integer = 0x02;
inline constexpr std::uint8_t octet_string = 0x04;
inline constexpr std::uint8_t object_identifier = 0x06;
inline constexpr std::uint8_t sequence = 0x30;
inline constexpr std::uint8_t set = 0x31;
// [number], constructed and primitive.
constexpr std::uint8_t constructed(unsigned number) { return static_cast<std::uint8_t>(0xa0 | number); }
constexpr std::uint8_t primitive(unsigned number) { return static_cast<std::uint8_t>(0x80 | number); }
} // namespace der

struct DerElement {
    std::uint8_t tag;
    Bytes contents;
    Bytes whole; // with tag and length
};

// One element after another. What is damaged, or no DER, ends the reading: every further call gives nothing.
class DerReader {
public:
    explicit DerReader(Bytes bytes) : rest_(bytes) {}

    std::optional<DerElement> next();
    // The next one if it has this tag; otherwise nothing, and it stays the next.
    std::optional<DerElement> next_if(std::uint8_t tag);
    // A reader of the contents of the next element, which must have this tag; an empty one where it does not.
    DerReader enter(std::uint8_t tag);

private:
    Bytes rest_;
};

} // namespace kexec
