// SPDX-License-Identifier: GPL-2.0-or-later
// Alters an input, and in most of them makes good the size and the checksums of a uImage's header, which
// would be all that is tested otherwise.
#include "base/crc32.h"
#include "image/uimage.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;

extern "C" std::size_t LLVMFuzzerMutate(unsigned char *data, std::size_t size, std::size_t most);

extern "C" std::size_t LLVMFuzzerCustomMutator(unsigned char *data, std::size_t size, std::size_t most,
                                               unsigned seed) {
    size = LLVMFuzzerMutate(data, size, most);
    MutableBytes file = std::as_writable_bytes(std::span(data, size));
    auto header = read_at<UimageHeader>(file, 0, "the header");
    if (!header || seed % 16 == 0)
        return size;
    Bytes behind = Bytes(file).subspan(sizeof *header);
    if (seed % 16 != 1)
        header->size = static_cast<std::uint32_t>(behind.size());
    header->magic = uimage_magic;
    header->data_crc = crc32_of(behind.first(std::min<std::size_t>(behind.size(), header->size)));
    header->header_crc = 0;
    header->header_crc = crc32_of(bytes_of(*header));
    std::ranges::copy(bytes_of(*header), file.begin());
    return size;
}
