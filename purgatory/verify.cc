// SPDX-License-Identifier: GPL-2.0-or-later
// Verification, the same on every machine: each region is hashed where it lies and compared with the digest
// that the loader computed from the files.
#include "purgatory/verify.h"

#include "purgatory/sha256.h"

namespace purgatory {

namespace {

// The digest of a region's file, as far as it comes before the region.
Sha256 sum_before(const OwnRegion &region) {
    if (region.before == 0)
        return Sha256();
    return Sha256(fastest_sha256_compress(), region.state, region.before);
}

void hash_region(const OwnRegion &region, const Window *window, uint8_t (&digest)[32]) {
    Sha256 sum = sum_before(region);
    uint64_t start = region.start, left = region.size;
    while (left != 0) {
        uint64_t size = window == nullptr ? left : window->open(window->context, start, left);
        sum.update(reinterpret_cast<const uint8_t *>(start), size);
        start += size;
        left -= size;
    }
    sum.finish(digest);
}

// Worth the registers of both: such as the two halves of a segment.
bool are_alike(const OwnRegion &one, const OwnRegion &other) {
    return one.size / 2 <= other.size && other.size / 2 <= one.size && other.size != 0;
}

// Side by side as far as the shorter one goes.
void hash_two_regions(const OwnRegion &one, const OwnRegion &other, Sha256CompressTwo compress_two,
                      uint8_t (&digest)[32], uint8_t (&other_digest)[32]) {
    Sha256 first = sum_before(one), second = sum_before(other);
    uint64_t blocks = (one.size < other.size ? one.size : other.size) / 64, common = blocks * 64;
    Sha256::update_both(compress_two, first, reinterpret_cast<const uint8_t *>(one.start), second,
                        reinterpret_cast<const uint8_t *>(other.start), blocks);
    first.update(reinterpret_cast<const uint8_t *>(one.start + common), one.size - common);
    second.update(reinterpret_cast<const uint8_t *>(other.start + common), other.size - common);
    first.finish(digest);
    second.finish(other_digest);
}

bool same_digest(const uint8_t (&a)[32], const uint8_t (&b)[32]) {
    uint8_t difference = 0;
    for (size_t i = 0; i < 32; i++)
        difference = static_cast<uint8_t>(difference | (a[i] ^ b[i]));
    return difference == 0;
}

} // namespace

size_t find_altered_region(const OwnParameters &parameters, uint8_t (&found)[32], const Window *window) {
    bool striped = (parameters.flags & flag::striped) != 0;
    Sha256CompressTwo compress_two = striped || window != nullptr ? nullptr : fastest_sha256_compress_two();
    for (size_t i = 0; i < region_count; i++) {
        const OwnRegion &region = parameters.regions[i];
        if (region.size == 0)
            continue;
        uint8_t found_next[32];
        bool together = compress_two != nullptr && i + 1 < region_count && are_alike(region, (&region)[1]);
        if (together)
            hash_two_regions(region, (&region)[1], compress_two, found, found_next);
        else if (striped)
            hash_stripes(region, found);
        else
            hash_region(region, window, found);
        if (!same_digest(found, region.digest))
            return i;
        if (together && !same_digest(found_next, parameters.regions[++i].digest)) {
            __builtin_memcpy(found, found_next, sizeof found);
            return i;
        }
    }
    return region_count;
}

} // namespace purgatory

int purgatory_verify() {
    if ((purgatory_parameters.flags & purgatory::flag::skip_checks) != 0)
        return 0;
    uint8_t found[32];
    size_t altered = purgatory::find_altered_region(purgatory_parameters, found);
    return altered == purgatory::region_count ? 0 : 1 + static_cast<int>(altered);
}
