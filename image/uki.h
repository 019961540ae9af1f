// SPDX-License-Identifier: GPL-2.0-or-later
// Unified kernel images: EFI programs with a kernel in the section .linux and what goes with it in others,
// and add-ons to them, by the UAPI group's specification "Unified Kernel Image" and systemd-stub(7).
#pragma once

#include "image/image.h"

namespace kexec {

// The kernel inside, and what the stub would hand to it. Nothing where the file has no section .linux; an
// error where it is damaged, is for another `machine` (of the PE header), or has no such profile as
// `selection` asks for. A device tree in .dtbauto is taken where it is for the running machine.
Result<std::optional<TakenOut>> open_uki(Bytes file, std::uint16_t machine, const Selection &selection);

// The same for the row of an architecture.
template <std::uint16_t machine>
Result<std::optional<TakenOut>> take_out_of_uki(Bytes file, const Selection &selection) {
    return open_uki(file, machine, selection);
}

// What an add-on (NAME.addon.efi) brings. An error where it is damaged or no add-on, or is for another
// machine or another `release` of the kernel than that of the UKI, which is empty where it is not told.
Result<Companions> open_uki_addon(Bytes file, std::uint16_t machine, std::string_view release,
                                  std::string_view compatible);

// Adds what an add-on brings to what its UKI and the add-ons before it hold: its command line behind theirs,
// its microcode in front, its initial ramdisks behind, a device tree in the place of theirs, an overlay for
// it.
void add_addon(Companions &companions, Companions addon);

// The `machine` of a UKI's PE header; nothing for a file that is none.
std::optional<std::uint16_t> machine_of_uki(Bytes file);

} // namespace kexec
