// SPDX-License-Identifier: GPL-2.0-or-later
// ppc64.
//
// A kernel is a vmlinux, which is entered at its first byte with the address of a device tree (Open
// Firmware's tree, flattened) in r3 and 0 in r5, MMU off, big-endian. It moves itself to address 0, wherever
// it was loaded, and needs all of its size there; only a word in its first bytes makes it stay, which a crash
// kernel is told to.
//
// Processors are not stopped. The others leave the old kernel for address 0x60, where the old kernel has put
// the first 256 bytes of what it enters, and wait there for the new kernel to take over that code: the
// purgatory carries the new kernel's first bytes as its own.
//
// The device tree is all that a kernel is told, and says everything: processors, memory (nodes, and on LPARs
// a list of blocks that come and go), PCI, and in /chosen command line and initrd. The hypervisor's and the
// firmware's own memory is in it too: RTAS on LPARs (pseries), OPAL on bare metal (powernv). Where the MMU is
// a hash table, real mode on an LPAR ends with the first piece of memory (RMA); so everything is put there.
//
// A crash kernel runs in the reservation, but starts with the bottom of memory, where its vectors go: the
// purgatory saves the first 64 KiB. Instead of being stopped and restarted by kexec a machine may also be
// dumped by its firmware (fadump); then there is no crash kernel to load. A boot loader that runs with such a
// dump still in memory must stay in what its kernel was given.
#include "arch/ppc64/options.h"
#include "arch/ppc64/ppc64.h"
#include "base/text.h"
#include "plan/check.h"
#include "plan/choice.h"

#include <algorithm>
#include <elf.h>

namespace kexec {
namespace {

// The initrd of the first boot stays where it was put, if the running kernel was told to keep it.
Result<void> check_reused_initrd(const Request &request) {
    if (request.initrd)
        return fail(Cause::bad_usage,
                    "--reuseinitrd and --initrd were both given, and a kernel has one initrd",
                    "leave one of them out");
    std::vector<std::string_view> words = words_of(request.machine.command_line);
    if (std::ranges::find(words, "retain_initrd") == words.end())
        return fail(Cause::bad_usage,
                    "--reuseinitrd: the running kernel has not kept its initrd, since it was booted without "
                    "retain_initrd",
                    "name the initrd's file with --initrd");
    if (!std::get<Ppc64Facts>(request.machine.own).initrd)
        return fail(Cause::bad_usage, "--reuseinitrd: the running kernel was booted without an initrd",
                    "name a file with --initrd");
    if (request.settings.purpose == Purpose::crash)
        return fail(
            Cause::unsupported,
            "--reuseinitrd: that initrd lies in what a crash kernel must not touch, not in its reservation",
            "name the initrd's file with --initrd");
    return {};
}

// What must hold for either system call.
Result<void> check_request(const Request &request) {
    const Settings &settings = request.settings;
    if (settings.purpose == Purpose::crash)
        TRY(check_reservation(request.machine));
    if (settings.has(OptionId::reuse_initrd))
        TRY(check_reused_initrd(request));
    return check_no_tree_for_file_load(request);
}

} // namespace

Result<Decision> plan_ppc64(const Request &request) {
    TRY(check_request(request));
    return decide(request, ppc64_options(), [&](std::vector<std::string> &warnings) {
        return ppc64::plan_segments(request, warnings);
    });
}

const Arch arch_ppc64 = {
    .name = "ppc64",
    .elf_machine = EM_PPC64,
    .sources = ppc64_sources(),
    .formats = ppc64_formats(),
    .options = ppc64_options(),
    .understand = understand_ppc64,
    .plan = plan_ppc64,
};

} // namespace kexec
