// SPDX-License-Identifier: GPL-2.0-or-later
// Archives may be plain or packed, and zeros may lie between them; base/cpio.h reads each.
#include "image/initramfs_facts.h"

#include "base/cpio.h"
#include "base/range.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint32_t type_of_file = 0170000, regular_file = 0100000; // of st_mode

// "usr/lib/modules/6.1.0/kernel/fs/ext4.ko.xz": release and module.
void take_name(InitramfsFacts &facts, std::string_view name) {
    constexpr std::string_view directory = "lib/modules/";
    std::size_t at = name.find(directory);
    if (at == npos || (at != 0 && name[at - 1] != '/'))
        return;
    std::string_view below = name.substr(at + directory.size());
    std::size_t slash = below.find('/');
    std::string_view file = below.substr(below.rfind('/') == npos ? 0 : below.rfind('/') + 1);
    std::size_t ending = file.find(".ko");
    if (slash == npos || ending == npos)
        return;
    facts.releases.emplace(below.substr(0, slash));
    facts.modules.insert(with_underscores(file.substr(0, ending)));
}

std::uint64_t up_to(std::uint64_t size, std::uint64_t multiple) {
    return align_up(size, multiple).value_or(UINT64_MAX);
}

// Takes the archive at the start of `rest` off it.
Result<void> take_archive(InitramfsFacts &facts, Bytes &rest, std::uint64_t page) {
    std::size_t size = TRY(read_archive(rest, [&](const ArchiveEntry &entry) {
        if ((entry.mode & type_of_file) != regular_file)
            return;
        facts.files++;
        facts.unpacked += up_to(entry.content.size(), page);
        take_name(facts, entry.path);
    }));
    rest = rest.subspan(size);
    return {};
}

Bytes without_zeros(Bytes bytes) {
    auto first = std::ranges::find_if(bytes, [](std::byte each) { return each != std::byte{0}; });
    return bytes.subspan(static_cast<std::size_t>(first - bytes.begin()));
}

Result<void> take_archives(InitramfsFacts &facts, Bytes rest, std::uint64_t page) {
    for (rest = without_zeros(rest); !rest.empty(); rest = without_zeros(rest)) {
        auto compression = recognise_compression(rest);
        if (!is_archive(rest) && !compression)
            return fail(Cause::bad_image,
                        fmt::format("the last {} bytes are no archive that the kernel unpacks", rest.size()));
        facts.is_archive = true;
        if (is_archive(rest)) {
            TRY(take_archive(facts, rest, page));
            continue;
        }
        // What is packed reaches to the end: where it ends, only its unpacker knows.
        facts.compressions.insert(*compression);
        Buffer unpacked = TRY(decompress(rest, *compression, largest_initramfs));
        Bytes inside = unpacked;
        while (!(inside = without_zeros(inside)).empty())
            TRY(take_archive(facts, inside, page));
        return {};
    }
    return {};
}

} // namespace

InitramfsFacts facts_of_initramfs(Bytes file, std::uint64_t page) {
    InitramfsFacts facts;
    facts.packed = file.size();
    auto taken = take_archives(facts, file, page);
    if (!facts.is_archive)
        facts.unpacked = facts.packed;
    else if (!taken)
        facts.remainder = taken.error();
    return facts;
}

} // namespace kexec
