// SPDX-License-Identifier: GPL-2.0-or-later
// The blocks of a file that were used last.
#include "dump/file_source.h"

#include <algorithm>

namespace kexec {

namespace {

// A page: one that cannot be read costs no more than itself.
constexpr std::uint64_t block_size = 4096;

} // namespace

Result<const FileSource::Block *> FileSource::block_at(std::uint64_t offset) {
    for (Block &block : blocks_)
        if (block.last_use != 0 && block.offset == offset) {
            block.last_use = ++uses_;
            return &block;
        }
    Block &block = *std::ranges::min_element(blocks_, {}, &Block::last_use);
    block.last_use = 0;
    block.bytes.resize(block_size);
    block.bytes.resize(TRY(read_file_at(file_, offset, block.bytes, path_)));
    block.offset = offset;
    block.last_use = ++uses_;
    return &block;
}

Result<std::size_t> FileSource::read(std::uint64_t offset, MutableBytes target) {
    std::size_t filled = 0;
    while (filled < target.size() && offset <= UINT64_MAX - filled) {
        std::uint64_t at = offset + filled, inside = at % block_size;
        const Block *block = TRY(block_at(at - inside));
        if (block->bytes.size() <= inside)
            break;
        std::size_t size = std::min<std::size_t>(block->bytes.size() - inside, target.size() - filled);
        std::ranges::copy(Bytes(block->bytes).subspan(inside, size), target.begin() + std::ptrdiff_t(filled));
        filled += size;
    }
    return filled;
}

} // namespace kexec
