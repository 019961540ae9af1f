// SPDX-License-Identifier: GPL-2.0-or-later
// MD5 (RFC 1321), SHA-1 (RFC 3174), SHA-384 and SHA-512 (FIPS 180-4), for checksums that files carry. They
// tell damage, not forgery.
#pragma once

#include "base/bytes.h"

#include <array>

namespace kexec {

std::array<std::byte, 16> md5_of(Bytes bytes);
std::array<std::byte, 20> sha1_of(Bytes bytes);
std::array<std::byte, 48> sha384_of(Bytes bytes);
std::array<std::byte, 64> sha512_of(Bytes bytes);

} // namespace kexec
