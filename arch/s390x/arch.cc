// SPDX-License-Identifier: GPL-2.0-or-later
// s390x, the IBM mainframe.
//
// A kernel runs at fixed addresses from 0 on. It is entered at 64 KiB, untranslated, and finds its initrd and
// its command line through a parameter area a little behind; what else it must know it asks the machine. So
// an image goes to its own place, the parameter area is filled in, and nothing has to be described.
//
// Address 0 is also where every processor keeps its interrupt vectors ("lowcore"), so the running kernel's
// memory lies where a second kernel belongs. For a reboot that does not matter: the running kernel moves the
// pieces into place when it is gone. A crash kernel is loaded into the memory reserved for it, as if address
// 0 were its start, and the reservation changes places with the bottom of memory before the crash kernel is
// entered (arch/s390/kernel/crash_dump.c): it learns where that memory went as "oldmem", and shows the dead
// kernel's memory as it was. It makes the core header itself; processors leave their registers in their
// lowcore.
//
// The running kernel calls the crash kernel's purgatory twice: once to ask whether it would start, and then
// to start it (arch/s390/kernel/machine_kexec.c). If the answer is no, the panic goes on as it would without
// a crash kernel: a stand-alone dump program may still be started.
#include "arch/s390x/options.h"
#include "arch/s390x/s390x.h"
#include "image/uimage.h"

#include <elf.h>

namespace kexec {
namespace {

constexpr Format formats[] = {
    {.name = "image",
     .description = "a bootable image (bzImage, vmlinuz)",
     .by_file_load = true,
     .probe = probe_by<parse_s390x_image>},
    {.name = "elf-s390x",
     .description = "the ELF file of a bootable image",
     .by_file_load = true,
     .probe = probe_by<parse_s390x_elf>},
    container("uImage", "a bootable image in U-Boot's uImage", take_out_of_uimage<uimage_s390>),
};

} // namespace

const Arch arch_s390x = {
    .name = "s390x",
    .elf_machine = EM_S390,
    .sources = s390x_sources(),
    .formats = formats,
    .options = s390x_options(),
    .understand = understand_s390x,
    .plan = plan_s390x,
};

} // namespace kexec
