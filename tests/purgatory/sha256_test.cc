// SPDX-License-Identifier: GPL-2.0-or-later
// SHA-256 against digests that Python computed and against FIPS 180-4's own examples. Built for each machine
// and run there, natively or emulated: `sha256_test scalar` or `sha256_test fastest`; exits 77 when the
// fastest is the scalar. Striped digests are compared with what their rule says, worked out here.
#include "purgatory/sha256.h"
#if defined(__x86_64__)
#include "purgatory/x86_64/lanes.h"
#endif

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

namespace {

struct Vector {
    size_t size;
    const char *digest;
};

const Vector pattern_vectors[] = {
#include "sha256_vectors.inc"
};

std::vector<uint8_t> make_pattern(size_t size) {
    std::vector<uint8_t> bytes(size);
    for (size_t i = 0; i < size; i++)
        bytes[i] = static_cast<uint8_t>(i * 131 + i / 256 * 7);
    return bytes;
}

template <typename Sum> std::string finish(Sum &sum) {
    uint8_t digest[32];
    sum.finish(digest);
    std::string text;
    for (uint8_t byte : digest) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}

// All at once.
std::string hash(purgatory::Sha256Compress compress, const uint8_t *data, size_t size) {
    purgatory::Sha256 sum(compress);
    sum.update(data, size);
    return finish(sum);
}

// In pieces of changing sizes, so that blocks are put together from several updates.
std::string hash_in_pieces(purgatory::Sha256Compress compress, const uint8_t *data, size_t size) {
    purgatory::Sha256 sum(compress);
    size_t piece = 1;
    for (size_t done = 0; done < size; piece = piece % 150 + 13) {
        size_t take = piece < size - done ? piece : size - done;
        sum.update(data + done, take);
        done += take;
    }
    return finish(sum);
}

int failures = 0;

void expect(const char *what, size_t size, const std::string &found, const std::string &wanted) {
    if (found == wanted)
        return;
    std::printf("%s, %zu bytes: found %s, wanted %s\n", what, size, found.c_str(), wanted.c_str());
    failures++;
}

void check_pattern(purgatory::Sha256Compress compress) {
    std::vector<uint8_t> pattern = make_pattern(1000000);
    std::vector<uint8_t> shifted(pattern.size() + 3);
    std::memcpy(shifted.data() + 3, pattern.data(), pattern.size());
    for (const Vector &v : pattern_vectors) {
        expect("at once", v.size, hash(compress, pattern.data(), v.size), v.digest);
        expect("unaligned", v.size, hash(compress, shifted.data() + 3, v.size), v.digest);
        expect("in pieces", v.size, hash_in_pieces(compress, pattern.data(), v.size), v.digest);
    }
}

void check_published_examples(purgatory::Sha256Compress compress) {
    const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    const std::string million(1000000, 'a');
    auto check = [&](const std::string &message, const char *digest) {
        const auto *data = reinterpret_cast<const uint8_t *>(message.data());
        expect("published", message.size(), hash(compress, data, message.size()), digest);
    };
    check("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check(two_blocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    check(million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Blocks dealt out in turn, a digest for each of the eight hands, and one of all these.
std::string striped_by_its_rule(const std::vector<uint8_t> &message) {
    purgatory::Sha256 all(purgatory::sha256_compress_scalar);
    for (size_t lane = 0; lane < 8; lane++) {
        purgatory::Sha256 sum(purgatory::sha256_compress_scalar);
        for (size_t at = 64 * lane; at < message.size(); at += 512)
            sum.update(message.data() + at, message.size() - at < 64 ? message.size() - at : 64);
        uint8_t digest[32];
        sum.finish(digest);
        all.update(digest, sizeof digest);
    }
    return finish(all);
}

void check_stripes(const char *what, purgatory::Sha256Stripes stripes) {
    for (size_t size : {0u, 1u, 63u, 64u, 65u, 448u, 511u, 512u, 513u, 575u, 1024u, 4096u, 99991u}) {
        std::vector<uint8_t> message = make_pattern(size);
        std::string wanted = striped_by_its_rule(message);
        for (size_t piece : {size_t{100000}, size_t{777}, size_t{64}, size_t{3}}) {
            purgatory::StripedSha256 sum(stripes);
            for (size_t done = 0; done < size; done += piece)
                sum.update(message.data() + done, piece < size - done ? piece : size - done);
            expect(what, size, finish(sum), wanted);
        }
    }
}

void check_all_stripes() {
    check_stripes("stripes, serial", purgatory::sha256_stripes_serial);
    check_stripes("stripes, fastest", purgatory::fastest_sha256_stripes());
#if defined(__x86_64__)
    check_stripes("stripes, SSE2", purgatory::sha256_stripes_sse2);
    if (__builtin_cpu_supports("avx2"))
        check_stripes("stripes, AVX2", purgatory::sha256_stripes_avx2);
    else
        std::puts("this processor has no AVX2, so its stripes are not checked");
#endif
}

} // namespace

int main(int argc, char **argv) {
    bool scalar = argc == 2 && std::strcmp(argv[1], "scalar") == 0;
    if (!scalar && (argc != 2 || std::strcmp(argv[1], "fastest") != 0)) {
        std::puts("usage: sha256_test scalar|fastest");
        return 2;
    }
    auto compress = scalar ? purgatory::sha256_compress_scalar : purgatory::fastest_sha256_compress();
    if (!scalar && compress == purgatory::sha256_compress_scalar) {
        std::puts("skipped: this processor has no SHA-256 instructions that are made use of");
        return 77;
    }
    check_pattern(compress);
    check_published_examples(compress);
    if (scalar)
        check_all_stripes();
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
