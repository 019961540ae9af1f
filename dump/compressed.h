// SPDX-License-Identifier: GPL-2.0-or-later
// A dump in makedumpfile's own format, "kdump-compressed": headers, two bitmaps of page frames, a descriptor
// for each page that was kept, and the pages, packed one by one. Any architecture, both byte orders.
#pragma once

#include "dump/core.h"

namespace kexec {

bool is_compressed_dump(Bytes head);

// Reads the headers and the bitmap, of which it keeps one number for each so many pages. `source` must
// outlive the core and be able to go back.
Result<std::unique_ptr<Core>> open_compressed_dump(DumpSource &source, std::vector<std::string> &notes);

} // namespace kexec
