// SPDX-License-Identifier: GPL-2.0-or-later
// One kind of kernel, ELF, and the wrappers that firmware starts it by. kexec_file_load takes ELF
// (arch/powerpc/kexec/elf_64.c).
#include "arch/ppc64/ppc64.h"
#include "image/fit.h"
#include "image/ppc_zimage.h"
#include "image/uimage.h"

#include <elf.h>

namespace kexec {
namespace {

// Of either byte order: a kernel turns the processor to its own. A wrapper of 64 bits is an ELF file of this
// machine too.
Result<std::optional<ImageContent>> probe_vmlinux(Bytes file) {
    if (!is_elf(file))
        return std::nullopt;
    Elf elf = TRY(read_elf(file));
    if (elf.machine != EM_PPC64 || !elf.is_64_bit || has_interpreter(elf) || TRY(open_ppc_zimage(file)))
        return std::nullopt;
    return elf;
}

Result<std::optional<TakenOut>> take_out_of_fit(Bytes file, const Selection &selection) {
    return open_fit(file, {"ppc"}, selection);
}

constexpr Format formats[] = {
    {.name = "elf-ppc64", .description = "an ELF vmlinux", .by_file_load = true, .probe = probe_vmlinux},
    container("zImage", "a vmlinux in a boot wrapper", take_out_of_ppc_zimage),
    container("uImage", "a vmlinux in U-Boot's uImage", take_out_of_uimage<uimage_powerpc>),
    container("fit", "a FIT image of U-Boot's", take_out_of_fit),
};

} // namespace

std::span<const Format> ppc64_formats() { return formats; }

} // namespace kexec
