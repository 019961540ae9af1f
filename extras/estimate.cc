// SPDX-License-Identifier: GPL-2.0-or-later
// Loading reads every byte and, where it is going to be verified, hashes it; the file call does the latter
// for all that it loads (kexec_calculate_store_digests in the kernel's kernel/kexec_file.c).
#include "extras/estimate.h"

namespace kexec {
namespace {

std::uint64_t milliseconds(std::uint64_t bytes, std::uint64_t mib_per_second) {
    std::uint64_t per_millisecond = (mib_per_second << 20) / 1000;
    return bytes / per_millisecond + (bytes % per_millisecond != 0 ? 1 : 0);
}

Duration loading(std::uint64_t bytes, std::uint64_t hashed) {
    std::uint64_t copying = milliseconds(bytes, load_rate);
    return {copying + milliseconds(hashed, fast_hash_rate), copying + milliseconds(hashed, slow_hash_rate)};
}

} // namespace

Estimate estimate_of(const SegmentLoad &plan, const std::optional<Behaviour> &purgatory) {
    std::uint64_t bytes = 0, hashed = purgatory ? purgatory->bytes : 0;
    for (const Segment &segment : plan.segments)
        bytes += segment.bytes.size();
    bool uncached = purgatory && purgatory->caches_off;
    return {.load = loading(bytes, hashed),
            .verify = Duration{milliseconds(hashed, uncached ? uncached_hash_rate : fast_hash_rate),
                               milliseconds(hashed, uncached ? uncached_hash_rate : slow_hash_rate)}};
}

Estimate estimate_of(const FileLoad &plan) {
    std::uint64_t bytes = plan.unpacked ? plan.unpacked->size() : plan.kernel->bytes().size();
    if (plan.initrd)
        bytes += plan.initrd->bytes().size();
    return {.load = loading(bytes, bytes), .verify = std::nullopt};
}

} // namespace kexec
