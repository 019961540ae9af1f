// SPDX-License-Identifier: GPL-2.0-or-later
// Takes the wrappers off a kernel file and asks each format whether it is the one. The sentences for -t hold
// those of kexec-tools, because scripts look for them.
#include "image/image.h"

#include "base/compress.h"
#include "base/text.h"
#include "image/pe.h"
#include "image/wrapper.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {

namespace {

using Probed = Result<std::optional<ImageContent>>;

// Each once: an inspection asks the formats of several machines, which share names.
std::string names_of(std::span<const Format> formats) {
    std::vector<std::string_view> names;
    for (const Format &format : formats)
        if (format.offered && std::ranges::find(names, format.name) == names.end())
            names.push_back(format.name);
    return fmt::format("{}", fmt::join(names, ", "));
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
                fmt::format("Cannot determine the file type of {}{}: {}", image.file->full_path(), inside,
                            why),
                "name a kernel file of this machine");
}

// What -t asks for.
struct Wanted {
    std::span<const Format> kernels; // those of them that may match: all, or the one that was named
    std::string_view wrapper;        // one of this name must be there; empty: none has to
    const Format *named = nullptr;
};
Result<Wanted> understand_type(std::span<const Format> formats, std::optional<std::string_view> type) {
    if (!type)
        return Wanted{formats, {}};
    auto named = std::ranges::find(formats, *type, &Format::name);
    if (named == formats.end())
        return unknown_type(*type, formats);
    return named->probe ? Wanted{std::span(named, 1), {}, &*named} : Wanted{formats, *type, &*named};
}

// The first format that takes the bytes, or finds them damaged; nothing where none does.
struct Match {
    const Format *format;
    Probed probed;
};
std::optional<Match> first_match(Bytes bytes, std::span<const Format> formats) {
    for (const Format &format : formats) {
        if (!format.probe)
            continue;
        Probed probed = format.probe(bytes);
        if (!probed || *probed)
            return Match{&format, std::move(probed)};
    }
    return std::nullopt;
}

struct Layer {
    std::string_view type; // what -t calls it; empty where it has no name
    Unwrapped unwrapped;
    std::optional<Companions> companions = {};
};

Result<std::optional<Layer>> take_layer_off(const Format &format, Bytes bytes, const Selection &selection) {
    if (format.take_off)
        if (auto unwrapped = TRY(format.take_off(bytes)))
            return Layer{format.name, std::move(*unwrapped)};
    if (format.take_out)
        if (auto taken = TRY(format.take_out(bytes, selection)))
            return Layer{format.name, {taken->container, taken->kernel}, std::move(taken->companions)};
    return std::nullopt;
}

// A row that is a format as well (the vmlinux in a bzImage) is asked only where -t names it: what it opens is
// a kernel itself. Where a row does not take what it recognises (a wrapper for another machine), a further
// one still may: an inspection asks those of all machines.
Result<std::optional<Layer>> outermost_layer(Bytes bytes, std::span<const Format> formats,
                                             const Wanted &wanted, const Selection &selection) {
    std::optional<Error> refusal;
    for (const Format &format : formats) {
        if (format.probe && &format != wanted.named)
            continue;
        auto layer = take_layer_off(format, bytes, selection);
        if (layer && *layer)
            return layer;
        if (!layer && layer.error().cause != Cause::unsupported)
            return Failure(std::move(layer).error());
        if (!layer && !refusal)
            refusal = std::move(layer).error();
    }
    if (refusal)
        return Failure(*std::move(refusal));
    if (auto unwrapped = TRY(take_compression_off(bytes)))
        return Layer{{}, std::move(*unwrapped)};
    return std::nullopt;
}

// What goes with the kernel keeps the buffer that it lies in.
Result<void> keep_companions(Image &image, std::optional<Companions> &&companions) {
    if (!companions)
        return {};
    if (image.companions)
        return fail(Cause::bad_image,
                    fmt::format("the kernel lies in two containers ({}), each with parts of its own",
                                fmt::join(image.wrappers, ", ")),
                    "take the inner one out first");
    image.companions = std::move(companions);
    image.container = image.wrappers.back();
    image.companions->storage.push_back(image.unpacked);
    return {};
}

// Steps inside. A buffer that nothing points into any more goes away.
Result<void> enter(Image &image, Layer &&layer) {
    if (image.wrappers.size() == most_wrappers)
        return fail(Cause::bad_image,
                    fmt::format("the kernel is packed more than {} times ({})", most_wrappers,
                                fmt::join(image.wrappers, ", ")),
                    "unpack it first, or name another file");
    image.wrappers.push_back(layer.unwrapped.wrapper);
    TRY(keep_companions(image, std::move(layer.companions)));
    if (auto *part = std::get_if<Bytes>(&layer.unwrapped.inside)) {
        image.bytes = *part;
        return {};
    }
    image.unpacked = std::make_shared<const Buffer>(std::get<Buffer>(std::move(layer.unwrapped.inside)));
    image.bytes = *image.unpacked;
    return {};
}

// A kernel that is a part of another file becomes one of its own, which can be handed to the running kernel:
// byte for byte what was put in, so that its signature is as good as it was.
void detach(Image &image) {
    if (image.wrappers.empty())
        return;
    image.bytes = without_padding_behind_signatures(image.bytes);
    if (image.unpacked && image.bytes.size() == image.unpacked->size())
        return;
    image.unpacked = std::make_shared<const Buffer>(image.bytes.begin(), image.bytes.end());
    image.bytes = *image.unpacked;
}

// Takes off what is no kernel that is wanted, and tells whether the wrapper that is wanted was there.
Result<bool> unwrap(Image &image, std::span<const Format> formats, const Wanted &wanted,
                    const Selection &selection) {
    bool found = wanted.wrapper.empty();
    while (!first_match(image.bytes, wanted.kernels)) {
        auto layer = TRY(outermost_layer(image.bytes, formats, wanted, selection));
        if (!layer)
            break;
        found = found || layer->type == wanted.wrapper;
        TRY(enter(image, std::move(*layer)));
    }
    detach(image);
    return found;
}

Failure no_match(const Image &image, std::span<const Format> formats, std::optional<std::string_view> type) {
    if (type)
        if (auto other = first_match(image.bytes, formats))
            return wrong_type(*type, *other->format);
    return unknown_file(image, formats);
}

} // namespace

Result<std::optional<Unwrapped>> inside_of(std::string_view wrapper, Result<std::optional<Bytes>> opened) {
    auto inside = TRY(std::move(opened));
    if (!inside)
        return std::nullopt;
    return Unwrapped{wrapper, *inside};
}

Result<std::optional<TakenOut>> taken_out_of(std::string_view container,
                                             Result<std::optional<KernelAndParts>> opened) {
    auto held = TRY(std::move(opened));
    if (!held)
        return std::nullopt;
    TakenOut taken{.container = container, .kernel = held->kernel, .companions = {}};
    if (!held->initrd && !held->device_tree)
        return taken;
    taken.companions.emplace();
    if (held->initrd)
        taken.companions->initrds.push_back(*held->initrd);
    taken.companions->device_tree = held->device_tree;
    return taken;
}

Result<std::optional<Unwrapped>> take_compression_off(Bytes file) {
    auto compression = recognise_compression(file);
    if (!compression)
        return std::nullopt;
    return Unwrapped{name_of(*compression), TRY(decompress(file, *compression, largest_unpacked_kernel))};
}

Result<Image> read_image(std::shared_ptr<const MappedFile> file, std::span<const Format> formats,
                         std::optional<std::string_view> type, const Selection &selection) {
    Wanted wanted = TRY(understand_type(formats, type)); // an unknown name is no reason to unpack anything
    Bytes bytes = file->bytes();
    Image image{.format = nullptr,
                .content = {},
                .wrappers = {},
                .bytes = bytes,
                .file = std::move(file),
                .unpacked = {}};
    bool found = TRY_WITHIN(image.file->full_path(), unwrap(image, formats, wanted, selection));
    auto match = first_match(image.bytes, wanted.kernels);
    if (!match || !found)
        return no_match(image, formats, type);
    image.format = match->format;
    image.content = *TRY_WITHIN(image.file->full_path(), std::move(match->probed));
    return image;
}

} // namespace kexec
