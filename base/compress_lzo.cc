// SPDX-License-Identifier: GPL-2.0-or-later
// lzop files: the container is described by lzop's own source and by the kernel's lib/decompress_unlzo.c; its
// blocks are LZO1X, unpacked by liblzo2. All numbers are big-endian.
#include "base/compress_output.h"
#include "base/compress_page.h"

#include <algorithm>
#include <lzo/lzo1x.h>
#include <optional>

namespace kexec {

namespace {

constexpr std::size_t magic_size = 9;
constexpr std::uint16_t oldest_version = 0x0940;  // lzop 0.94, 1997: the header has had today's fields since
constexpr std::uint32_t largest_block = 64 << 20; // as lzop has it; its own blocks are 256 KiB

enum Flag : std::uint32_t {
    adler32_of_unpacked = 0x1,
    adler32_of_packed = 0x2,
    has_extra_field = 0x40,
    crc32_of_unpacked = 0x100,
    crc32_of_packed = 0x200,
    has_filter = 0x800,
};

struct FileHeader {
    be16 version, library_version, version_needed;
    std::uint8_t method, level;
    be32 flags;
};
struct FileTimes {
    be32 mode, modified_low, modified_high;
    std::uint8_t name_length;
};
static_assert(sizeof(FileHeader) == 12 && sizeof(FileTimes) == 13);

// Reads past the header; the flags say which checksums follow in each block.
Result<std::uint32_t> read_header(Cursor &cursor) {
    TRY(cursor.take(magic_size, "the lzop magic"));
    auto header = TRY(cursor.next<FileHeader>("the lzop header"));
    bool is_lzo1x = header.method >= 1 && header.method <= 3; // LZO1X-1, LZO1X-1(15), LZO1X-999: one decoder
    if (header.version < oldest_version || !is_lzo1x || (header.flags & has_filter))
        return fail(Cause::bad_image, "unknown lzop header");
    auto times = TRY(cursor.next<FileTimes>("the lzop header"));
    TRY(cursor.take(times.name_length, "the file name"));
    TRY(cursor.next<be32>("the header's checksum"));
    if (header.flags & has_extra_field) {
        std::uint32_t size = TRY(cursor.next<be32>("the extra field"));
        TRY(cursor.take(size, "the extra field"));
        TRY(cursor.next<be32>("the extra field's checksum"));
    }
    return header.flags;
}

// Of a block's unpacked bytes; nothing where the file holds none.
struct Checksums {
    std::optional<std::uint32_t> adler32, crc32;
};

Result<Checksums> read_checksums(Cursor &cursor, bool has_adler32, bool has_crc32) {
    Checksums sums;
    if (has_adler32)
        sums.adler32 = TRY(cursor.next<be32>("a checksum"));
    if (has_crc32)
        sums.crc32 = TRY(cursor.next<be32>("a checksum"));
    return sums;
}

struct Block {
    std::uint32_t size; // 0: the end mark
    Bytes packed;
    Checksums sums;
};

Result<Block> read_block(Cursor &cursor, std::uint32_t flags) {
    std::uint32_t size = TRY(cursor.next<be32>("a block's size"));
    if (size == 0)
        return Block{};
    std::uint32_t packed_size = TRY(cursor.next<be32>("a block's packed size"));
    if (size > largest_block || packed_size == 0 || packed_size > size)
        return fail(Cause::bad_image, "impossible block size");
    Checksums sums = TRY(read_checksums(cursor, flags & adler32_of_unpacked, flags & crc32_of_unpacked));
    // A stored block has no second pair of checksums.
    if (packed_size < size)
        TRY(read_checksums(cursor, flags & adler32_of_packed, flags & crc32_of_packed));
    return Block{size, TRY(cursor.take(packed_size, "a block")), sums};
}

bool matches(Bytes data, const Checksums &sums) {
    auto bytes = reinterpret_cast<const unsigned char *>(data.data());
    return (!sums.adler32 || lzo_adler32(1, bytes, data.size()) == *sums.adler32) &&
           (!sums.crc32 || lzo_crc32(0, bytes, data.size()) == *sums.crc32);
}

// False where the data does not unpack to the size stated.
bool unpack_block(const Block &block, MutableBytes target) {
    if (block.packed.size() == block.size) { // stored as it is
        std::ranges::copy(block.packed, target.begin());
        return true;
    }
    return unpack_lzo_page(block.packed, target);
}

} // namespace

bool unpack_lzo_page(Bytes packed, MutableBytes page) {
    lzo_uint written = page.size();
    int status = lzo1x_decompress_safe(reinterpret_cast<const unsigned char *>(packed.data()), packed.size(),
                                       reinterpret_cast<unsigned char *>(page.data()), &written, nullptr);
    return status == LZO_E_OK && written == page.size();
}

Result<std::size_t> unpack_lzo(Bytes packed, Unpacked &out) {
    Cursor cursor(packed);
    auto flags = read_header(cursor);
    if (!flags)
        return out.damaged();
    for (;;) {
        auto block = read_block(cursor, *flags);
        if (!block)
            return out.damaged();
        if (block->size == 0)
            return cursor.position();
        MutableBytes room = out.room(block->size);
        if (room.size() < block->size)
            return out.exceeded();
        MutableBytes target = room.first(block->size);
        if (!unpack_block(*block, target) || !matches(target, block->sums))
            return out.damaged();
        out.wrote(target.size());
        if (out.too_large())
            return out.exceeded();
    }
}

} // namespace kexec
