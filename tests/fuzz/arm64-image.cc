// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as an Image of arm64, and as the start of one.
#include "image/arm64_image.h"
#include "image/linux_banner.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes file = std::as_bytes(std::span(data, size));
    answered(parse_start_of_arm64_image(file));
    auto image = parse_arm64_image(file);
    if (!answered(image) || !*image)
        return 0;
    require(lies_in((*image)->bytes, file));
    require((*image)->image_size >= (*image)->bytes.size());
    auto banner = linux_banner((*image)->bytes);
    require(!banner || banner->release.size() + banner->build.size() <= size);
    return 0;
}
