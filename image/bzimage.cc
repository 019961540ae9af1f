// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the setup header by Documentation/arch/x86/boot.rst ("The Real-Mode Kernel Header"; a field is quoted
// here by the name it has there). Nothing but the header is touched, so a kernel that is mapped is not read;
// the image checksum (CRC-32 at the end) is therefore not verified.
#include "image/bzimage.h"

#include "image/setup_header.h"

#include <algorithm>
#include <bit>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t sector = 512;
constexpr std::uint32_t page_size = 0x1000;

// Where the header must reach at least: the end of the last field that the protocol adds.
struct Extent {
    std::uint16_t protocol;
    std::uint64_t end;
};
constexpr Extent extents[] = {
    {0x020f, 0x26c}, {0x020b, 0x268}, {0x020a, 0x264}, {0x0209, 0x258}, {0x0208, 0x250}, {0x0207, 0x248},
    {0x0206, 0x23c}, {0x0205, 0x235}, {0x0203, 0x230}, {0x0202, 0x22c}, {0x0201, 0x226}, {0x0200, 0x224},
};

std::uint64_t needed_end(std::uint16_t protocol) {
    return std::ranges::find_if(extents, [&](Extent extent) { return extent.protocol <= protocol; })->end;
}

Failure damaged(std::string what) {
    return fail(Cause::bad_image, "the bzImage is damaged: " + std::move(what),
                "copy the kernel to this place again, or name another file");
}

bool is_bzimage(Bytes file) {
    auto stored = slice(file, setup_magic_offset, setup_magic.size(), "the magic number");
    return stored && as_text(*stored) == setup_magic;
}

// Fields that the protocol of this image does not know are read as 0.
Result<SetupHeader> read_header(Bytes file, std::uint64_t end) {
    auto stored = slice(file, setup_header_offset, end - setup_header_offset, "the setup header");
    if (!stored)
        return damaged(stored.error().what);
    std::byte padded[sizeof(SetupHeader)] = {};
    std::ranges::copy(stored->first(std::min(stored->size(), sizeof padded)), padded);
    return read_at<SetupHeader>(padded, 0, "the setup header");
}

// boot_flag, jump, header, version, loadflags: whether the rest can be believed at all. Gives the header's
// end, which is where the two-byte jump at 0x200 leads: 0x202 plus the byte at 0x201, a signed distance.
Result<std::uint64_t> check_start(Bytes file) {
    constexpr std::uint64_t first_end = 0x224; // protocol 2.00
    SetupHeader start = TRY(read_header(file, first_end));
    if (start.boot_flag != 0xaa55)
        return damaged(fmt::format("boot_flag is {:#06x}, 0xaa55 is needed", std::uint16_t{start.boot_flag}));
    std::uint16_t protocol = start.version;
    if (protocol < 0x0200)
        return damaged(fmt::format("version is {:#06x}, at least 0x0200 is needed", protocol));
    if (start.jump != 0xeb)
        return damaged(fmt::format("jump is {:#04x}, 0xeb (a short jump) is needed", start.jump));
    std::uint64_t end = setup_magic_offset + start.jump_distance;
    if (start.jump_distance > 0x7f || end < needed_end(protocol))
        return damaged(fmt::format("jump says that the header ends at {:#x}, protocol {}.{:02} needs it to "
                                   "end between {:#x} and {:#x}",
                                   end, protocol >> 8, protocol & 0xff, needed_end(protocol),
                                   setup_magic_offset + 0x7f));
    if (!(start.loadflags & loadflag_loaded_high))
        return fail(Cause::unsupported,
                    "this is a zImage (LOADED_HIGH is not set in loadflags), a bzImage is needed",
                    "build the kernel as bzImage");
    return end;
}

// setup_sects counts the sectors behind the boot sector; 0 means 4.
Result<Bytes> setup_of(Bytes file, const SetupHeader &header) {
    std::uint64_t sectors = header.setup_sects == 0 ? 4 : header.setup_sects;
    std::uint64_t needed = (sectors + 1) * sector;
    if (file.size() < needed)
        return damaged(
            fmt::format("the file ends inside the setup code: setup_sects {} needs {} bytes, the file has {}",
                        sectors, needed, file.size()));
    return file.first(needed);
}

// syssize is the size of the kernel in units of 16 bytes, and to be trusted from protocol 2.04 on. What
// follows in the file (a signature) is not loaded. Files are padded to whole units since 2.08, whose checksum
// covers them.
Result<Bytes> kernel_of(Bytes file, const SetupHeader &header, std::size_t setup_size) {
    constexpr std::uint64_t paragraph = 16;
    std::uint64_t there = file.size() - setup_size;
    std::uint64_t stated = header.version < 0x0204 ? there : header.syssize * paragraph;
    std::uint64_t padding = header.version < 0x0208 ? paragraph - 1 : 0;
    if (stated == 0)
        return damaged("there is no kernel behind the setup code (syssize is 0)");
    if (there < stated && stated - there > padding)
        return damaged(fmt::format("the file ends inside the kernel: syssize {:#x} needs {} bytes behind the "
                                   "setup code, the file has {}",
                                   std::uint32_t{header.syssize}, stated, there));
    return file.subspan(setup_size, std::min(stated, there));
}

// kernel_alignment, min_alignment: powers of two, the second as its logarithm. No kernel asks for less than a
// page.
Result<void> check_alignment(const SetupHeader &header) {
    std::uint32_t alignment = header.kernel_alignment;
    if (!std::has_single_bit(alignment) || alignment < page_size)
        return damaged(fmt::format("kernel_alignment is {:#x}, a power of two of at least {:#x} is needed",
                                   alignment, page_size));
    if (header.version >= 0x020a &&
        (header.min_alignment > 31 || (std::uint32_t{1} << header.min_alignment) > alignment))
        return damaged(fmt::format("min_alignment is 2 to the power of {}, more than kernel_alignment, {:#x}",
                                   header.min_alignment, alignment));
    return {};
}

// pref_address is where the kernel would like to run (0: nowhere in particular), init_size how much memory
// from there on it needs before it can look at its memory map: its own bytes at the least.
Result<void> check_memory(const SetupHeader &header, std::size_t kernel_size) {
    std::uint64_t address = header.pref_address;
    std::uint32_t size = header.init_size;
    if (size < kernel_size)
        return damaged(fmt::format("init_size is {:#x}, at least the kernel's own size, {:#x}, is needed",
                                   size, kernel_size));
    if (address % page_size != 0)
        return damaged(
            fmt::format("pref_address is {:#x}, a multiple of {:#x} is needed", address, page_size));
    if (address > UINT64_MAX - size)
        return damaged(fmt::format("pref_address {:#x} and init_size {:#x} pass the end of the address space",
                                   address, size));
    return {};
}

// The limits that other data has to keep: initrd_addr_max is the highest byte an initrd may occupy, and below
// the first MiB there is no place for one; XLF_KERNEL_64 promises an entry point at 0x200 of the kernel.
Result<void> check_limits(const SetupHeader &header, std::size_t kernel_size) {
    constexpr std::uint32_t first_mib = 0x100000;
    constexpr std::size_t entry_64 = 0x200;
    if (header.version >= 0x0203 && header.initrd_addr_max < first_mib)
        return damaged(fmt::format("initrd_addr_max is {:#x}, at least {:#x} is needed",
                                   std::uint32_t{header.initrd_addr_max}, first_mib));
    if (header.version >= 0x020c && (header.xloadflags & xloadflag_kernel_64) && kernel_size <= entry_64)
        return damaged(fmt::format("xloadflags {:#x} says that there is an entry point at {:#x} of the "
                                   "kernel, which has {:#x} bytes",
                                   std::uint16_t{header.xloadflags}, entry_64, kernel_size));
    return {};
}

// payload_offset and payload_length: the compressed vmlinux; an offset of 0 says nothing of it.
Result<std::optional<Bytes>> payload_of(Bytes kernel, const SetupHeader &header) {
    std::uint32_t offset = header.payload_offset, length = header.payload_length;
    if (header.version < 0x0208 || offset == 0)
        return std::nullopt;
    if (length == 0 || offset > kernel.size() || kernel.size() - offset < length)
        return damaged(fmt::format(
            "payload_offset {:#x} and payload_length {:#x} do not lie in the kernel, which has {:#x} bytes",
            offset, length, kernel.size()));
    return kernel.subspan(offset, length);
}

// kernel_info starts with "LToP"; it is what protocol 2.15 adds.
Result<void> check_kernel_info(Bytes kernel, const SetupHeader &header) {
    constexpr std::string_view info_magic = "LToP";
    std::uint32_t offset = header.kernel_info_offset;
    if (header.version < 0x020f || offset == 0)
        return {};
    auto stored = slice(kernel, offset, info_magic.size(), "kernel_info");
    if (!stored || as_text(*stored) != info_magic)
        return damaged(fmt::format(
            "kernel_info_offset is {:#x}, and there is no \"{}\" at that place of the kernel's {:#x} bytes",
            offset, info_magic, kernel.size()));
    return {};
}

BzImage with_fields(BzImage image, const SetupHeader &header) {
    std::uint16_t protocol = image.protocol = header.version;
    std::uint16_t xloadflags = protocol >= 0x020c ? std::uint16_t{header.xloadflags} : std::uint16_t{0};
    image.relocatable = protocol >= 0x0205 && header.relocatable_kernel != 0;
    image.kernel_alignment = image.relocatable ? std::uint32_t{header.kernel_alignment} : page_size;
    image.preferred_address = protocol >= 0x020a ? std::uint64_t{header.pref_address} : 0;
    // Older kernels do not say; they unpack to about three times their size.
    image.init_size = protocol >= 0x020a ? std::uint64_t{header.init_size} : 3 * image.kernel.size();
    image.initrd_last = protocol >= 0x0203 ? std::uint32_t{header.initrd_addr_max} : 0x37ffffff;
    image.command_line_size = protocol >= 0x0206 ? std::uint32_t{header.cmdline_size} : 255;
    image.entry_64_bit = xloadflags & xloadflag_kernel_64;
    image.above_4g = xloadflags & xloadflag_above_4g;
    image.efi_kexec = xloadflags & xloadflag_efi_kexec;
    image.five_level = xloadflags & xloadflag_five_level;
    image.five_level_enabled = xloadflags & xloadflag_five_level_enabled;
    return image;
}

} // namespace

Result<std::optional<BzImage>> parse_bzimage(Bytes file) {
    if (!is_bzimage(file))
        return std::nullopt;
    std::uint64_t end = TRY(check_start(file));
    SetupHeader header = TRY(read_header(file, end));

    BzImage image{};
    image.setup = TRY(setup_of(file, header));
    image.kernel = TRY(kernel_of(file, header, image.setup.size()));
    image.header = TRY(slice(file, setup_header_offset, end - setup_header_offset, "the setup header"));
    image.payload = TRY(payload_of(image.kernel, header));
    if (header.version >= 0x0205 && header.relocatable_kernel != 0)
        TRY(check_alignment(header));
    if (header.version >= 0x020a)
        TRY(check_memory(header, image.kernel.size()));
    TRY(check_limits(header, image.kernel.size()));
    TRY(check_kernel_info(image.kernel, header));
    return with_fields(image, header);
}

} // namespace kexec
