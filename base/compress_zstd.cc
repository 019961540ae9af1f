// SPDX-License-Identifier: GPL-2.0-or-later
// zstd frames (RFC 8878) through libzstd: a frame at a time in one call, which writes straight into the
// output where streaming would keep a copy of the window.
#include "base/compress_output.h"
#include "base/compress_page.h"

#include <algorithm>
#include <climits>
#include <memory>
#include <zstd.h>
#include <zstd_errors.h>

namespace kexec {

namespace {

// A frame may be followed by skippable ones, which hold no data (RFC 8878 3.1.2).
constexpr std::uint32_t skippable_magic = 0x184d2a50, skippable_mask = 0xfffffff0;

std::size_t size_of_skippable_frames(Bytes packed) {
    std::size_t skipped = 0;
    for (;;) {
        auto magic = read_at<le32>(packed, skipped, "a magic number");
        if (!magic || (*magic & skippable_mask) != skippable_magic)
            return skipped;
        auto size = read_at<le32>(packed, skipped + sizeof(le32), "a skippable frame");
        if (!size || packed.size() - skipped - 2 * sizeof(le32) < *size)
            return skipped;
        skipped += 2 * sizeof(le32) + *size;
    }
}

} // namespace

Result<std::size_t> unpack_zstd(Bytes packed, Unpacked &out) {
    std::size_t frame = ZSTD_findFrameCompressedSize(packed.data(), packed.size());
    if (ZSTD_isError(frame))
        return out.damaged();
    // Two values near 2^64 say "unknown" and "error": not plausible, so not believed. The word behind a
    // kernel's frame tells what the frame does not.
    out.expect(std::min(ZSTD_getFrameContentSize(packed.data(), frame), ULLONG_MAX / 2));
    if (packed.size() - frame >= sizeof(le32))
        out.expect(last_word(packed));

    std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx *)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
    for (MutableBytes room = out.room();; room = out.room(room.size() + 1)) {
        std::size_t written =
            ZSTD_decompressDCtx(context.get(), room.data(), room.size(), packed.data(), frame);
        if (!ZSTD_isError(written)) {
            out.wrote(written);
            if (out.too_large())
                return out.exceeded();
            return frame + size_of_skippable_frames(packed.subspan(frame));
        }
        if (ZSTD_getErrorCode(written) != ZSTD_error_dstSize_tooSmall)
            return out.damaged();
        if (!out.can_grow())
            return out.exceeded();
    }
}

bool unpack_zstd_page(Bytes packed, MutableBytes page) {
    return ZSTD_decompress(page.data(), page.size(), packed.data(), packed.size()) == page.size();
}

} // namespace kexec
