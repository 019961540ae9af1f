// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the release of a kernel: in a vmlinux the string linux_banner of the kernel's init/version.c, in a
// bzImage the text at kernel_version of Documentation/arch/x86/boot.rst.
#include "image/linux_banner.h"

#include <algorithm>
#include <cstring>
#include <elf.h>

namespace kexec {

namespace {

// The first word, if it looks like a release: it starts with a digit and is short, printable and complete.
std::optional<std::string> release_in(std::string_view text) {
    constexpr std::size_t longest = 64; // __NEW_UTS_LEN
    std::string_view word = text.substr(0, text.find(' '));
    bool printable = std::ranges::all_of(word, [](char c) { return c > ' ' && c <= '~'; });
    if (word.empty() || word.size() > longest || word[0] < '0' || word[0] > '9' || !printable)
        return std::nullopt;
    return std::string(word);
}

std::optional<std::string> banner_in(Bytes bytes) {
    constexpr std::string_view banner = "Linux version ";
    while (!bytes.empty()) {
        const void *found = ::memmem(bytes.data(), bytes.size(), banner.data(), banner.size());
        if (!found)
            return std::nullopt;
        // memmem gives a place inside `bytes`.
        auto offset = static_cast<std::size_t>(static_cast<const std::byte *>(found) - bytes.data());
        bytes = bytes.subspan(offset + banner.size());
        // The same words stand in format strings ("Linux version %s"): go on behind them.
        constexpr std::size_t enough = 80;
        if (auto release = release_in(text_until_nul(bytes.first(std::min(bytes.size(), enough)))))
            return release;
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> linux_version(const Elf &elf) {
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == PT_LOAD)
            if (auto release = banner_in(elf.bytes_of(segment)))
                return release;
    return std::nullopt;
}

std::optional<std::string> linux_version(const BzImage &image) {
    constexpr std::uint64_t kernel_version = 0x20e, pointer_base = 0x200;
    auto pointer = read_at<le16>(image.setup, kernel_version, "kernel_version");
    if (!pointer || *pointer == 0)
        return std::nullopt;
    auto text = slice_from(image.setup, pointer_base + *pointer, "the version text");
    if (!text)
        return std::nullopt;
    return release_in(text_until_nul(*text));
}

} // namespace kexec
