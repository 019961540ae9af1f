// SPDX-License-Identifier: GPL-2.0-or-later
// An Image is what a kernel file is: its wrappers taken off in one loop, its format recognised, its headers
// fully checked, so that later code adds no bounds checks.
#pragma once

#include "base/elf.h"
#include "base/file.h"
#include "image/arm64_image.h"
#include "image/bzimage.h"
#include "image/s390x_image.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kexec {

using ImageContent = std::variant<BzImage, Elf, Arm64Image, S390xImage>;

// What lies in a wrapper: a part of the file itself, or what was unpacked from it.
struct Unwrapped {
    std::string_view wrapper; // "gzip", "uImage": for Image::wrappers
    std::variant<Bytes, Buffer> inside;
};

// What a container holds for its kernel. The bytes are views of the kernel's file, or of `storage`.
struct Companions {
    std::optional<std::string> command_line; // words with one blank between them
    std::vector<Bytes> microcode;            // initial ramdisks that must stand in front of all others
    std::vector<Bytes> initrds;
    std::optional<Bytes> device_tree;
    std::vector<Bytes> overlays;       // for a device tree, in this order
    std::string release;               // of the kernel, as uname -r says it; empty: not told
    std::vector<std::string> notes;    // what was chosen of several, in sentence parts
    std::vector<std::string> warnings; // what is left behind
    std::vector<std::shared_ptr<const void>> storage;
};

// What a container gives.
struct TakenOut {
    std::string_view container; // "UKI", "FIT": for Image::wrappers
    Bytes kernel;
    std::optional<Companions> companions; // nothing where this one is a wrapper and no more
};

// What is to be taken where a container holds several of a kind.
struct Selection {
    std::optional<std::uint64_t> profile = {};     // of a UKI, counted from 0
    std::optional<std::string> configuration = {}; // of a FIT image, by its name
    std::string compatible = {}; // what the running machine's device tree calls it first; empty: it has none
};

// A format of kernel files, which has `probe`, or a wrapper around such a file, which has `take_off`, or a
// container of such a file and more, which has `take_out`. Each architecture lists its own, in probe order;
// compression is taken off by all of them, listed or not.
struct Format {
    std::string_view name;        // what -t takes
    std::string_view description; // for the usage text
    bool by_file_load; // the kernel's own kexec_file_load takes this format; not asked of a wrapper
    // Nothing: not this format. An error: this format, and damaged.
    Result<std::optional<ImageContent>> (*probe)(Bytes file);
    Result<std::optional<Unwrapped>> (*take_off)(Bytes file) = nullptr;
    Result<std::optional<TakenOut>> (*take_out)(Bytes file, const Selection &selection) = nullptr;
    bool offered = true; // not: it is recognised, and `probe` tells what to use instead; -t knows its name
};

// The row of a container.
constexpr Format container(std::string_view name, std::string_view description,
                           Result<std::optional<TakenOut>> (*take_out)(Bytes, const Selection &)) {
    return {.name = name,
            .description = description,
            .by_file_load = false,
            .probe = nullptr,
            .take_off = nullptr,
            .take_out = take_out};
}

// The row of a format that kexec-tools starts and that is not offered here: `refuse` fails on such a file.
constexpr Format declined(std::string_view name, std::string_view description,
                          Result<std::optional<ImageContent>> (*refuse)(Bytes file)) {
    return {.name = name,
            .description = description,
            .by_file_load = false,
            .probe = refuse,
            .take_off = nullptr,
            .take_out = nullptr,
            .offered = false};
}

// The wrapper that is a compression, whichever it is: for the row of a machine that has a name for such
// files.
Result<std::optional<Unwrapped>> take_compression_off(Bytes file);

// The probe that is a parser: one that says nothing of another format, and fails on a damaged file.
template <auto parse> Result<std::optional<ImageContent>> probe_by(Bytes file) {
    auto parsed = TRY(parse(file));
    if (!parsed)
        return std::nullopt;
    return *std::move(parsed);
}

struct Image {
    const Format *format;
    ImageContent content;
    std::vector<std::string_view> wrappers;    // taken off, outermost first: "uImage", "gzip"
    Bytes bytes;                               // the innermost file
    std::shared_ptr<const MappedFile> file;    // as named by the user
    std::shared_ptr<const Buffer> unpacked;    // `bytes` and nothing else, if a wrapper was taken off
    std::optional<Companions> companions = {}; // if a container was among the wrappers
    std::string_view container = {};           // that one, as it stands in `wrappers`
};

// The largest kernel that is unpacked, and how many wrappers may lie around one.
inline constexpr std::uint64_t largest_unpacked_kernel = std::uint64_t{1} << 30;
inline constexpr unsigned most_wrappers = 4;

// Takes wrappers off until one of `formats` matches, and of containers what `selection` says. With `type`, no
// other format may match, or a wrapper of that name must have been among those taken off.
// Cause::unknown_image and the three sentences of kexec-tools for -t: unknown name, another format matches,
// none does.
Result<Image> read_image(std::shared_ptr<const MappedFile> file, std::span<const Format> formats,
                         std::optional<std::string_view> type = {}, const Selection &selection = {});

} // namespace kexec
