// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a bootable image of s390x, flat and as ELF.
#include "image/linux_banner.h"
#include "image/s390x_image.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes file = std::as_bytes(std::span(data, size));
    for (auto parse : {parse_s390x_image, parse_s390x_elf})
        if (auto image = parse(file); answered(image) && *image)
            linux_banner(**image);
    return 0;
}
