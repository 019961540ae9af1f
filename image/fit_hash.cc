// SPDX-License-Identifier: GPL-2.0-or-later
// The names are those of U-Boot's mkimage. A checksum is stored in big-endian order, as all numbers of a
// tree.
#include "image/fit_hash.h"

#include "base/crc32.h"
#include "base/digest.h"
#include "base/text.h"
#include "image/digest.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec {

namespace {

Buffer buffer_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

Buffer crc32_value(Bytes data) { return buffer_of(bytes_of(be32(crc32_of(data)))); }
Buffer md5_value(Bytes data) { return buffer_of(md5_of(data)); }
Buffer sha1_value(Bytes data) { return buffer_of(sha1_of(data)); }
Buffer crc16_value(Bytes data) { return buffer_of(bytes_of(be16(crc16_of(data)))); }
Buffer sha384_value(Bytes data) { return buffer_of(sha384_of(data)); }
Buffer sha512_value(Bytes data) { return buffer_of(sha512_of(data)); }

Buffer sha256_value(Bytes data) {
    Digest digest = digest_of(data);
    return buffer_of(std::as_bytes(std::span(digest)));
}

struct Algorithm {
    std::string_view name;
    Buffer (*value)(Bytes data);
};
constexpr Algorithm algorithms[] = {{"crc32", crc32_value},   {"crc16-ccitt", crc16_value},
                                    {"md5", md5_value},       {"sha1", sha1_value},
                                    {"sha256", sha256_value}, {"sha384", sha384_value},
                                    {"sha512", sha512_value}};

std::string known_algorithms() {
    std::vector<std::string_view> names;
    for (const Algorithm &each : algorithms)
        names.push_back(each.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string hexadecimal(Bytes bytes) {
    std::string text;
    for (std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 8)))
        text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
    return bytes.size() > 8 ? text + "..." : text;
}

} // namespace

Result<std::vector<std::string>> check_fit_hashes(Bytes data, const std::vector<FitHash> &hashes,
                                                  std::string_view image) {
    std::vector<std::string> checked, unknown;
    for (const FitHash &hash : hashes) {
        auto known = std::ranges::find(algorithms, std::string_view(hash.algorithm), &Algorithm::name);
        if (known == std::end(algorithms)) {
            unknown.push_back(printable(hash.algorithm));
            continue;
        }
        Buffer found = known->value(data);
        if (!std::ranges::equal(found, hash.value))
            return fail(
                Cause::bad_image,
                fmt::format("the FIT image is damaged: the {} of the image {} is {}, and {} is stated",
                            known->name, image, hexadecimal(found), hexadecimal(hash.value)),
                "copy the file to this place again, or name another file");
        checked.push_back(hash.algorithm);
    }
    if (checked.empty() && !unknown.empty())
        return fail(
            Cause::unsupported,
            fmt::format("the hash of the image {} in the FIT image is of a kind that is not known here "
                        "({}), one of {} is needed",
                        image, fmt::join(unknown, ", "), known_algorithms()),
            "make the FIT image again with a hash node of algo \"sha256\"");
    return checked;
}

} // namespace kexec
