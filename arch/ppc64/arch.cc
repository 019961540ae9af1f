// SPDX-License-Identifier: GPL-2.0-or-later
// ppc64: recognised. Its options are parsed as kexec-tools parses them; loading is refused by name.
#include "arch/not_offered.h"
#include "arch/ppc64/options.h"
#include "arch/ppc64/ppc64.h"

#include <elf.h>

namespace kexec {

const Arch arch_ppc64 = {
    .name = "ppc64",
    .elf_machine = EM_PPC64,
    .sources = {},
    .formats = {},
    .options = ppc64_options(),
    .understand = [](const Snapshot &snapshot) { return understand_common(snapshot, "ppc64"); },
    .plan = [](const Request &) { return loading_not_offered("ppc64"); },
    .purgatory = {},
};

} // namespace kexec
