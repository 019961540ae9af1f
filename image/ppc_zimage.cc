// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the sections of a boot wrapper that the script arch/powerpc/boot/wrapper of the kernel puts into it.
#include "image/ppc_zimage.h"

#include "base/elf.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

const std::string kernel = ".kernel:vmlinux.strip";

// zImage.lds.S makes sections for all parts; one without a byte stands for a part that is not there.
Result<std::optional<Bytes>> find_part(const Elf &elf, const std::string &name) {
    auto bytes = TRY(section_bytes(elf, name));
    return bytes && bytes->empty() ? std::nullopt : bytes;
}

} // namespace

Result<std::optional<KernelAndParts>> open_ppc_zimage(Bytes file) {
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
    return KernelAndParts{.kernel = *inside,
                          .initrd = TRY(find_part(elf, ".kernel:initrd")),
                          .device_tree = TRY(find_part(elf, ".kernel:dtb"))};
}

Result<std::optional<TakenOut>> take_out_of_ppc_zimage(Bytes file, const Selection &) {
    return taken_out_of("zImage", open_ppc_zimage(file));
}

} // namespace kexec
