// SPDX-License-Identifier: GPL-2.0-or-later
// The kernel itself on x86_64: a bzImage or a vmlinux, put where it can run.
#pragma once

#include "arch/x86_64/boot_params.h"
#include "arch/x86_64/x86_64.h"
#include "plan/placing.h"

namespace kexec::x86_64 {

// A Linux vmlinux, as far as placing it goes.
struct Vmlinux {
    std::string version; // of its banner: "6.12.107 …"
    Range linked;        // the physical span of its PT_LOADs, whole pages
    bool movable;        // runs at other physical addresses, a multiple of vmlinux_step away
    bool takes_efi;      // understands EFI runtime data from kexec
    Door door;           // by which its entry is reached
};

// Where what a 32-bit entry is told of may lie.
inline constexpr std::uint64_t last_32_bit = 0x7fffffff;

// The 64-bit entry compares where it runs with where it was linked and insists that the difference be a
// multiple of 2 MiB, a page of its own page tables (arch/x86/kernel/head64.c, __startup_64).
inline constexpr std::uint64_t vmlinux_step = 0x200000;

// Cause::unsupported where the ELF file is no Linux kernel, Cause::bad_image where its segments make no
// sense.
Result<Vmlinux> examine_vmlinux(const Elf &elf);

// Whether one of its segments takes memory.
bool is_loaded(const ElfSegment &segment);

// The physical span of an ELF file's PT_LOADs, whole pages. Cause::bad_image where they overlap, do not start
// on pages or do not hold the entry.
Result<Range> linked_span(const Elf &elf);

// Its PT_LOADs, `delta` bytes (modulo 2^64) behind the places that it was linked for.
std::vector<Segment> segments_of(const Elf &elf, std::uint64_t delta);

// A kernel in its place.
struct PlacedKernel {
    std::vector<Segment> segments;
    std::uint64_t entry;
    Door door;
    SetupHeader header; // for boot_params; what the loader fills in is still to be set
    bool takes_efi;
    Range initrd_window;      // where its initrd may lie
    bool is_unpacked = false; // by us, for --fast
};

// The setup header of a bzImage, and what one would say of a kernel that comes without its wrapper.
SetupHeader header_of(const BzImage &image);
SetupHeader made_up_header(const Vmlinux &kernel);

// Where an initrd may lie for a kernel that is entered in 64-bit mode.
Range initrd_window_64_bit();

// Where a vmlinux was linked for, if that is free, else the lowest place that it can be moved to.
Result<Range> place_of(const Vmlinux &kernel, const Request &request, Placer &placer);

// The most characters a command line may have, for this image.
std::uint32_t command_line_limit(const Image &image);

// Which entry serves: the 64-bit one unless --entry-32bit, -t bzImage, an old image or a 32-bit ELF file ask
// for the other.
Door door_of(const Request &request);

Result<PlacedKernel> place_kernel(const Request &request, Placer &placer);

} // namespace kexec::x86_64
