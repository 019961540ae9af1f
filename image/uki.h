// SPDX-License-Identifier: GPL-2.0-or-later
// Unified kernel images: EFI programs with a kernel in the section .linux, by the UAPI group's specification
// "Unified Kernel Image".
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>

namespace kexec {

// The kernel inside. Nothing where the file has no section .linux; an error where it is damaged, is for
// another `machine` (of the PE header), or holds parts that the kernel should be started with: they are not
// handed over yet.
Result<std::optional<Bytes>> open_uki(Bytes file, std::uint16_t machine);

} // namespace kexec
