// SPDX-License-Identifier: GPL-2.0-or-later
// Compressed data, recognised by its magic and unpacked in memory: gzip, xz, lzma, zstd, bzip2, lz4, lzo; and
// packing as gzip.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string_view>
#include <vector>

namespace kexec {

enum class Compression { gzip, xz, lzma, zstd, bzip2, lz4, lzo };

std::string_view name_of(Compression compression);

// The names of those that this build has a library for, or of those that it has none for.
std::vector<std::string_view> compression_names(bool built_in);

// What the first bytes say; nothing where no magic fits. lzma ("alone") has no magic: its 13-byte header is
// taken for one only if its properties are those of every encoder, and dictionary size and length ones that
// encoders write.
std::optional<Compression> recognise_compression(Bytes file);

// Unpacks. Several members or frames in a row are joined; bytes that follow the last one and are not zero
// padding are kept out of the result without complaint, as the kernel's build appends a size word.
// Cause::bad_image where the data is damaged or truncated, or unpacks to more than `ceiling` bytes;
// Cause::unsupported where this build has no library for it.
Result<Buffer> decompress(Bytes packed, Compression compression, std::uint64_t ceiling);

// The first member or frame alone, and how many bytes it takes. Errors as those of decompress().
struct UnpackedMember {
    Buffer bytes;
    std::size_t used;
};
Result<UnpackedMember> decompress_member(Bytes packed, Compression compression, std::uint64_t ceiling);

// One gzip member, the same for the same bytes. Cause::unsupported where this build has no zlib.
Result<Buffer> compress_gzip(Bytes bytes);

} // namespace kexec
