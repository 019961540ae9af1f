// SPDX-License-Identifier: GPL-2.0-or-later
// The two headers of a compressed dump: what they say, checked and in numbers of this machine.
#pragma once

#include "dump/foreign.h"
#include "dump/source.h"

#include <optional>
#include <string>

namespace kexec {

struct CompressedHeader {
    Foreign foreign;
    std::uint16_t machine;                  // as e_machine has it; 0 where its name is not known
    std::uint64_t block_size;               // of a page, in bytes
    std::uint64_t bitmap;                   // offset of the bitmap of the pages that are kept
    std::uint64_t descriptors;              // offset of the first page's descriptor
    std::uint64_t frames;                   // bits of the bitmap
    std::uint64_t first_frame, end_frame;   // of this file
    std::optional<std::uint64_t> phys_base; // of x86_64's kernel
    DumpExtent vmcoreinfo;                  // size 0: none
};

Result<CompressedHeader> read_compressed_header(DumpSource &source, std::vector<std::string> &notes);

} // namespace kexec
