// SPDX-License-Identifier: GPL-2.0-or-later
// The places are those of the kernel's documents: Documentation/filesystems/ext4/super.rst, the XFS
// Algorithms & Data Structures book, chapter "Superblocks", and btrfs' on-disk format. Other uses' marks:
// LUKS' and LVM's on-disk formats, the kernel's include/linux/swap.h, md_p.h and block/partitions.
#include "capture/superblock.h"

#include "base/text.h"

#include <array>
#include <fmt/format.h>

namespace kexec::capture {

namespace {

using namespace std::string_view_literals;
using Uuid = std::array<std::uint8_t, 16>;

struct ExtSuperblock {
    char before[56];
    le16 magic;
    char between[34];
    le32 compatible, incompatible, read_only_compatible; // features
    Uuid uuid;
    char label[16];
};
static_assert(sizeof(ExtSuperblock) == 136 && offsetof(ExtSuperblock, uuid) == 104);
constexpr std::uint64_t ext_place = 1024;
constexpr std::uint16_t ext_magic = 0xef53;
constexpr std::uint32_t has_journal = 0x4;
// What ext3's driver never knew: extents and all that came with them.
constexpr std::uint32_t known_to_ext3 = 0x2 | 0x4 | 0x10, known_read_only_to_ext3 = 0x1 | 0x2 | 0x4;

struct XfsSuperblock {
    char magic[4];
    char before[28];
    Uuid uuid;
    char between[60];
    char label[12];
};
static_assert(sizeof(XfsSuperblock) == 120 && offsetof(XfsSuperblock, label) == 108);

struct BtrfsSuperblock {
    char checksum[32];
    Uuid uuid;
    char before[16];
    char magic[8];
    char between[64];
    le64 devices;
    char further[155];
    char label[256];
};
static_assert(sizeof(BtrfsSuperblock) == 555 && offsetof(BtrfsSuperblock, devices) == 136 &&
              offsetof(BtrfsSuperblock, label) == 299);
constexpr std::uint64_t btrfs_place = 64 << 10;

struct Mark {
    std::uint64_t place;
    std::string_view magic;
    std::string_view use;
};
constexpr std::string_view luks = "a LUKS volume", lvm = "a physical volume of LVM",
                           raid = "a part of a RAID", swap = "swap space", partitions = "a partition table";
constexpr std::array marks{
    Mark{0, "LUKS\xba\xbe"sv, luks},
    // In one of the first four sectors.
    Mark{0, "LABELONE"sv, lvm}, Mark{512, "LABELONE"sv, lvm}, Mark{1024, "LABELONE"sv, lvm},
    Mark{1536, "LABELONE"sv, lvm},
    // Little-endian for versions 1.1 and 1.2; 0.90 and 1.0 are at the end of the device.
    Mark{0, "\xfc\x4e\x2b\xa9"sv, raid}, Mark{4096, "\xfc\x4e\x2b\xa9"sv, raid},
    // At the end of the first page, of any size that a kernel has.
    Mark{(4 << 10) - 10, "SWAPSPACE2"sv, swap}, Mark{(16 << 10) - 10, "SWAPSPACE2"sv, swap},
    Mark{(64 << 10) - 10, "SWAPSPACE2"sv, swap},
    // By the size of a sector; and what older tables and boot sectors end in.
    Mark{512, "EFI PART"sv, partitions}, Mark{4096, "EFI PART"sv, partitions},
    Mark{510, "\x55\xaa"sv, "a partition table or a boot sector"sv}};

std::string as_uuid(const Uuid &bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i++)
        text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes[i]);
    return text;
}

template <std::size_t size> std::string as_label(const char (&text)[size]) {
    return std::string(text_until_nul(as_bytes({text, size})));
}

template <std::size_t size> bool holds(const char (&text)[size], std::string_view magic) {
    return std::string_view(text, size) == magic;
}

std::optional<FileSystem> recognise_ext(Bytes start) {
    auto block = read_at<ExtSuperblock>(start, ext_place, "a superblock");
    if (!block || block->magic != ext_magic)
        return std::nullopt;
    bool is_newer = (block->incompatible & ~known_to_ext3) != 0 ||
                    (block->read_only_compatible & ~known_read_only_to_ext3) != 0;
    std::string type = is_newer ? "ext4" : block->compatible & has_journal ? "ext3" : "ext2";
    return FileSystem{type, as_uuid(block->uuid), as_label(block->label)};
}

std::optional<FileSystem> recognise_xfs(Bytes start) {
    auto block = read_at<XfsSuperblock>(start, 0, "a superblock");
    if (!block || !holds(block->magic, "XFSB"))
        return std::nullopt;
    return FileSystem{"xfs", as_uuid(block->uuid), as_label(block->label)};
}

std::optional<FileSystem> recognise_btrfs(Bytes start) {
    auto block = read_at<BtrfsSuperblock>(start, btrfs_place, "a superblock");
    if (!block || !holds(block->magic, "_BHRfS_M"))
        return std::nullopt;
    return FileSystem{"btrfs", as_uuid(block->uuid), as_label(block->label), block->devices};
}

} // namespace

std::optional<FileSystem> recognise_file_system(Bytes start) {
    for (auto recognise : {recognise_btrfs, recognise_xfs, recognise_ext})
        if (auto system = recognise(start))
            return system;
    return std::nullopt;
}

std::optional<std::string_view> recognise_other_use(Bytes start) {
    std::string_view text = as_text(start);
    for (const Mark &mark : marks)
        if (mark.place < text.size() && text.substr(mark.place).starts_with(mark.magic))
            return mark.use;
    return std::nullopt;
}

bool is_named(const FileSystem &system, std::string_view name) {
    constexpr std::string_view uuid = "UUID=", label = "LABEL=";
    if (name.starts_with(uuid))
        return system.uuid == in_lower_case(name.substr(uuid.size()));
    return name.starts_with(label) && !system.label.empty() && system.label == name.substr(label.size());
}

} // namespace kexec::capture
