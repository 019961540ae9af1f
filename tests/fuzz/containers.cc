// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a UKI, an add-on or a FIT image: whatever is taken out lies in them or in the storage that
// comes with it, and its overlays are applied to its device tree or refused.
#include "base/devicetree.h"
#include "image/fit.h"
#include "image/pe.h"
#include "image/uki.h"

#include <cstdlib>

using namespace kexec;

namespace {

unsigned read_all(Bytes bytes) {
    unsigned sum = 0;
    for (std::byte byte : bytes)
        sum += std::to_integer<unsigned>(byte);
    return sum;
}

// A sanitizer sees a piece that lies elsewhere.
unsigned use(const Companions &companions) {
    unsigned sum = 0;
    for (const auto &pieces : {companions.microcode, companions.initrds, companions.overlays})
        for (Bytes piece : pieces)
            sum += read_all(piece);
    if (companions.command_line && companions.command_line->find('\n') != npos)
        std::abort();
    auto tree = DeviceTree::read(companions.device_tree.value_or(Bytes()));
    for (Bytes overlay : companions.overlays)
        if (tree && !tree->apply_overlay(overlay))
            break;
    return sum;
}

void use(const Result<std::optional<TakenOut>> &taken) {
    if (taken && *taken)
        read_all((*taken)->kernel), use((*taken)->companions);
    if (!taken && (taken.error().what.empty() || taken.error().remedy.empty()))
        std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes bytes = std::as_bytes(std::span(data, size));
    for (std::uint16_t machine : {pe_machine_x86_64, pe_machine_arm64}) {
        use(open_uki(bytes, machine, {.compatible = "maker,board"}));
        use(open_uki(bytes, machine, {.profile = 1}));
        if (auto addon = open_uki_addon(bytes, machine, "6.1", "maker,board"))
            use(*addon);
    }
    use(open_fit(bytes, "arm64", {}));
    use(open_fit(bytes, "arm64", {.configuration = "conf-2"}));
    return 0;
}
