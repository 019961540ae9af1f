// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as an initial ramdisk: what is unpacked keeps to its ceiling, holds nothing compressed any more,
// and is plain where it starts.
#include "image/initramfs.h"

#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    constexpr std::uint64_t most = 1 << 20;
    Bytes file = std::as_bytes(std::span(data, size));
    auto unpacked = unpack_initramfs(file, most);
    if (!unpacked || !*unpacked)
        return 0;
    require((*unpacked)->size() <= most + size + 4); // a boot configuration comes on top
    auto again = unpack_initramfs(**unpacked, most + size + 8);
    require(again.has_value() && !*again);
    return 0;
}
