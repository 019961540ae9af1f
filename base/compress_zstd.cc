// SPDX-License-Identifier: GPL-2.0-or-later
// zstd frames (RFC 8878) through libzstd: a frame at a time in one call, which writes straight into the
// output where streaming would keep a copy of the window.
#include "base/compress_output.h"
#include "base/compress_page.h"

#include <algorithm>
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

// A frame is made of blocks, each with a head of 3 bytes, that unpack to 128 KiB at the most (RFC 8878,
// 3.1.1.2): what asks for more room than that is damaged.
std::uint64_t most_bytes_in(std::size_t frame) {
    constexpr std::uint64_t block_head = 3, largest_block = 128 << 10;
    return frame / block_head * largest_block;
}

} // namespace

Result<std::size_t> unpack_zstd(Bytes packed, Unpacked &out) {
    std::size_t frame = ZSTD_findFrameCompressedSize(packed.data(), packed.size());
    if (ZSTD_isError(frame))
        return out.damaged();
    // Two values near 2^64 say "unknown" and "error": not plausible, so not believed. The word behind a
    // kernel's frame tells what the frame does not.
    std::uint64_t stated = ZSTD_getFrameContentSize(packed.data(), frame);
    bool is_known = stated != ZSTD_CONTENTSIZE_UNKNOWN && stated != ZSTD_CONTENTSIZE_ERROR;
    if (is_known && out.has_no_room_for(stated))
        return out.exceeded();
    out.expect(std::min<std::uint64_t>(stated, UINT64_MAX / 2));
    if (packed.size() - frame >= sizeof(le32))
        out.expect(last_word(packed));

    std::uint64_t most = std::min(stated, most_bytes_in(frame));
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
        if (ZSTD_getErrorCode(written) != ZSTD_error_dstSize_tooSmall || room.size() > most)
            return out.damaged();
        if (!out.can_grow())
            return out.exceeded();
    }
}

bool unpack_zstd_page(Bytes packed, MutableBytes page) {
    return ZSTD_decompress(page.data(), page.size(), packed.data(), packed.size()) == page.size();
}

} // namespace kexec
