// SPDX-License-Identifier: GPL-2.0-or-later
// s390x: recognised. Its options are parsed as kexec-tools parses them; loading is refused by name.
#include "arch/not_offered.h"
#include "arch/s390x/options.h"
#include "arch/s390x/s390x.h"

#include <elf.h>

namespace kexec {

const Arch arch_s390x = {
    .name = "s390x",
    .elf_machine = EM_S390,
    .sources = {},
    .formats = {},
    .options = s390x_options(),
    .understand = [](const Snapshot &snapshot) { return understand_common(snapshot, "s390x"); },
    .plan = [](const Request &) { return loading_not_offered("s390x"); },
    .purgatory = {},
};

} // namespace kexec
