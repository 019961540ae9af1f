// SPDX-License-Identifier: GPL-2.0-or-later
// The zImages of PowerPC: a boot wrapper, an ELF program of 32 or 64 bits that holds a vmlinux. By
// arch/powerpc/boot of the kernel: zImage.lds.S has the names of its sections.
//
// The wrapper is for firmware: it wants Open Firmware's client interface in r5, or ePAPR's magic number in r6
// (of.c, epapr.c), and has no code for processors that enter at 0x60. kexec gives it neither, so what it
// holds is taken out.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>

namespace kexec {

// The vmlinux inside, mostly compressed, which its first bytes say. Nothing where the file is no zImage;
// Cause::unsupported where it holds an initrd or a device tree besides, which would be left behind.
Result<std::optional<Bytes>> open_ppc_zimage(Bytes file);

} // namespace kexec
