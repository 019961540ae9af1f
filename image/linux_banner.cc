// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the release of a kernel: in a vmlinux the string linux_banner of the kernel's init/version.c, in a
// bzImage the text at kernel_version of Documentation/arch/x86/boot.rst, in an image of s390x the text of
// arch/s390/boot/version.c.
#include "image/linux_banner.h"

#include "base/text.h"

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

constexpr std::size_t longest_banner = 512;

std::string_view line_of(std::string_view text) { return text.substr(0, text.find('\n')); }

// The release, a blank, and all that follows it.
std::optional<LinuxBanner> banner_of(std::string_view text) {
    auto release = release_in(text);
    if (!release)
        return std::nullopt;
    std::string_view build = line_of(text.substr(0, longest_banner)).substr(release->size());
    return LinuxBanner{*release, std::string(trimmed(build))};
}

// What follows the words of the next banner; `bytes` goes on behind them. Nothing where there is none.
std::optional<std::string_view> next_banner(Bytes &bytes) {
    constexpr std::string_view banner = "Linux version ";
    while (!bytes.empty()) {
        const void *found = ::memmem(bytes.data(), bytes.size(), banner.data(), banner.size());
        if (!found)
            return std::nullopt;
        // memmem gives a place inside `bytes`.
        auto offset = static_cast<std::size_t>(static_cast<const std::byte *>(found) - bytes.data());
        bytes = bytes.subspan(offset + banner.size());
        // The same words stand in format strings ("Linux version %s"): go on behind them.
        std::string_view text = text_until_nul(bytes.first(std::min(bytes.size(), longest_banner)));
        if (release_in(text))
            return text;
    }
    return std::nullopt;
}

// The banner that the kernel prints has the number of its build ("#1 SMP"). Another one, which is linked
// before that is known, has not.
bool has_build_number(std::string_view build) {
    std::size_t at = build.find('#');
    return at != npos && at + 1 < build.size() && build[at + 1] >= '0' && build[at + 1] <= '9';
}

// The text that the setup header's kernel_version points to.
std::optional<std::string_view> version_text(const BzImage &image) {
    constexpr std::uint64_t kernel_version = 0x20e, pointer_base = 0x200;
    auto pointer = read_at<le16>(image.setup, kernel_version, "kernel_version");
    if (!pointer || *pointer == 0)
        return std::nullopt;
    auto text = slice_from(image.setup, pointer_base + *pointer, "the version text");
    if (!text)
        return std::nullopt;
    return text_until_nul(*text);
}

} // namespace

std::optional<std::string> linux_version(const Elf &elf) {
    for (const ElfSegment &segment : elf.segments) {
        Bytes bytes = segment.type == PT_LOAD ? elf.bytes_of(segment) : Bytes{};
        if (auto text = next_banner(bytes))
            return release_in(*text);
    }
    return std::nullopt;
}

std::optional<std::string> linux_version(const BzImage &image) {
    auto text = version_text(image);
    return text ? release_in(*text) : std::nullopt;
}

std::optional<LinuxBanner> linux_banner(Bytes kernel) {
    constexpr unsigned most_banners = 16; // a kernel has two
    std::optional<LinuxBanner> first;
    for (unsigned i = 0; i < most_banners; i++) {
        auto text = next_banner(kernel);
        auto banner = text ? banner_of(*text) : std::nullopt;
        if (banner && has_build_number(banner->build))
            return banner;
        if (!first)
            first = std::move(banner);
    }
    return first;
}

std::optional<LinuxBanner> linux_banner(const BzImage &image) {
    auto text = version_text(image);
    return text ? banner_of(*text) : std::nullopt;
}

// arch/s390/boot/version.c has the text, at the address that the parameter area states.
std::optional<LinuxBanner> linux_banner(const S390xImage &image) {
    auto parameters =
        read_at<S390xParameters>(image.pieces.front().bytes, s390x_layout::parameters - s390x_layout::entry,
                                 "the parameter area");
    if (!parameters)
        return std::nullopt;
    for (const S390xPiece &piece : image.pieces)
        if (parameters->kernel_version >= piece.address)
            if (auto text =
                    slice_from(piece.bytes, parameters->kernel_version - piece.address, "the version"))
                if (auto banner = banner_of(text_until_nul(*text)))
                    return banner;
    return std::nullopt;
}

} // namespace kexec
