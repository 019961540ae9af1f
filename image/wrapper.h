// SPDX-License-Identifier: GPL-2.0-or-later
// What rows of wrappers and containers share: what a parser finds inside, as Format::take_off and
// Format::take_out want it.
#pragma once

#include "image/image.h"

namespace kexec {

// What `opened` found, if it found something, as the inside of a wrapper of that name.
Result<std::optional<Unwrapped>> inside_of(std::string_view wrapper, Result<std::optional<Bytes>> opened);

// A kernel, and what may lie beside it where there is nothing to choose.
struct KernelAndParts {
    Bytes kernel;
    std::optional<Bytes> initrd, device_tree;
};

// The same of a container. Where nothing lies beside the kernel, it is a wrapper and no more.
Result<std::optional<TakenOut>> taken_out_of(std::string_view container,
                                             Result<std::optional<KernelAndParts>> opened);

} // namespace kexec
