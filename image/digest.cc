// SPDX-License-Identifier: GPL-2.0-or-later
// The purgatory's SHA-256, which is built for the loader too.
#include "image/digest.h"

#include "purgatory/sha256.h"

#include <fmt/core.h>

namespace kexec {

namespace {

template <typename Sum> Digest summed(Bytes bytes) {
    std::uint8_t digest[sizeof(Digest)];
    Sum sum;
    sum.update(reinterpret_cast<const std::uint8_t *>(bytes.data()), bytes.size());
    sum.finish(digest);
    return std::to_array(digest);
}

} // namespace

Digest digest_of(Bytes bytes) { return summed<purgatory::Sha256>(bytes); }
Digest striped_digest_of(Bytes bytes) { return summed<purgatory::StripedSha256>(bytes); }

std::string digest_text(const Digest &digest) {
    std::string text;
    for (std::uint8_t byte : digest)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace kexec
