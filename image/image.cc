// SPDX-License-Identifier: GPL-2.0-or-later
// Takes the wrappers off a kernel file and asks each format whether it is the one. The sentences for -t hold
// those of kexec-tools, because scripts look for them.
#include "image/image.h"

#include "base/compress.h"
#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {

namespace {

using Probed = Result<std::optional<ImageContent>>;

std::string names_of(std::span<const Format> formats) {
    std::string names;
    for (const Format &format : formats)
        names += (names.empty() ? "" : ", ") + std::string(format.name);
    return names;
}

Failure unknown_type(std::string_view type, std::span<const Format> formats) {
    return fail(Cause::unknown_image, fmt::format("Unsupported kernel type {}", printable(type)),
                fmt::format("use -t with one of: {}", names_of(formats)));
}

Failure wrong_type(std::string_view type, const Format &matching) {
    return fail(Cause::unknown_image,
                fmt::format("Wrong file type {}, file matches type {}", type, matching.name),
                fmt::format("use -t {}, or leave -t out", matching.name));
}

Failure unknown_file(const Image &image, std::span<const Format> formats) {
    std::string inside =
        image.wrappers.empty() ? "" : fmt::format(" (unpacked from {})", fmt::join(image.wrappers, ", "));
    std::string why =
        image.bytes.empty() ? "it is empty" : fmt::format("it is none of: {}", names_of(formats));
    // A file without a byte counts as one that cannot be read.
    return fail(image.bytes.empty() ? Cause::missing_file : Cause::unknown_image,
                fmt::format("Cannot determine the file type of {}{}: {}", image.file->path(), inside, why),
                "name a kernel file of this machine");
}

// One wrapper inside the other, until no compression is recognised.
Result<void> unwrap(Image &image) {
    while (auto compression = recognise_compression(image.bytes)) {
        if (image.wrappers.size() == most_wrappers)
            return fail(Cause::bad_image,
                        fmt::format("the kernel is packed more than {} times ({})", most_wrappers,
                                    fmt::join(image.wrappers, ", ")),
                        "unpack it first, or name another file");
        auto unpacked = std::make_shared<const Buffer>(
            TRY(decompress(image.bytes, *compression, largest_unpacked_kernel)));
        image.wrappers.push_back(name_of(*compression));
        image.bytes = *unpacked;
        image.unpacked = std::move(unpacked); // drops the layer outside, which nothing points into any more
    }
    return {};
}

// The first format that takes the bytes, or finds them damaged; nothing where none does.
struct Match {
    const Format *format;
    Probed probed;
};
std::optional<Match> first_match(Bytes bytes, std::span<const Format> formats) {
    for (const Format &format : formats) {
        Probed probed = format.probe(bytes);
        if (!probed || *probed)
            return Match{&format, std::move(probed)};
    }
    return std::nullopt;
}

Result<std::span<const Format>> formats_to_try(std::span<const Format> formats,
                                               std::optional<std::string_view> type) {
    if (!type)
        return formats;
    auto named = std::ranges::find(formats, *type, &Format::name);
    if (named == formats.end())
        return unknown_type(*type, formats);
    return std::span(named, 1);
}

Result<void> recognise(Image &image, std::span<const Format> formats, std::optional<std::string_view> type) {
    auto match = first_match(image.bytes, TRY(formats_to_try(formats, type)));
    if (!match && type)
        if (auto other = first_match(image.bytes, formats))
            return wrong_type(*type, *other->format);
    if (!match)
        return unknown_file(image, formats);
    image.format = match->format;
    image.content = *TRY_WITHIN(image.file->path(), std::move(match->probed));
    return {};
}

} // namespace

Result<Image> read_image(std::shared_ptr<const MappedFile> file, std::span<const Format> formats,
                         std::optional<std::string_view> type) {
    TRY(formats_to_try(formats, type)); // a name that is unknown is no reason to unpack anything
    Image image{.format = nullptr,
                .content = {},
                .wrappers = {},
                .bytes = file->bytes(),
                .file = file,
                .unpacked = {}};
    TRY_WITHIN(file->path(), unwrap(image));
    TRY(recognise(image, formats, type));
    return image;
}

} // namespace kexec
