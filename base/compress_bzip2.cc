// SPDX-License-Identifier: GPL-2.0-or-later
// bzip2 streams through libbz2.
#include "base/compress_output.h"

#include <algorithm>
#include <bzlib.h>
#include <memory>

namespace kexec {

namespace {

// libbz2 counts in unsigned int.
unsigned portion(std::size_t size) { return static_cast<unsigned>(std::min<std::size_t>(size, 1U << 30)); }

} // namespace

Result<std::size_t> unpack_bzip2(Bytes packed, Unpacked &out) {
    bz_stream stream{};
    if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK)
        return out.damaged();
    std::unique_ptr<bz_stream, int (*)(bz_stream *)> end(&stream, BZ2_bzDecompressEnd);

    std::size_t used = 0;
    for (;;) {
        MutableBytes room = out.room();
        unsigned offered = portion(packed.size() - used), space = portion(room.size());
        // libbz2 never writes to its input.
        stream.next_in = reinterpret_cast<char *>(const_cast<std::byte *>(packed.data() + used));
        stream.avail_in = offered;
        stream.next_out = reinterpret_cast<char *>(room.data());
        stream.avail_out = space;
        int status = BZ2_bzDecompress(&stream);
        std::size_t taken = offered - stream.avail_in, written = space - stream.avail_out;
        used += taken;
        out.wrote(written);
        if (out.too_large())
            return out.exceeded();
        if (status == BZ_STREAM_END)
            return used;
        // BZ_OK without progress: the input is at its end.
        if (status != BZ_OK || (taken == 0 && written == 0))
            return out.damaged();
    }
}

} // namespace kexec
