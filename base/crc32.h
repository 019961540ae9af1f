// SPDX-License-Identifier: GPL-2.0-or-later
// CRC-32 as gzip, Ethernet and U-Boot have it (RFC 1952, section 8): for checksums that files carry.
#pragma once

#include "base/bytes.h"

namespace kexec {

std::uint32_t crc32_of(Bytes bytes);

} // namespace kexec
