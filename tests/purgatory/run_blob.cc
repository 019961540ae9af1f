// SPDX-License-Identifier: GPL-2.0-or-later
// Lets the real blob verify memory inside an ordinary process: maps it at several addresses, fills its
// parameters the way the loader does, and calls what stands at PURGATORY_VERIFY. Built for each machine, run
// there or emulated.
#include "base/endian.h"
#include "purgatory/layout.h"
#include "purgatory/parameters.h"
#include "purgatory/sha256.h"

#include <cstdio>
#include <cstring>
#include <string>
#include <sys/mman.h>
#include <type_traits>
#include <vector>

namespace {

constexpr bool little = std::endian::native == std::endian::little;
using U64 = std::conditional_t<little, kexec::le64, kexec::be64>;
using U32 = std::conditional_t<little, kexec::le32, kexec::be32>;
using Parameters = purgatory::Parameters<U64, U32>;
static_assert(purgatory::has_contract_layout<Parameters>());
static_assert(alignof(Parameters) == 1);

// Where the loader says which instructions there are, each answer is another way through the blob; and so are
// striped digests.
#if defined(__powerpc64__)
constexpr uint32_t ways_to_hash[] = {0, purgatory::flag::vector_sha, purgatory::flag::striped,
                                     purgatory::flag::vector_sha | purgatory::flag::striped};
#elif defined(__x86_64__)
constexpr uint32_t ways_to_hash[] = {0, purgatory::flag::striped};
#else
constexpr uint32_t ways_to_hash[] = {0};
#endif
bool striped = false; // what digests are made for the blob

using Bytes = std::vector<uint8_t>;

int failures = 0, checks = 0;

void expect(const std::string &what, int found, int wanted) {
    checks++;
    if (found == wanted)
        return;
    std::printf("%s: found %d, wanted %d\n", what.c_str(), found, wanted);
    failures++;
}

Bytes read_file(const char *path) {
    Bytes bytes(1 << 20);
    std::FILE *file = std::fopen(path, "rb");
    bytes.resize(file == nullptr ? 0 : std::fread(bytes.data(), 1, bytes.size(), file));
    if (file != nullptr)
        std::fclose(file);
    return bytes;
}

class LoadedBlob {
public:
    LoadedBlob(const Bytes &bytes, uint64_t address) : blob(bytes) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
        int protection = PROT_READ | PROT_WRITE | PROT_EXEC;
        void *wanted = reinterpret_cast<void *>(static_cast<uintptr_t>(address));
        void *mapped = mmap(wanted, blob.size(), protection, flags, -1, 0);
        if (mapped == wanted)
            memory = static_cast<uint8_t *>(mapped);
    }
    ~LoadedBlob() {
        if (memory != nullptr)
            munmap(memory, blob.size());
    }
    LoadedBlob(const LoadedBlob &) = delete;
    LoadedBlob &operator=(const LoadedBlob &) = delete;

    bool is_mapped() const { return memory != nullptr; }
    // From now on, in whatever parameters.
    void set_flags(uint32_t flags) { more_flags = flags; }

    // What the blob says about these parameters. That it writes nothing to itself is checked on the way.
    int verify(Parameters parameters) {
        parameters.flags = parameters.flags | more_flags;
        std::memcpy(memory, blob.data(), blob.size());
        std::memcpy(memory + PURGATORY_PARAMETERS, &parameters, sizeof parameters);
        auto *begin = reinterpret_cast<char *>(memory);
        __builtin___clear_cache(begin, begin + blob.size());
        Bytes before(memory, memory + blob.size());
        int result = reinterpret_cast<int (*)()>(memory + PURGATORY_VERIFY)();
        expect("bytes changed in the blob", std::memcmp(before.data(), memory, blob.size()) == 0 ? 0 : 1, 0);
        return result;
    }

private:
    const Bytes &blob;
    uint8_t *memory = nullptr;
    uint32_t more_flags = 0;
};

// Memory to be verified: each region in an allocation of its own, `shift` bytes behind its start.
struct Regions {
    explicit Regions(const std::vector<size_t> &sizes, size_t shift = 0) {
        for (size_t size : sizes) {
            Bytes bytes(size + shift);
            for (size_t i = 0; i < bytes.size(); i++)
                bytes[i] = static_cast<uint8_t>(i * 37 + size + i / 251);
            memory.push_back(std::move(bytes));
        }
        for (size_t i = 0; i < sizes.size(); i++)
            describe(i, memory[i].data() + shift, sizes[i]);
    }

    void describe(size_t index, const uint8_t *start, size_t size) {
        auto &region = parameters.regions[index];
        purgatory::Sha256 sum(purgatory::sha256_compress_scalar);
        purgatory::StripedSha256 stripes(purgatory::sha256_stripes_serial);
        sum.update(start, size);
        stripes.update(start, size);
        striped ? stripes.finish(region.digest) : sum.finish(region.digest);
        region.start = reinterpret_cast<uintptr_t>(start);
        region.size = size;
    }

    // The region is the file's from `before` on: its digest goes on from the state that the bytes before
    // leave.
    void describe_rest(size_t index, size_t before) {
        const Bytes &file = memory[index];
        auto &region = parameters.regions[index];
        purgatory::Sha256 sum(purgatory::sha256_compress_scalar);
        sum.update(file.data(), before);
        uint32_t state[8];
        sum.copy_state(state);
        for (size_t i = 0; i < 8; i++)
            region.state[i] = state[i];
        sum.update(file.data() + before, file.size() - before);
        sum.finish(region.digest);
        region.before = before;
        region.start = reinterpret_cast<uintptr_t>(file.data() + before);
        region.size = file.size() - before;
    }

    std::vector<Bytes> memory;
    Parameters parameters{};
};

void check_intact(LoadedBlob &blob) {
    expect("no region at all", blob.verify(Parameters{}), 0);
    for (size_t size : {1u, 31u, 55u, 56u, 63u, 64u, 65u, 119u, 120u, 128u, 4096u, 100001u}) {
        for (size_t shift : {0u, 1u, 4u})
            expect("intact, " + std::to_string(size) + " bytes",
                   blob.verify(Regions({size}, shift).parameters), 0);
    }
    Regions sixteen(std::vector<size_t>(16, 777));
    expect("sixteen intact regions", blob.verify(sixteen.parameters), 0);
}

void check_altered(LoadedBlob &blob) {
    Regions regions({1, 63, 64, 65, 4096, 4097, 8192, 3, 100, 200, 300, 400, 500, 600, 700, 100001});
    for (size_t i = 0; i < regions.memory.size(); i++) {
        Bytes &bytes = regions.memory[i];
        for (size_t at : {size_t{0}, bytes.size() / 2, bytes.size() - 1}) {
            bytes[at] ^= 0x10;
            std::string what =
                "bit flipped in byte " + std::to_string(at) + " of region " + std::to_string(i);
            expect(what, blob.verify(regions.parameters), 1 + static_cast<int>(i));
            bytes[at] ^= 0x10;
        }
        uint8_t &digest = regions.parameters.regions[i].digest[2 * i];
        digest ^= 1;
        expect("digest of region " + std::to_string(i), blob.verify(regions.parameters),
               1 + static_cast<int>(i));
        digest ^= 1;
    }
    regions.memory[9][0] ^= 1, regions.memory[4][0] ^= 1;
    expect("two altered regions: the first counts", blob.verify(regions.parameters), 1 + 4);
    regions.memory[4][0] ^= 1, regions.memory[8][0] ^= 1;
    expect("two altered regions of similar size", blob.verify(regions.parameters), 1 + 8);
}

// The second and the third are worked side by side where that is quicker, and have different pasts.
void check_parts_of_files(LoadedBlob &blob) {
    Regions regions({100, 5000, 4100, 128, 70});
    regions.describe_rest(1, 64);
    regions.describe_rest(2, 1024);
    regions.describe_rest(3, 64);
    expect("parts of files", blob.verify(regions.parameters), 0);
    for (size_t i : {1u, 2u, 3u}) {
        auto &region = regions.parameters.regions[i];
        std::string what = " of part " + std::to_string(i);
        int refused = 1 + static_cast<int>(i);
        regions.memory[i].back() ^= 1;
        expect("last byte" + what, blob.verify(regions.parameters), refused);
        regions.memory[i].back() ^= 1;
        region.state[7] = region.state[7] ^ 1;
        expect("state" + what, blob.verify(regions.parameters), refused);
        region.state[7] = region.state[7] ^ 1;
        region.before = region.before + 64;
        expect("length before" + what, blob.verify(regions.parameters), refused);
        region.before = region.before - 64;
    }
    regions.memory[1].front() ^= 1;
    expect("what comes before a part is not looked at", blob.verify(regions.parameters), 0);
}

// A stripe, some blocks and some bytes: no place that is hashed in its own way is left out.
void check_each_byte(LoadedBlob &blob) {
    Regions regions({512 + 3 * 64 + 7});
    for (size_t at = 0; at < regions.memory[0].size(); at++) {
        auto bit = static_cast<uint8_t>(1 << at % 8);
        regions.memory[0][at] ^= bit;
        expect("bit flipped in byte " + std::to_string(at), blob.verify(regions.parameters), 1);
        regions.memory[0][at] ^= bit;
    }
}

void check_unused_entries(LoadedBlob &blob) {
    Regions regions({100, 100, 100});
    regions.parameters.regions[1].size = 0;
    regions.parameters.regions[1].start = 0xdeadbeef000;
    expect("an unused entry in the middle", blob.verify(regions.parameters), 0);
    regions.memory[2][50] ^= 1;
    expect("altered behind an unused entry", blob.verify(regions.parameters), 1 + 2);
}

void check_skip(LoadedBlob &blob) {
    Regions regions({100, 200});
    regions.memory[1][7] ^= 1;
    expect("altered, checked", blob.verify(regions.parameters), 1 + 1);
    regions.parameters.flags = purgatory::flag::panic;
    expect("altered, checked, other flags", blob.verify(regions.parameters), 1 + 1);
    regions.parameters.flags = purgatory::flag::skip_checks;
    expect("altered, checks skipped", blob.verify(regions.parameters), 0);
}

} // namespace

int main(int argc, char **argv) {
    Bytes bytes = argc == 2 ? read_file(argv[1]) : Bytes{};
    if (bytes.size() <= PURGATORY_VERIFY) {
        std::puts("usage: run_blob BLOB");
        return 2;
    }
    const uint64_t addresses[] = {0x200000, 0x40003000, 0x123456000};
    for (uint64_t address : addresses) {
        LoadedBlob blob(bytes, address);
        if (!blob.is_mapped()) {
            std::printf("cannot map the blob at 0x%llx\n", static_cast<unsigned long long>(address));
            return 1;
        }
        for (uint32_t flags : ways_to_hash) {
            blob.set_flags(flags);
            striped = (flags & purgatory::flag::striped) != 0;
            check_intact(blob);
            check_altered(blob);
            if (address == addresses[0])
                check_each_byte(blob);
            check_unused_entries(blob);
            check_skip(blob);
            if (!striped)
                check_parts_of_files(blob);
        }
    }
    std::printf("%d checks, %d failures\n", checks, failures);
    return failures == 0 ? 0 : 1;
}
