// SPDX-License-Identifier: GPL-2.0-or-later
// One table look-up for each byte, by the reflected polynomial of RFC 1952, section 8. Not zlib's, which a
// build may lack.
#include "base/crc32.h"

#include <array>

namespace kexec {

namespace {

constexpr std::array<std::uint32_t, 256> make_table() {
    constexpr std::uint32_t polynomial = 0xedb88320;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < table.size(); byte++) {
        std::uint32_t value = byte;
        for (unsigned bit = 0; bit < 8; bit++)
            value = (value & 1 ? polynomial : 0) ^ value >> 1;
        table[byte] = value;
    }
    return table;
}

constexpr auto table = make_table();

} // namespace

std::uint32_t crc32_of(Bytes bytes) {
    std::uint32_t crc = UINT32_MAX;
    for (std::byte byte : bytes)
        crc = table[(crc ^ std::to_integer<std::uint32_t>(byte)) & 0xff] ^ crc >> 8;
    return ~crc;
}

std::uint16_t crc16_of(Bytes bytes) {
    constexpr std::uint32_t polynomial = 0x11021, highest = 0x8000;
    std::uint32_t crc = 0;
    for (std::byte byte : bytes) {
        crc ^= std::to_integer<std::uint32_t>(byte) << 8;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (crc << 1) ^ (crc & highest ? polynomial : 0);
    }
    return static_cast<std::uint16_t>(crc);
}

} // namespace kexec
