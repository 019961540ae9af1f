// SPDX-License-Identifier: GPL-2.0-or-later
// arm64: recognised. Its options are parsed as kexec-tools parses them; loading is refused by name.
#include "arch/arm64/arm64.h"
#include "arch/arm64/options.h"
#include "arch/not_offered.h"

#include <elf.h>

namespace kexec {

const Arch arch_arm64 = {
    .name = "arm64",
    .elf_machine = EM_AARCH64,
    .sources = {},
    .formats = {},
    .options = arm64_options(),
    .understand = [](const Snapshot &snapshot) { return understand_common(snapshot, "arm64"); },
    .plan = [](const Request &) { return loading_not_offered("arm64"); },
    .purgatory = {},
};

} // namespace kexec
