// SPDX-License-Identifier: GPL-2.0-or-later
// The purgatory's SHA-256, which is built for the loader too.
#include "image/digest.h"

#include "purgatory/sha256.h"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <numeric>
#include <tuple>

namespace kexec {

namespace {

constexpr std::size_t block = 64;

const std::uint8_t *start_of(Bytes bytes) { return reinterpret_cast<const std::uint8_t *>(bytes.data()); }

template <typename Sum> Digest finished(Sum &sum, Bytes rest) {
    std::uint8_t digest[sizeof(Digest)];
    sum.update(start_of(rest), rest.size());
    sum.finish(digest);
    return std::to_array(digest);
}

// Together as far as the shorter one goes.
std::pair<Digest, Digest> digests_of_two(Bytes one, Bytes other) {
    purgatory::Sha256 first, second;
    std::size_t common = std::min(one.size(), other.size()) / block * block;
    if (auto compress_two = purgatory::fastest_sha256_compress_two(); compress_two && common > 0)
        purgatory::Sha256::update_both(compress_two, first, start_of(one), second, start_of(other),
                                       common / block);
    else
        common = 0;
    return {finished(first, one.subspan(common)), finished(second, other.subspan(common))};
}

} // namespace

Digest digest_of(Bytes bytes) {
    purgatory::Sha256 sha256;
    return finished(sha256, bytes);
}

Digest striped_digest_of(Bytes bytes) {
    purgatory::StripedSha256 striped;
    return finished(striped, bytes);
}

std::vector<Digest> digests_of(std::span<const Bytes> pieces) {
    std::vector<std::size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater(), [&](std::size_t i) { return pieces[i].size(); });
    std::vector<Digest> digests(pieces.size());
    for (std::size_t i = 0; i + 1 < order.size(); i += 2)
        std::tie(digests[order[i]], digests[order[i + 1]]) =
            digests_of_two(pieces[order[i]], pieces[order[i + 1]]);
    if (order.size() % 2 != 0)
        digests[order.back()] = digest_of(pieces[order.back()]);
    return digests;
}

std::string digest_text(const Digest &digest) {
    std::string text;
    for (std::uint8_t byte : digest)
        text += fmt::format("{:02x}", byte);
    return text;
}

} // namespace kexec
