// SPDX-License-Identifier: GPL-2.0-or-later
// MD5 (RFC 1321) and SHA-1 (RFC 3174), for checksums that files carry. They tell damage, not forgery.
#pragma once

#include "base/bytes.h"

#include <array>

namespace kexec {

std::array<std::byte, 16> md5_of(Bytes bytes);
std::array<std::byte, 20> sha1_of(Bytes bytes);

} // namespace kexec
