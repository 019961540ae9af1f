// SPDX-License-Identifier: GPL-2.0-or-later
// gzip members (RFC 1952), and the zlib streams (RFC 1950) of dumped pages, through zlib.
#include "base/compress_output.h"
#include "base/compress_page.h"
#include "base/config.h"

#include <algorithm>
#include <memory>
#include <zlib.h>

namespace kexec {

namespace {

constexpr int gzip_only = 15 + 16; // the largest window, a gzip header and no zlib one

// zlib counts in unsigned int.
uInt portion(std::size_t size) { return static_cast<uInt>(std::min<std::size_t>(size, 1U << 30)); }

} // namespace

Result<std::size_t> unpack_gzip(Bytes packed, Unpacked &out) {
#if HAVE_LIBDEFLATE
    if (auto used = unpack_gzip_at_once(packed, out))
        return *used;
#endif
    z_stream stream{};
    if (inflateInit2(&stream, gzip_only) != Z_OK)
        return out.damaged();
    std::unique_ptr<z_stream, int (*)(z_streamp)> end(&stream, inflateEnd);

    out.expect(out.size() + last_word(packed));
    std::size_t used = 0;
    for (;;) {
        MutableBytes room = out.room();
        uInt offered = portion(packed.size() - used), space = portion(room.size());
        // zlib never writes to its input.
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(packed.data() + used));
        stream.avail_in = offered;
        stream.next_out = reinterpret_cast<Bytef *>(room.data());
        stream.avail_out = space;
        int status = inflate(&stream, Z_NO_FLUSH);
        used += offered - stream.avail_in;
        out.wrote(space - stream.avail_out);
        if (out.too_large())
            return out.exceeded();
        if (status == Z_STREAM_END)
            return used;
        // Z_BUF_ERROR: nothing could be done although there was room, so the input is at its end.
        if (status != Z_OK)
            return out.damaged();
    }
}

std::optional<Buffer> pack_gzip(Bytes bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_only, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK)
        return std::nullopt;
    std::unique_ptr<z_stream, int (*)(z_streamp)> end(&stream, deflateEnd);
    Buffer packed;
    int status = Z_OK;
    for (std::size_t used = 0; status == Z_OK;) {
        std::size_t at = packed.size();
        packed.resize(at + 65536);
        uInt offered = portion(bytes.size() - used), space = portion(packed.size() - at);
        stream.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(bytes.data() + used));
        stream.avail_in = offered;
        stream.next_out = reinterpret_cast<Bytef *>(packed.data() + at);
        stream.avail_out = space;
        status = deflate(&stream, offered == bytes.size() - used ? Z_FINISH : Z_NO_FLUSH);
        used += offered - stream.avail_in;
        packed.resize(at + space - stream.avail_out);
    }
    return status == Z_STREAM_END ? std::optional(std::move(packed)) : std::nullopt;
}

bool unpack_zlib_page(Bytes packed, MutableBytes page) {
    uLongf size = page.size();
    return uncompress(reinterpret_cast<Bytef *>(page.data()), &size,
                      reinterpret_cast<const Bytef *>(packed.data()), packed.size()) == Z_OK &&
           size == page.size();
}

} // namespace kexec
