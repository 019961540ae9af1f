// SPDX-License-Identifier: GPL-2.0-or-later
// How a Linux vmlinux is recognised, and how it is seen that it can be moved. An ELF header says neither;
// what is looked for is evidence inside the file, never a version where a look is possible.
#include "arch/x86_64/kernel.h"
#include "image/linux_banner.h"

#include <algorithm>
#include <elf.h>
#include <fmt/core.h>

namespace kexec::x86_64 {
namespace {

// A kernel that keeps its physical base in `phys_base` has fixed up its page tables by it since it could run
// elsewhere at all (commit 1ab60e0f72f7, Linux 2.6.22). The name stays in a stripped kernel, since modules
// link against it, and in the text of its vmcoreinfo.
bool keeps_its_physical_base(const Elf &elf) {
    if (symbol_value(elf, "phys_base"))
        return true;
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == PT_LOAD && find(elf.bytes_of(segment), as_bytes("phys_base")) != npos)
            return true;
    return false;
}

// Nothing in the file tells whether a kernel can take EFI runtime data from kexec, so here a version must do:
// commit 1fec0533693c (Linux 3.14) reads it, and an older kernel would call the firmware a second time and
// hang in it.
bool takes_efi_from_kexec(std::string_view version) {
    unsigned major = 0, minor = 0;
    std::size_t at = 0;
    auto number = [&](unsigned &value) {
        for (; at < version.size() && version[at] >= '0' && version[at] <= '9' && value < 1000; at++)
            value = value * 10 + static_cast<unsigned>(version[at] - '0');
    };
    number(major);
    if (at < version.size() && version[at] == '.')
        at++;
    number(minor);
    return major > 3 || (major == 3 && minor >= 14);
}

} // namespace

bool is_loaded(const ElfSegment &segment) { return segment.type == PT_LOAD && segment.memory_size != 0; }

Result<Range> linked_span(const Elf &elf) {
    std::optional<Range> span;
    Ranges taken;
    for (const ElfSegment &segment : elf.segments) {
        if (!is_loaded(segment))
            continue;
        auto size = align_up(segment.memory_size, page);
        auto place = size ? Range::sized(segment.physical_address, *size) : std::nullopt;
        if (!place || !is_aligned(segment.physical_address, page) || taken.overlaps(*place))
            return fail(Cause::bad_image,
                        fmt::format("the program header for {} bytes at {:#x} overlaps another, is not "
                                    "on a page, or wraps",
                                    segment.memory_size, segment.physical_address),
                        "name another file");
        taken.add(*place);
        std::uint64_t first = span ? std::min(span->first(), place->first()) : place->first();
        std::uint64_t last = span ? std::max(span->last(), place->last()) : place->last();
        span = Range::between(first, last);
    }
    auto entry = Range::sized(elf.entry, 1);
    if (!span || !entry || !taken.contains(*entry))
        return fail(Cause::bad_image, fmt::format("the entry {:#x} lies in no loadable segment", elf.entry),
                    "name another file");
    if (!elf.is_64_bit && span->last() > UINT32_MAX)
        return fail(Cause::bad_image, fmt::format("the 32-bit program spans {}", to_string(*span)),
                    "name another file");
    return *span;
}

Result<Vmlinux> examine_vmlinux(const Elf &elf) {
    auto version = linux_version(elf);
    if (!version)
        return fail(Cause::unsupported,
                    "this ELF file is no Linux kernel: it holds no \"Linux version\" text",
                    "name a vmlinux or a bzImage; --args-elf and --args-none start other programs");
    Range linked = TRY(linked_span(elf));
    // A 32-bit kernel has fixed addresses but for its decompressor's relocations, and other firmware calls.
    return Vmlinux{.version = *version,
                   .linked = linked,
                   .movable = elf.is_64_bit && keeps_its_physical_base(elf),
                   .takes_efi = elf.is_64_bit && takes_efi_from_kexec(*version),
                   .door = elf.is_64_bit ? Door::entry_64_bit : Door::entry_32_bit};
}

} // namespace kexec::x86_64
