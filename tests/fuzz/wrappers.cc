// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as an EFI zboot kernel and as a zImage of PowerPC: what lies in the wrapper lies in them.
#include "image/pe.h"
#include "image/ppc_zimage.h"
#include "image/zboot.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes file = std::as_bytes(std::span(data, size));
    for (std::uint16_t machine : {pe_machine_x86_64, pe_machine_arm64})
        if (auto inside = open_zboot(file, machine); answered(inside) && *inside)
            require(lies_in(**inside, file));
    if (auto inside = open_ppc_zimage(file); answered(inside) && *inside)
        for (const auto &part : {std::optional((*inside)->kernel), (*inside)->initrd, (*inside)->device_tree})
            require(!part || lies_in(*part, file));
    return 0;
}
