// SPDX-License-Identifier: GPL-2.0-or-later
// A member of an archive has a header of 110 bytes, a magic and 13 numbers of eight hexadecimal digits each;
// then come its name with a NUL and its content, each filled up to a multiple of four bytes. A member called
// TRAILER!!! ends the archive. Zeros may lie between archives.
#include "image/initramfs.h"

#include "base/range.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

constexpr std::uint64_t header_size = 110, alignment = 4;
constexpr std::size_t digits = 8, first_number = 6;
constexpr std::size_t file_size_number = 6, name_size_number = 11;
constexpr std::string_view trailer = "TRAILER!!!";

bool is_archive(Bytes bytes) {
    std::string_view text = as_text(bytes);
    return text.starts_with("070701") || text.starts_with("070702");
}

Result<std::uint64_t> number_of_header(Bytes header, std::size_t which) {
    auto number = parse_hexadecimal(as_text(header).substr(first_number + which * digits, digits));
    if (!number)
        return fail(Cause::bad_image, "a header has a number that is none");
    return *number;
}

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
    std::string module(file.substr(0, ending));
    std::ranges::replace(module, '-', '_');
    facts.modules.insert(std::move(module));
}

std::uint64_t up_to(std::uint64_t size, std::uint64_t multiple) {
    return align_up(size, multiple).value_or(UINT64_MAX);
}

// Takes the archive at the start of `rest` off it.
Result<void> take_archive(InitramfsFacts &facts, Bytes &rest, std::uint64_t page) {
    std::uint64_t offset = 0;
    for (;;) {
        Bytes header = TRY(slice(rest, offset, header_size, "a header"));
        if (!is_archive(header))
            return fail(Cause::bad_image, "a member has no header");
        std::uint64_t size = TRY(number_of_header(header, file_size_number));
        std::uint64_t name_size = TRY(number_of_header(header, name_size_number));
        Bytes name = TRY(slice(rest, offset + header_size, name_size, "a name"));
        std::uint64_t content = up_to(offset + header_size + name_size, alignment);
        std::string_view text = as_text(name);
        text = text.substr(0, text.find('\0'));
        TRY(slice(rest, std::min<std::uint64_t>(content, rest.size()), size, "a file"));
        offset = std::min<std::uint64_t>(up_to(content + size, alignment), rest.size());
        if (text == trailer) {
            rest = rest.subspan(offset);
            return {};
        }
        facts.files++;
        facts.unpacked += up_to(size, page);
        take_name(facts, text);
    }
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
