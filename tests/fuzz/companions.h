// SPDX-License-Identifier: GPL-2.0-or-later
// What must hold of what a container gives: it lies in the file or in the storage that comes with it, and the
// overlays are applied to the device tree or refused.
#pragma once

#include "base/devicetree.h"
#include "image/image.h"
#include "tests/fuzz/fuzz.h"

namespace kexec::fuzzing {

inline void use(const Companions &companions) {
    for (const auto &pieces : {companions.microcode, companions.initrds, companions.overlays})
        for (Bytes piece : pieces)
            read_all(piece);
    require(!companions.command_line || companions.command_line->find('\n') == npos);
    auto tree = DeviceTree::read(companions.device_tree.value_or(Bytes()));
    for (Bytes overlay : companions.overlays)
        if (tree && !tree->apply_overlay(overlay))
            break;
}

inline void use(const Result<std::optional<TakenOut>> &taken) {
    if (taken && *taken)
        read_all((*taken)->kernel), use((*taken)->companions.value());
    require(taken || (!taken.error().what.empty() && !taken.error().remedy.empty()));
}

} // namespace kexec::fuzzing
