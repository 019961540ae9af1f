// SPDX-License-Identifier: GPL-2.0-or-later
// An Image is what a kernel file is: its wrappers taken off in one loop, its format recognised, its headers
// fully checked, so that later code adds no bounds checks.
#pragma once

#include "base/elf.h"
#include "base/file.h"
#include "image/arm64_image.h"
#include "image/bzimage.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace kexec {

using ImageContent = std::variant<BzImage, Elf, Arm64Image>;

// A format of kernel files; each architecture lists its own, in probe order.
struct Format {
    std::string_view name;        // what -t takes
    std::string_view description; // for the usage text
    bool by_file_load;            // the kernel's own kexec_file_load takes this format
    // Nothing: not this format. An error: this format, and damaged.
    Result<std::optional<ImageContent>> (*probe)(Bytes file);
};

struct Image {
    const Format *format;
    ImageContent content;
    std::vector<std::string_view> wrappers; // taken off, outermost first: "gzip"
    Bytes bytes;                            // the innermost file
    std::shared_ptr<const MappedFile> file; // as named by the user
    std::shared_ptr<const Buffer> unpacked; // where `bytes` lie, if a wrapper was taken off
};

// The largest kernel that is unpacked, and how many wrappers may lie around one.
inline constexpr std::uint64_t largest_unpacked_kernel = std::uint64_t{1} << 30;
inline constexpr unsigned most_wrappers = 4;

// Takes the wrappers off and probes `formats` in order; with `type`, only the format of that name may match.
// Cause::unknown_image and the three sentences of kexec-tools for -t: unknown name, another format matches,
// none does.
Result<Image> read_image(std::shared_ptr<const MappedFile> file, std::span<const Format> formats,
                         std::optional<std::string_view> type = {});

} // namespace kexec
