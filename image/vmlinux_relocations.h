// SPDX-License-Identifier: GPL-2.0-or-later
// The relocation tables that the kernel's build puts behind the x86_64 vmlinux inside a bzImage, so that it
// can run at another virtual address than it was linked for (arch/x86/tools/relocs.c writes them,
// handle_relocations() in arch/x86/boot/compressed/misc.c reads them).
#pragma once

#include "base/elf.h"

namespace kexec {

// Each a row of le32: the low halves of the virtual addresses, as linked, of values that move with the
// kernel. The high half is all ones. Views of the file.
struct VmlinuxRelocations {
    Bytes wide;    // of 64 bits
    Bytes inverse; // of 32 bits, moving the other way: distances from per-CPU variables, which do not move
    Bytes narrow;  // of 32 bits
};

// Nothing where no byte follows the ELF file; Cause::bad_image where what follows is no such tables.
Result<std::optional<VmlinuxRelocations>> find_relocations(const Elf &vmlinux);

// Moves every value by `delta` bytes (modulo the value's width). `file` is a copy of the file that `vmlinux`
// is of, or that file itself. Cause::bad_image where an address lies in no loadable segment's bytes; some
// values have moved then.
Result<void> relocate(MutableBytes file, const Elf &vmlinux, const VmlinuxRelocations &relocations,
                      std::uint64_t delta);

} // namespace kexec
