// SPDX-License-Identifier: GPL-2.0-or-later
// snappy blocks (its format_description.txt), as pages of a crash dump are packed, through the C interface of
// libsnappy.
#include "base/compress_page.h"

#include <snappy-c.h>

namespace kexec {

bool unpack_snappy_page(Bytes packed, MutableBytes page) {
    auto from = reinterpret_cast<const char *>(packed.data());
    std::size_t size = 0;
    // The block tells its size; libsnappy wants room for all of it.
    if (snappy_uncompressed_length(from, packed.size(), &size) != SNAPPY_OK || size != page.size())
        return false;
    return snappy_uncompress(from, packed.size(), reinterpret_cast<char *>(page.data()), &size) == SNAPPY_OK;
}

} // namespace kexec
