// SPDX-License-Identifier: GPL-2.0-or-later
// A dump in a file that can seek (/proc/vmcore is one), read in blocks of which the last few are kept.
#pragma once

#include "base/file.h"
#include "dump/source.h"

#include <array>
#include <string>

namespace kexec {

class FileSource : public DumpSource {
public:
    // `path` is for errors.
    FileSource(Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

    Result<std::size_t> read(std::uint64_t offset, MutableBytes target) override;

private:
    struct Block {
        std::uint64_t offset = 0;
        std::uint64_t last_use = 0; // 0: empty
        Buffer bytes;               // shorter than a block at the file's end
    };
    Result<const Block *> block_at(std::uint64_t offset);

    Descriptor file_;
    std::string path_;
    std::array<Block, 8> blocks_; // a log's descriptors, data and texts each want a few
    std::uint64_t uses_ = 0;
};

} // namespace kexec
