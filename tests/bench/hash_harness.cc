// SPDX-License-Identifier: GPL-2.0-or-later
// The SHA-256 of a purgatory in an ordinary process: "hash_harness KIB ROUNDS" prints the least CPU time of
// so many rounds, in nanoseconds. Ours verifies what a loader would have it verify, a large segment that has
// a digest of each half. With THEIRS it is linked against the object that kexec-tools carries. Both end with
// status 1 where the digests are not those of another implementation.
#include "purgatory/sha256.h"
#include "purgatory/verify.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace {

using Data = std::vector<std::uint8_t>;
using Digest = std::uint8_t[32];

void expected_digest(const std::uint8_t *data, std::size_t size, Digest &digest) {
    purgatory::Sha256 sum(purgatory::sha256_compress_scalar);
    sum.update(data, size);
    sum.finish(digest);
}

} // namespace

#ifdef THEIRS
extern "C" {
void sha256_starts(void *context);
void sha256_update(void *context, const std::uint8_t *data, std::size_t size);
void sha256_finish(void *context, std::uint8_t digest[32]);
}

namespace {

Digest wanted;

void prepare(const Data &data) { expected_digest(data.data(), data.size(), wanted); }

bool verify(const Data &data) {
    alignas(16) std::uint8_t context[512];
    Digest digest;
    sha256_starts(context);
    sha256_update(context, data.data(), data.size());
    sha256_finish(context, digest);
    return std::memcmp(digest, wanted, sizeof digest) == 0;
}

} // namespace
#else
namespace {

purgatory::OwnParameters parameters;

void prepare(const Data &data) {
    std::size_t half = data.size() / 2;
    for (std::size_t i = 0; i < 2; i++) {
        const std::uint8_t *start = data.data() + i * half;
        parameters.regions[i].start = reinterpret_cast<std::uintptr_t>(start);
        parameters.regions[i].size = half;
        expected_digest(start, half, parameters.regions[i].digest);
    }
}

bool verify(const Data &) {
    Digest found;
    return purgatory::find_altered_region(parameters, found) == purgatory::region_count;
}

} // namespace
#endif

static std::uint64_t cpu_time() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000000000 + static_cast<std::uint64_t>(now.tv_nsec);
}

int main(int count, char **words) {
    if (count != 3)
        return 2;
    Data data(std::strtoul(words[1], nullptr, 10) << 10, 0x5a);
    prepare(data);
    std::uint64_t least = UINT64_MAX;
    for (unsigned long round = std::strtoul(words[2], nullptr, 10); round > 0; round--) {
        std::uint64_t before = cpu_time();
        if (!verify(data))
            return 1;
        std::uint64_t spent = cpu_time() - before;
        least = spent < least ? spent : least;
    }
    std::printf("%llu\n", static_cast<unsigned long long>(least));
}
