// SPDX-License-Identifier: GPL-2.0-or-later
// The purgatory's SHA-256, which is built for the loader too.
#include "image/digest.h"

#include "purgatory/sha256.h"

#include <fmt/core.h>

namespace kexec {

Digest digest_of(Bytes bytes) {
    std::uint8_t sum[sizeof(Digest)];
    purgatory::Sha256 sha256;
    sha256.update(reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size());
    sha256.finish(sum);
    return std::to_array(sum);
}

std::string digest_text(const Digest &digest) {
    std::string text;
    for (std::uint8_t byte : digest)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace kexec
