// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the sections of a boot wrapper that the script arch/powerpc/boot/wrapper of the kernel puts into it.
#include "image/ppc_zimage.h"

#include "base/elf.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

const std::string kernel = ".kernel:vmlinux.strip";

// An initrd in a wrapper goes before the one of the boot loader (prep_initrd in arch/powerpc/boot/main.c).
Result<void> check_other_parts(const Elf &elf) {
    for (const std::string part : {".kernel:initrd", ".kernel:dtb"}) {
        auto bytes = TRY(section_bytes(elf, part));
        if (bytes && !bytes->empty())
            return fail(
                Cause::unsupported,
                fmt::format("this zImage holds {} besides its kernel, and only the kernel could be loaded",
                            part),
                "take each part out (objcopy -O binary --set-section-flags=NAME=alloc "
                "--only-section=NAME FILE PART) and name it: as kernel, --initrd, --dtb");
    }
    return {};
}

} // namespace

Result<std::optional<Bytes>> open_ppc_zimage(Bytes file) {
    if (!is_elf(file))
        return std::nullopt;
    Elf elf = TRY(read_elf(file));
    if (elf.machine != EM_PPC && elf.machine != EM_PPC64)
        return std::nullopt;
    auto inside = TRY(section_bytes(elf, kernel));
    if (!inside)
        return std::nullopt;
    if (inside->empty())
        return fail(Cause::bad_image,
                    fmt::format("this zImage is empty: its section {} has no bytes", kernel),
                    "name another file");
    TRY(check_other_parts(elf));
    return *inside;
}

} // namespace kexec
