// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a uImage of each machine. uimage_mutator.cc gives altered ones the right checksums.
#include "image/uimage.h"

#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes file = std::as_bytes(std::span(data, size));
    for (std::uint8_t machine : {uimage_arm64, uimage_powerpc, uimage_s390, uimage_x86_64})
        if (auto files = open_uimage(file, machine); answered(files) && *files) {
            require(lies_in((*files)->kernel, file));
            require(lies_in((*files)->initrd.value_or(Bytes()), file));
            require(lies_in((*files)->device_tree.value_or(Bytes()), file));
        }
    return 0;
}
