// SPDX-License-Identifier: GPL-2.0-or-later
// --fast: a kernel that is entered behind its decompressor. What that would have done before the kernel's
// first line is done when it is loaded: it is unpacked, a place for it is drawn, physical and virtual, and it
// is moved there (arch/x86/boot/compressed: misc.c, kaslr.c, pgtable_64.c).
#pragma once

#include "arch/x86_64/kernel.h"
#include "image/vmlinux_relocations.h"

namespace kexec::x86_64 {

struct UnpackedKernel {
    std::shared_ptr<Buffer> file; // the ELF file, of which the next two are views
    Elf elf;
    std::optional<VmlinuxRelocations>
        relocations; // nothing: it is not to be moved to an address that is drawn
    Vmlinux kernel;
    SetupHeader header;
    bool takes_efi;
    std::uint64_t step; // its addresses, of either kind, are multiples of this
};

// The kernel of the request. Errors tell, here and below, what stands in the way: it is to be loaded the
// ordinary way then.
Result<UnpackedKernel> unpack_kernel(const Request &request);

// What is known of it before it has a place: segments and entry are missing.
PlacedKernel without_place(const UnpackedKernel &unpacked);

// Draws a place, or takes the one it was linked for where it is not to be moved; moves it and fills in what
// was missing. `command_line` is the new kernel's. What may be said goes into the plan's notes: the addresses
// do not.
Result<void> place_unpacked(UnpackedKernel &unpacked, const Request &request, std::string_view command_line,
                            Placer &placer, PlacedKernel &kernel, SegmentLoad &plan);

} // namespace kexec::x86_64
