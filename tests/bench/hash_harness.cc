// SPDX-License-Identifier: GPL-2.0-or-later
// The SHA-256 of a purgatory in an ordinary process: "hash_harness MIB ROUNDS" prints the least CPU time of
// so many rounds, in nanoseconds, and the digest. With THEIRS it is linked against the object that
// kexec-tools carries.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#ifdef THEIRS
extern "C" {
void sha256_starts(void *context);
void sha256_update(void *context, const std::uint8_t *data, std::size_t size);
void sha256_finish(void *context, std::uint8_t digest[32]);
}
static void hash(const std::vector<std::uint8_t> &data, std::uint8_t (&digest)[32]) {
    alignas(16) std::uint8_t context[512];
    sha256_starts(context);
    sha256_update(context, data.data(), data.size());
    sha256_finish(context, digest);
}
#else
#include "purgatory/sha256.h"
static void hash(const std::vector<std::uint8_t> &data, std::uint8_t (&digest)[32]) {
    purgatory::Sha256 sum;
    sum.update(data.data(), data.size());
    sum.finish(digest);
}
#endif

static std::uint64_t cpu_time() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1000000000 + static_cast<std::uint64_t>(now.tv_nsec);
}

int main(int count, char **words) {
    if (count != 3)
        return 2;
    std::vector<std::uint8_t> data(std::strtoul(words[1], nullptr, 10) << 20, 0x5a);
    std::uint8_t digest[32] = {};
    std::uint64_t least = UINT64_MAX;
    for (unsigned long round = std::strtoul(words[2], nullptr, 10); round > 0; round--) {
        std::uint64_t before = cpu_time();
        hash(data, digest);
        std::uint64_t spent = cpu_time() - before;
        least = spent < least ? spent : least;
    }
    std::printf("%llu ", static_cast<unsigned long long>(least));
    for (std::uint8_t byte : digest)
        std::printf("%02x", byte);
    std::printf("\n");
}
