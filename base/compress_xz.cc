// SPDX-License-Identifier: GPL-2.0-or-later
// xz streams and lzma-alone files through liblzma.
#include "base/compress_output.h"

#include <lzma.h>
#include <memory>

namespace kexec {

namespace {

// `xz -9` takes 65 MiB; the kernel's build uses dictionaries of up to 128 MiB.
constexpr std::uint64_t memory_limit = std::uint64_t{256} << 20;

Result<std::size_t> unpack_with(lzma_stream &stream, Bytes packed, Unpacked &out) {
    stream.next_in = reinterpret_cast<const std::uint8_t *>(packed.data());
    stream.avail_in = packed.size();
    for (;;) {
        MutableBytes room = out.room();
        stream.next_out = reinterpret_cast<std::uint8_t *>(room.data());
        stream.avail_out = room.size();
        lzma_ret status = lzma_code(&stream, LZMA_FINISH);
        out.wrote(room.size() - stream.avail_out);
        if (out.too_large())
            return out.exceeded();
        if (status == LZMA_STREAM_END)
            return packed.size() - stream.avail_in;
        if (status == LZMA_MEMLIMIT_ERROR)
            return out.needs_too_much_memory(memory_limit);
        if (status != LZMA_OK)
            return out.damaged();
    }
}

using Stream = std::unique_ptr<lzma_stream, void (*)(lzma_stream *)>;

} // namespace

Result<std::size_t> unpack_xz(Bytes packed, Unpacked &out) {
    // A stream ends with "YZ"; a word behind it is the kernel's.
    if (!as_text(packed).ends_with("YZ"))
        out.expect(last_word(packed));
    lzma_stream stream = LZMA_STREAM_INIT;
    Stream end(&stream, lzma_end);
    if (lzma_stream_decoder(&stream, memory_limit, 0) != LZMA_OK)
        return out.damaged();
    return unpack_with(stream, packed, out);
}

Result<std::size_t> unpack_lzma(Bytes packed, Unpacked &out) {
    // The header's size is all ones, and then ignored here, where the encoder read from a pipe, as the
    // kernel's does.
    auto size = read_at<le64>(packed, 5, "the unpacked size");
    if (size && *size != UINT64_MAX) {
        if (out.has_no_room_for(*size))
            return out.exceeded();
        out.expect(*size);
    }
    out.expect(last_word(packed));
    lzma_stream stream = LZMA_STREAM_INIT;
    Stream end(&stream, lzma_end);
    if (lzma_alone_decoder(&stream, memory_limit) != LZMA_OK)
        return out.damaged();
    return unpack_with(stream, packed, out);
}

} // namespace kexec
