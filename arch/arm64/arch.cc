// SPDX-License-Identifier: GPL-2.0-or-later
// arm64.
//
// An arm64 kernel is started by one rule, Documentation/arch/arm64/booting.rst: caches and MMU off, x0 the
// address of a device tree. The Image is not compressed and does not move itself; it runs where it is put, on
// a base of 2 MiB that it sees as the start of memory, and its header says how much room it needs behind
// itself. An initrd has to lie within the same 32 GiB.
//
// The device tree is all that a kernel is told. On boards it describes the whole machine. On servers it holds
// nothing but /chosen, where the EFI stub noted the addresses of EFI's system table and memory map; from
// there the kernel finds ACPI. Either way the new kernel gets the tree of the running one with another
// /chosen: command line, initrd, fresh seeds. EFI's memory map is a snapshot of the first boot, and what the
// kernel must keep since then (a GICv3 goes on writing to its pending tables) stands in a list that EFI's
// tables point to and that /proc/iomem shows as reserved.
//
// A crash kernel is told where the core header lies and which memory is its own, both in /chosen; it keeps to
// that and leaves everything else as it was. Memory for it may be reserved in two pieces, one below 4 GiB for
// devices that reach no further; the kernel loads into the other only.
//
// Kernels are built for pages of 4, 16 or 64 KiB. The page size of the running one rules what kexec_load
// takes; that of the new one does not matter for placing it.
#include "arch/arm64/arm64.h"
#include "arch/arm64/formats.h"
#include "arch/arm64/options.h"
#include "plan/check.h"
#include "plan/choice.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::size_t longest_command_line = 2047; // COMMAND_LINE_SIZE is 2048, with its NUL

// What must hold for either system call; checked before any is made, because the kernel lets go of a loaded
// crash image before it looks at a new one (kernel/kexec.c, do_kexec_load).
Result<void> check_request(const Request &request) {
    const Settings &settings = request.settings;
    if (settings.purpose == Purpose::crash)
        TRY(check_reservation(request.machine));
    TRY(check_command_line(settings.command_line, longest_command_line));
    return check_no_tree_for_file_load(request);
}

} // namespace

Result<Decision> plan_arm64(const Request &request) {
    TRY(check_request(request));
    return decide(request, arm64_options(), [&](std::vector<std::string> &warnings) {
        return arm64::plan_segments(request, warnings);
    });
}

const Arch arch_arm64 = {
    .name = "arm64",
    .elf_machine = EM_AARCH64,
    .sources = arm64_sources(),
    .formats = arm64_formats(),
    .options = arm64_options(),
    .understand = understand_arm64,
    .plan = plan_arm64,
    .efi_name = "aa64",
};

} // namespace kexec
