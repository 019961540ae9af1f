// SPDX-License-Identifier: GPL-2.0-or-later
// Checks a uImage as U-Boot does before it starts one: magic, both checksums, then what the fields say. The
// numbers are those of U-Boot's include/image.h (IH_OS_, IH_ARCH_, IH_TYPE_, IH_COMP_).
#include "image/uimage.h"

#include "base/compress.h"
#include "base/crc32.h"

#include <algorithm>
#include <fmt/core.h>
#include <span>

namespace kexec {

namespace {

struct Name {
    std::uint8_t number;
    std::string_view name;
};

constexpr std::uint8_t os_linux = 5;
constexpr Name systems[] = {{1, "OpenBSD"},  {2, "NetBSD"}, {3, "FreeBSD"}, {5, "Linux"},
                            {14, "VxWorks"}, {16, "QNX"},   {17, "U-Boot"}, {25, "ARM Trusted Firmware"}};

constexpr Name architectures[] = {{2, "arm"},  {3, "x86"},    {5, "mips"},    {6, "mips64"}, {7, "powerpc"},
                                  {8, "s390"}, {22, "arm64"}, {24, "x86_64"}, {26, "riscv"}};

constexpr std::uint8_t type_kernel = 2, type_multi = 4, type_kernel_noload = 14;
constexpr std::uint8_t kernel_types[] = {type_kernel, type_multi, type_kernel_noload};
constexpr Name types[] = {{1, "standalone"}, {2, "kernel"},   {3, "ramdisk"},
                          {4, "multi"},      {5, "firmware"}, {6, "script"},
                          {7, "filesystem"}, {8, "flat_dt"},  {14, "kernel_noload"}};

struct CompressionNumber {
    std::uint8_t number;
    std::optional<Compression> compression;
};
constexpr CompressionNumber compressions[] = {
    {0, std::nullopt},     {1, Compression::gzip}, {2, Compression::bzip2}, {3, Compression::lzma},
    {4, Compression::lzo}, {5, Compression::lz4},  {6, Compression::zstd},
};

constexpr std::size_t most_files = 16; // U-Boot uses three
constexpr const char *take_apart =
    "take it apart (dumpimage -T multi -p NUMBER -o FILE UIMAGE), and name each part: as "
    "kernel, --initrd, --dtb";

std::string text_of(std::uint8_t number, std::span<const Name> names) {
    auto named = std::ranges::find(names, number, &Name::number);
    return named == names.end() ? std::to_string(number) : fmt::format("{} ({})", number, named->name);
}

Failure damaged(std::string what) {
    return fail(Cause::bad_image, "the uImage is damaged: " + std::move(what),
                "copy the kernel to this place again, or name another file");
}

Result<void> check_header_crc(UimageHeader header) {
    std::uint32_t stated = header.header_crc;
    header.header_crc = 0;
    std::uint32_t found = crc32_of(bytes_of(header));
    if (found != stated)
        return damaged(
            fmt::format("the header's CRC is {:#010x}, and the header says {:#010x}", found, stated));
    return {};
}

// What follows in the file (a partition of flash memory has an end of its own) is not looked at.
Result<Bytes> data_of(Bytes file, const UimageHeader &header) {
    std::uint32_t size = header.size, stated = header.data_crc;
    std::uint64_t there = file.size() - sizeof header;
    if (size == 0 || size > there)
        return damaged(fmt::format("the header says that {} bytes follow it, and {} do", size, there));
    Bytes data = file.subspan(sizeof header, size);
    std::uint32_t found = crc32_of(data);
    if (found != stated)
        return damaged(
            fmt::format("the CRC of the data is {:#010x}, and the header says {:#010x}", found, stated));
    return data;
}

// kernel_noload promises what kexec needs of any kernel: that it runs from where it is put.
Result<void> check_kind(const UimageHeader &header, std::uint8_t architecture) {
    auto not_loadable = [](std::string what, std::string remedy) {
        return fail(Cause::unsupported, "this uImage cannot be loaded: " + std::move(what),
                    std::move(remedy));
    };
    if (header.os != os_linux)
        return not_loadable(fmt::format("its operating system is {}, {} is needed",
                                        text_of(header.os, systems), text_of(os_linux, systems)),
                            "name the uImage of a Linux kernel");
    if (header.architecture != architecture)
        return not_loadable(fmt::format("its architecture is {}, {} is needed",
                                        text_of(header.architecture, architectures),
                                        text_of(architecture, architectures)),
                            "name a kernel of this machine");
    if (std::ranges::find(kernel_types, header.type) == std::end(kernel_types))
        return not_loadable(fmt::format("its type is {}, {}, {} or {} is needed", text_of(header.type, types),
                                        text_of(type_kernel, types), text_of(type_multi, types),
                                        text_of(type_kernel_noload, types)),
                            "name the uImage of a kernel");
    return {};
}

Result<void> check_compression(const UimageHeader &header, Bytes kernel) {
    auto known = std::ranges::find(compressions, header.compression, &CompressionNumber::number);
    if (known == std::end(compressions))
        return fail(Cause::unsupported,
                    fmt::format("the uImage says that its compression is {}, 0 (none) to 6 (zstd) is needed",
                                header.compression),
                    "make a uImage of the plain kernel");
    if (known->compression && recognise_compression(kernel) != known->compression)
        return damaged(fmt::format("compression is {} ({}), and the data is not", header.compression,
                                   name_of(*known->compression)));
    return {};
}

// Type multi: the sizes of the files, ended by 0, then each file, filled up to a multiple of four bytes but
// for the last.
Result<std::vector<Bytes>> split(Bytes data) {
    constexpr std::uint64_t alignment = 4;
    Cursor cursor(data);
    std::vector<std::uint32_t> sizes;
    do {
        auto size = cursor.next<be32>("the list of sizes");
        if (!size)
            return damaged("the list of its files has no end");
        sizes.push_back(*size);
    } while (sizes.back() != 0 && sizes.size() <= most_files);
    if (sizes.size() < 2 || sizes.back() != 0)
        return damaged(fmt::format("it holds {}, between 1 and {} files are needed",
                                   sizes.size() < 2 ? "no file" : "more", most_files));
    sizes.pop_back();
    std::vector<Bytes> files;
    for (std::uint32_t size : sizes) {
        std::uint64_t there = cursor.remaining(), filled = (size + (alignment - 1)) / alignment * alignment;
        auto file = cursor.take(size, "a file");
        if (!file)
            return damaged(
                fmt::format("its file {} has {} bytes, and {} are left", files.size() + 1, size, there));
        files.push_back(*file);
        TRY(cursor.take(std::min(filled, there) - size, "the padding"));
    }
    return files;
}

bool is_device_tree(Bytes file) {
    constexpr std::uint32_t tree_magic = 0xd00dfeed;
    auto magic = read_at<be32>(file, 0, "the magic number");
    return magic && *magic == tree_magic;
}

// U-Boot takes the first for the kernel, the second for the initial ramdisk and the third for the device
// tree; there are such without an initial ramdisk, and the tree has a magic number.
Result<KernelAndParts> assign(const std::vector<Bytes> &files) {
    KernelAndParts assigned{.kernel = files.front(), .initrd = {}, .device_tree = {}};
    for (Bytes file : std::span(files).subspan(1)) {
        auto &place = is_device_tree(file) ? assigned.device_tree : assigned.initrd;
        if (place)
            return fail(Cause::unsupported,
                        fmt::format("this uImage cannot be loaded: it holds two files that could be its {}",
                                    is_device_tree(file) ? "device tree" : "initial ramdisk"),
                        take_apart);
        place = file;
    }
    return assigned;
}

} // namespace

Result<std::optional<KernelAndParts>> open_uimage(Bytes file, std::uint8_t architecture) {
    auto stored = read_at<be32>(file, 0, "the magic number");
    if (!stored || *stored != uimage_magic)
        return std::nullopt;
    auto header = read_at<UimageHeader>(file, 0, "the header");
    if (!header)
        return damaged(fmt::format("the file ends inside the header of {} bytes, it has {}",
                                   sizeof(UimageHeader), file.size()));
    TRY(check_header_crc(*header));
    TRY(check_kind(*header, architecture)); // before the data is read: it may be large
    Bytes data = TRY(data_of(file, *header));
    std::vector<Bytes> files = {data};
    if (header->type == type_multi)
        files = TRY(split(data));
    KernelAndParts assigned = TRY(assign(files));
    TRY(check_compression(*header, assigned.kernel));
    return assigned;
}

Result<std::optional<TakenOut>> take_out_of_uimage(Bytes file, std::uint8_t architecture) {
    return taken_out_of("uImage", open_uimage(file, architecture));
}

} // namespace kexec
