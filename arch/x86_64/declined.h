// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel files that kexec-tools starts on this machine and that are not offered here: each is recognised,
// so that the refusal can say what to use instead.
#pragma once

#include "image/image.h"

namespace kexec::x86_64 {

// Cause::unsupported where the file is one; nothing where it is not.
Result<std::optional<ImageContent>> refuse_multiboot2(Bytes file);
Result<std::optional<ImageContent>> refuse_multiboot(Bytes file);
Result<std::optional<ImageContent>> refuse_beoboot(Bytes file);
Result<std::optional<ImageContent>> refuse_nbi(Bytes file);

} // namespace kexec::x86_64
