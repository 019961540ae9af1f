// SPDX-License-Identifier: GPL-2.0-or-later
// The zImages of PowerPC: a boot wrapper, an ELF program of 32 or 64 bits that holds a vmlinux. By
// arch/powerpc/boot of the kernel: zImage.lds.S has the names of its sections.
//
// The wrapper is for firmware: it wants Open Firmware's client interface in r5, or ePAPR's magic number in r6
// (of.c, epapr.c), and has no code for processors that enter at 0x60. kexec gives it neither, so what it
// holds is taken out.
#pragma once

#include "image/wrapper.h"

namespace kexec {

// The vmlinux inside, mostly compressed, which its first bytes say; an initrd, which its wrapper prefers to
// that of the boot loader (prep_initrd in main.c), and a device tree where it holds them. Nothing where the
// file is no zImage.
Result<std::optional<KernelAndParts>> open_ppc_zimage(Bytes file);

// The same for the row of a machine: there is nothing to select.
Result<std::optional<TakenOut>> take_out_of_ppc_zimage(Bytes file, const Selection &);

} // namespace kexec
