// SPDX-License-Identifier: GPL-2.0-or-later
// The vmlinux that a bzImage unpacks: payload_offset and payload_length of Documentation/arch/x86/boot.rst.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>

namespace kexec {

// Still compressed, which its first bytes say. Nothing where the file is no bzImage; an error where it is a
// damaged one, or so old (before protocol 2.08) that it does not tell where the vmlinux lies.
Result<std::optional<Bytes>> open_bzimage(Bytes file);

} // namespace kexec
