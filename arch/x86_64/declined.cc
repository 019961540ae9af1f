// SPDX-License-Identifier: GPL-2.0-or-later
// Nothing is read of them but the marks by which they are known.
#include "arch/x86_64/declined.h"

namespace kexec::x86_64 {
namespace {

// The magic number and fields behind it, which make a sum of 0: how both versions of multiboot mark a header.
bool is_header_at(Bytes file, std::size_t at, std::uint32_t magic, std::size_t fields) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < fields; i++) {
        auto field = read_at<le32>(file, at + i * 4, "a multiboot header");
        if (!field || (i == 0 && *field != magic))
            return false;
        sum += *field;
    }
    return sum == 0;
}

// Such a header within the first `extent` bytes, on a multiple of `step`.
bool has_header(Bytes file, std::size_t extent, std::size_t step, std::uint32_t magic, std::size_t fields) {
    for (std::size_t at = 0; at < extent && at < file.size(); at += step)
        if (is_header_at(file, at, magic, fields))
            return true;
    return false;
}

Failure multiboot_is_not_offered() {
    return fail(Cause::unsupported, "this is a multiboot kernel, and starting one is not offered",
                "have a boot loader start it (GRUB: multiboot2), or name a Linux kernel");
}

} // namespace

// Multiboot2 Specification 2.0, 3.1.1: magic, architecture, length, checksum.
Result<std::optional<ImageContent>> refuse_multiboot2(Bytes file) {
    if (has_header(file, 32768, 8, 0xe85250d6, 4))
        return multiboot_is_not_offered();
    return std::nullopt;
}

// Multiboot Specification 0.6.96, 3.1.1: magic, flags, checksum.
Result<std::optional<ImageContent>> refuse_multiboot(Bytes file) {
    if (has_header(file, 8192, 4, 0x1badb002, 3))
        return multiboot_is_not_offered();
    return std::nullopt;
}

// What Scyld's Beowulf clusters boot their nodes by: a kernel, its command line and its initial ramdisk.
Result<std::optional<ImageContent>> refuse_beoboot(Bytes file) {
    if (!as_text(file).starts_with("BeoB"))
        return std::nullopt;
    return fail(Cause::unsupported,
                "this is a boot image of a Beowulf cluster, and starting one is not offered",
                "name what it was made of: kexec -l KERNEL --initrd=FILE --append=TEXT");
}

// Draft Net Boot Image Proposal 0.3, Etherboot's and mknbi's format.
Result<std::optional<ImageContent>> refuse_nbi(Bytes file) {
    constexpr std::uint32_t magic = 0x1b031336;
    auto stored = read_at<le32>(file, 0, "the magic number");
    if (!stored || *stored != magic)
        return std::nullopt;
    return fail(Cause::unsupported, "this is a net boot image (NBI), and starting one is not offered",
                "name the kernel that it was made of, with --initrd and --append");
}

} // namespace kexec::x86_64
