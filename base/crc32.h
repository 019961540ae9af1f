// SPDX-License-Identifier: GPL-2.0-or-later
// CRC-32 as gzip, Ethernet and U-Boot have it (RFC 1952, section 8), and the CRC of 16 bits that XMODEM and
// U-Boot call CCITT's (polynomial 0x1021, highest bit first, from 0): for checksums that files carry.
#pragma once

#include "base/bytes.h"

namespace kexec {

std::uint32_t crc32_of(Bytes bytes);
std::uint16_t crc16_of(Bytes bytes);

} // namespace kexec
