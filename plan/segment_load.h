// SPDX-License-Identifier: GPL-2.0-or-later
// What the plans for kexec_load have in common on every machine: where they may place, the initrd, the
// purgatory, and the last steps.
#pragma once

#include "plan/placing.h"
#include "plan/plan.h"

#include <functional>

namespace kexec {

// A crash kernel may be loaded only into crashk_res (kernel/kexec_core.c), which is the highest reservation,
// and there must be one; a normal kernel goes anywhere in free RAM: it is moved there when the running kernel
// is gone. Either way nothing goes where something is kept, nor into `reserved`.
Placer placer_for(const Request &request, std::uint64_t page, const Ranges &reserved = {});

// Finds the place for so many bytes.
using FindPlace = std::function<Result<Range>(std::string_view name, std::uint64_t size)>;

// The segment of the initrd, and where its bytes lie, to the byte; nothing where there is none, or an empty
// one.
Result<std::optional<Range>> add_initrd(SegmentLoad &plan, const Request &request, const FindPlace &find);

// The segment of `plan.purgatory`, where the kernel enters, unless --entry says otherwise.
void add_purgatory(SegmentLoad &plan, const Request &request, Range place);

// The plan with its segments in order, owning the kernel file, its flags made of `elf_machine` (EM_…, see
// KEXEC_ARCH_MASK) and, where --hotplug was given, of `hotplug_flag`. Errors: those of check().
Result<SegmentLoad> complete(SegmentLoad plan, const Request &request, std::uint16_t elf_machine,
                             std::uint32_t hotplug_flag, std::uint64_t page);

} // namespace kexec
