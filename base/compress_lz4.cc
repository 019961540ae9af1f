// SPDX-License-Identifier: GPL-2.0-or-later
// lz4 through liblz4: the frame format of today, and the legacy frame, which is what the kernel's build
// writes: the magic, then blocks of a 32-bit size and as many bytes, each of which unpacks to 8 MiB, the last
// to less. There is no end mark and no checksum (lz4_Frame_format.md, "Legacy frame").
#include "base/compress_output.h"

#include <algorithm>
#include <lz4.h>
#include <lz4frame.h>
#include <memory>

namespace kexec {

namespace {

constexpr std::uint32_t legacy_magic = 0x184c2102;
constexpr int legacy_block_size = 8 << 20;

// The last four bytes of a kernel's payload are its unpacked size, put there by the build; they are no block.
bool is_size_word(Bytes rest, const Unpacked &out) {
    auto word = read_at<le32>(rest, 0, "a size");
    return rest.size() == sizeof(le32) && word && *word == static_cast<std::uint32_t>(out.size());
}

// Unpacks a block and says how many bytes came out.
Result<int> unpack_legacy_block(Bytes block, Unpacked &out) {
    MutableBytes room = out.room(legacy_block_size);
    int space = static_cast<int>(std::min<std::size_t>(room.size(), legacy_block_size));
    int written =
        LZ4_decompress_safe(reinterpret_cast<const char *>(block.data()),
                            reinterpret_cast<char *>(room.data()), static_cast<int>(block.size()), space);
    if (written < 0)
        // Less room than a block may take is left only before the ceiling.
        return space < legacy_block_size ? out.exceeded() : out.damaged();
    out.wrote(static_cast<std::size_t>(written));
    if (out.too_large())
        return out.exceeded();
    return written;
}

Result<std::size_t> unpack_legacy_frame(Bytes packed, Unpacked &out) {
    // The last block is given room for a whole one.
    out.expect(std::uint64_t{last_word(packed)} + legacy_block_size);
    std::size_t used = sizeof(le32);
    int written = legacy_block_size;
    while (written == legacy_block_size && used < packed.size() && !is_size_word(packed.subspan(used), out)) {
        auto size = read_at<le32>(packed, used, "a block's size");
        if (size && *size == legacy_magic)
            break; // the next frame
        constexpr std::uint32_t largest_block = LZ4_COMPRESSBOUND(legacy_block_size);
        if (!size || *size == 0 || *size > largest_block || packed.size() - used - sizeof(le32) < *size)
            return out.damaged();
        written = TRY(unpack_legacy_block(packed.subspan(used + sizeof(le32), *size), out));
        used += sizeof(le32) + *size;
    }
    return used;
}

Result<std::size_t> unpack_frame(Bytes packed, Unpacked &out) {
    LZ4F_dctx *created = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&created, LZ4F_VERSION)))
        return out.damaged();
    std::unique_ptr<LZ4F_dctx, LZ4F_errorCode_t (*)(LZ4F_dctx *)> context(created,
                                                                          LZ4F_freeDecompressionContext);

    std::size_t used = 0;
    for (;;) {
        MutableBytes room = out.room();
        std::size_t written = room.size(), taken = packed.size() - used;
        std::size_t expected =
            LZ4F_decompress(context.get(), room.data(), &written, packed.data() + used, &taken, nullptr);
        if (LZ4F_isError(expected))
            return out.damaged();
        used += taken;
        out.wrote(written);
        if (out.too_large())
            return out.exceeded();
        if (expected == 0)
            return used;
        if (taken == 0 && written == 0)
            return out.damaged();
    }
}

} // namespace

Result<std::size_t> unpack_lz4(Bytes packed, Unpacked &out) {
    auto magic = read_at<le32>(packed, 0, "the lz4 magic");
    if (!magic)
        return out.damaged();
    return *magic == legacy_magic ? unpack_legacy_frame(packed, out) : unpack_frame(packed, out);
}

} // namespace kexec
