// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a UKI and as an add-on of one.
#include "image/uki.h"

#include "image/pe.h"
#include "tests/fuzz/companions.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes bytes = std::as_bytes(std::span(data, size));
    for (std::uint16_t machine : {pe_machine_x86_64, pe_machine_arm64}) {
        use(open_uki(bytes, machine, {.compatible = "maker,board"}));
        use(open_uki(bytes, machine, {.profile = 1}));
        if (auto addon = open_uki_addon(bytes, machine, "6.1", "maker,board"); answered(addon))
            use(*addon);
    }
    return 0;
}
