// SPDX-License-Identifier: GPL-2.0-or-later
// An initramfs that another tool has made, to which something is to be added: what its /init is, and a front
// that the kernel goes on reading behind.
#pragma once

#include "base/bytes.h"

namespace kexec::capture {

// Where a fadump initramfs keeps it.
inline constexpr std::string_view original_init_path = "/init.kdump-original";

struct Original {
    Buffer front; // the initramfs; unpacked and packed anew where its packing has no end mark
    bool is_link = false;
    std::uint32_t mode = 0; // of /init, without its type
    Buffer content;         // of /init; of a link, where it leads to
};

// Cause::bad_image where the bytes are no initramfs with an /init, or one that the capture program was added
// to.
Result<Original> find_original(Bytes initramfs);

} // namespace kexec::capture
