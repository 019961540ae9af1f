// SPDX-License-Identifier: GPL-2.0-or-later
// Initial RAM file systems as the kernel takes them: cpio archives one after the other, each plain or
// compressed, with zeros between them (Documentation/driver-api/early-userspace/buffer-format.rst).
#pragma once

#include "base/bytes.h"

#include <optional>

namespace kexec {

// The same archives with nothing compressed, each on a multiple of four bytes as the kernel wants those that
// are plain; those that are plain already keep their bytes and come first where they did, as microcode must.
// Nothing where none is compressed. Cause::unsupported where a part is neither, or is packed in a way that is
// not known here or holds something else than archives; Cause::no_room where it would have more than `most`
// bytes.
Result<std::optional<Buffer>> unpack_initramfs(Bytes initramfs, std::uint64_t most);

} // namespace kexec
