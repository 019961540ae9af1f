// SPDX-License-Identifier: GPL-2.0-or-later
// A gzip member unpacked in one go by libdeflate, three times as fast as zlib. It wants to know beforehand
// how much will come out, and can say little of what is wrong with damaged data: both are left to zlib.
#include "base/compress_output.h"

#include <libdeflate.h>
#include <memory>

namespace kexec {

std::optional<std::size_t> unpack_gzip_at_once(Bytes packed, Unpacked &out) {
    std::uint64_t size = last_word(packed);
    out.expect(out.size() + size);
    MutableBytes room = out.room(); // the last byte of it lies behind the ceiling
    std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor *)> decompressor(
        libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
    if (size == 0 || room.size() <= size || !decompressor)
        return std::nullopt;
    std::size_t used = 0, unpacked = 0;
    if (libdeflate_gzip_decompress_ex(decompressor.get(), packed.data(), packed.size(), room.data(), size,
                                      &used, &unpacked) != LIBDEFLATE_SUCCESS)
        return std::nullopt;
    out.wrote(unpacked);
    return used;
}

} // namespace kexec
