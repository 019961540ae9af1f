// SPDX-License-Identifier: GPL-2.0-or-later
// The parser of bzImage has checked that the payload lies in the kernel.
#include "image/bzimage_payload.h"

#include "image/bzimage.h"

#include <fmt/core.h>

namespace kexec {

Result<std::optional<Bytes>> open_bzimage(Bytes file) {
    auto image = TRY(parse_bzimage(file));
    if (!image)
        return std::nullopt;
    if (!image->payload)
        return fail(Cause::unsupported,
                    fmt::format("this bzImage does not say where its vmlinux lies: its header is of protocol "
                                "{}.{:02}, or names none",
                                image->protocol >> 8, image->protocol & 0xff),
                    "name the vmlinux itself, or load the bzImage as it is");
    return *image->payload;
}

} // namespace kexec
