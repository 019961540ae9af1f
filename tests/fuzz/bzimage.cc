// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a bzImage: what is found lies in them, and so do its version and the kernel that it packs.
#include "image/bzimage.h"

#include "image/bzimage_payload.h"
#include "image/linux_banner.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes file = std::as_bytes(std::span(data, size));
    if (auto opened = open_bzimage(file); answered(opened) && *opened)
        require(lies_in(**opened, file));
    auto image = parse_bzimage(file);
    if (!answered(image) || !*image)
        return 0;
    for (Bytes part :
         {(*image)->setup, (*image)->kernel, (*image)->header, (*image)->payload.value_or(Bytes())})
        require(lies_in(part, file));
    require((*image)->init_size >= (*image)->kernel.size());
    auto version = linux_version(**image);
    require(!version || version->size() <= size);
    return 0;
}
