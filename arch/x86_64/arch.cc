// SPDX-License-Identifier: GPL-2.0-or-later
// x86_64.
//
// A PC starts a kernel through the boot protocol (Documentation/arch/x86/boot.rst): one page of parameters,
// "the zero page", says where the command line, the initial ramdisk and the machine's memory are. The memory
// map is E820's, from the BIOS or made from EFI's; /sys/firmware/memmap keeps it as it was. What else a
// kernel finds out by itself, it finds through ACPI; on EFI machines the address of ACPI's tables and the
// runtime services are known only to the kernel that the firmware started, so they are handed on.
//
// A bzImage is a small program around a compressed vmlinux: it is entered in 64-bit mode with the firmware's
// or the old kernel's identity page tables, unpacks the kernel to a place of its choice and jumps there. It
// needs room to do so (init_size). The vmlinux inside can be entered as well: it fixes up its page tables to
// wherever it finds itself, in steps of 2 MiB, so a crash kernel can be one.
//
// A crash kernel runs in memory reserved at boot (crashkernel=), of which there may be two pieces: one below
// 4 GiB for devices that reach no further, and one above. The kernel loads into the upper one only. The first
// 640 KiB are the exception: every x86 kernel needs some of them, so purgatory saves them before it enters
// the crash kernel.
#include "arch/x86_64/kernel.h"
#include "arch/x86_64/options.h"
#include "arch/x86_64/x86_64.h"
#include "plan/check.h"
#include "plan/choice.h"

#include <elf.h>
#include <fmt/core.h>

namespace kexec {
namespace {

// What must hold for either system call; checked before any is made, because the kernel lets go of a loaded
// crash image before it looks at a new one (kernel/kexec.c, do_kexec_load).
Result<void> check_request(const Request &request) {
    const Settings &settings = request.settings;
    if (settings.purpose == Purpose::crash)
        TRY(check_reservation(request.machine));
    return check_command_line(settings.command_line, x86_64::command_line_limit(request.image));
}

// The decompressor of an image without XLF_5LEVEL cannot start while five-level paging is on (boot.rst,
// xloadflags).
Result<void> check_paging(const Request &request) {
    const auto *image = std::get_if<BzImage>(&request.image.content);
    const auto &kernel = std::get<X86_64Facts>(request.machine.own).kernel;
    bool five_levels = kernel && uses_five_levels(*kernel);
    if (image && five_levels && x86_64::door_of(request) == x86_64::Door::entry_64_bit && !image->five_level)
        return fail(Cause::unsupported,
                    "the running kernel uses five-level paging, which this kernel cannot start under",
                    "boot the running kernel with no5lvl, or name a newer kernel");
    return {};
}

} // namespace

Result<Decision> plan_x86_64(const Request &request) {
    TRY(check_request(request));
    TRY(check_paging(request));
    return decide(request, x86_64_options(), [&](std::vector<std::string> &warnings) {
        return x86_64::plan_segments(request, warnings);
    });
}

const Arch arch_x86_64 = {
    .name = "x86_64",
    .elf_machine = EM_X86_64,
    .sources = x86_64_sources(),
    .formats = x86_64_formats(),
    .options = x86_64_options(),
    .understand = understand_x86_64,
    .plan = plan_x86_64,
    .efi_name = "x64",
};

} // namespace kexec
