// SPDX-License-Identifier: GPL-2.0-or-later
// Names are compared whole, unit address included: a loader that takes "kernel" for "kernel@1" can be led to
// an image that no hash was checked of. An image's data lies in the tree, or behind it in the file
// (data-offset, data-position, data-size).
#include "image/fit.h"

#include "base/compress.h"
#include "base/devicetree.h"
#include "base/text.h"
#include "image/fit_hash.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace kexec {

namespace {

constexpr std::uint64_t largest_fit = std::uint64_t{1} << 31;

Failure damaged(std::string what) {
    return fail(Cause::bad_image, "the FIT image is damaged: " + std::move(what),
                "copy the file to this place again, or name another file");
}

using Names = std::initializer_list<std::string_view>;

struct Fit {
    Bytes file;
    DeviceTree tree;
    DeviceTree::Node images;
};

// One image of it.
struct Part {
    const Fit &fit;
    std::string name;
    DeviceTree::Node node;
};

std::optional<DeviceTree::Node> child_named(const DeviceTree &tree, DeviceTree::Node parent,
                                            std::string_view name) {
    for (DeviceTree::Node child : tree.children(parent))
        if (tree.name(child) == name)
            return child;
    return std::nullopt;
}

std::string_view text_of(const DeviceTree &tree, DeviceTree::Node node, const std::string &name) {
    return text_until_nul(tree.property(node, name).value_or(Bytes()));
}

// Strings with a NUL behind each.
std::vector<std::string> texts_of(const DeviceTree &tree, DeviceTree::Node node, const std::string &name) {
    std::vector<std::string> texts;
    Bytes rest = tree.property(node, name).value_or(Bytes());
    while (!rest.empty()) {
        std::string_view text = text_until_nul(rest);
        texts.emplace_back(text);
        rest = rest.subspan(std::min(text.size() + 1, rest.size()));
    }
    return texts;
}

std::string text_of(const Part &part, const std::string &name) {
    return std::string(text_of(part.fit.tree, part.node, name));
}

std::optional<std::uint64_t> number_of(const Part &part, const std::string &name) {
    auto value = part.fit.tree.property(part.node, name);
    if (value && value->size() == sizeof(be32))
        return read_at<be32>(*value, 0, name).value();
    return std::nullopt;
}

// The specification: data-offset counts from the end of the tree, on a multiple of four bytes.
Result<Bytes> data_of(const Part &part) {
    if (auto data = part.fit.tree.property(part.node, "data"))
        return *data;
    auto size = number_of(part, "data-size"), position = number_of(part, "data-position"),
         offset = number_of(part, "data-offset");
    if (!size || (!position && !offset))
        return damaged(fmt::format("the image {} has no data", part.name));
    std::uint64_t behind_tree = (part.fit.tree.size() + 3) & ~std::uint64_t{3};
    std::uint64_t start = position ? *position : behind_tree + *offset;
    auto data = slice(part.fit.file, start, *size, part.name);
    if (!data)
        return damaged(fmt::format("the data of the image {} lies at {:#x} and has {:#x} bytes, the file has "
                                   "{:#x}",
                                   part.name, start, *size, part.fit.file.size()));
    return data;
}

Result<void> check_kind(const Part &part, Names types) {
    std::string type = text_of(part, "type");
    if (std::ranges::find(types, type) != types.end())
        return {};
    return fail(Cause::unsupported,
                fmt::format("the image {} of the FIT image is of type {}, {} is needed", part.name,
                            printable(type.empty() ? "(none)" : type), fmt::join(types, " or ")),
                "name another configuration: FILE#NAME");
}

// What is not told counts as fitting: mkimage wants both of a kernel only.
Result<void> check_property(const Part &part, const std::string &property, Names needed) {
    std::string found = text_of(part, property);
    if (found.empty() || std::ranges::find(needed, found) != needed.end())
        return {};
    return fail(Cause::unsupported,
                fmt::format("the image {} of the FIT image has {} \"{}\", \"{}\" is needed", part.name,
                            property, printable(found), fmt::join(needed, "\" or \"")),
                "name a kernel of this machine");
}

Result<void> check_use(const Part &part, Names architectures) {
    TRY(check_property(part, "arch", architectures));
    return check_property(part, "os", {"linux"});
}

Result<std::vector<FitHash>> hashes_of(const Part &part) {
    constexpr std::size_t most_hashes = 16;
    std::vector<FitHash> hashes;
    const DeviceTree &tree = part.fit.tree;
    for (DeviceTree::Node node : tree.children(part.node))
        if (tree.name(node).starts_with("hash"))
            hashes.push_back(
                {std::string(text_of(tree, node, "algo")), tree.property(node, "value").value_or(Bytes())});
    if (hashes.size() > most_hashes)
        return damaged(fmt::format("the image {} has {} hashes, at most {} are checked", part.name,
                                   hashes.size(), most_hashes));
    return hashes;
}

Result<Part> part_named(const Fit &fit, const std::string &name) {
    auto node = child_named(fit.tree, fit.images, name);
    if (!node)
        return damaged(fmt::format("the configuration names an image {}, and there is none in /images",
                                   printable(name)));
    return Part{fit, printable(name), *node};
}

Result<Bytes> checked_data(const Part &part, std::vector<std::string> &notes) {
    Bytes data = TRY(data_of(part));
    auto checked = TRY(check_fit_hashes(data, TRY(hashes_of(part)), part.name));
    notes.push_back(checked.empty()
                        ? fmt::format("image {}, which has no hash", part.name)
                        : fmt::format("image {}, {} checked", part.name, fmt::join(checked, ", ")));
    return data;
}

// The name stands for what the file starts with, which is looked at later.
Result<void> check_compression(const Part &part, Bytes data) {
    std::string stated = text_of(part, "compression");
    auto found = recognise_compression(data);
    if (stated.empty() || stated == "none" || (found && name_of(*found) == stated))
        return {};
    return damaged(fmt::format("the image {} says that its compression is {}, and the data is not", part.name,
                               printable(stated)));
}

Result<Bytes> take_kernel(const Fit &fit, const std::string &name, Names architectures,
                          std::vector<std::string> &notes) {
    Part part = TRY(part_named(fit, name));
    TRY(check_kind(part, {"kernel", "kernel_noload"}));
    TRY(check_use(part, architectures));
    Bytes data = TRY(checked_data(part, notes));
    TRY(check_compression(part, data));
    return data;
}

// A ramdisk is handed over as it is: the kernel unpacks it, and so says U-Boot, whatever `compression` says.
Result<void> take_ramdisk(const Fit &fit, const std::string &name, Companions &companions) {
    Part part = TRY(part_named(fit, name));
    TRY(check_kind(part, {"ramdisk"}));
    Bytes data = TRY(checked_data(part, companions.notes));
    if (!data.empty())
        companions.initrds.push_back(data);
    return {};
}

Result<Bytes> take_tree(const Fit &fit, const std::string &name, Companions &companions) {
    Part part = TRY(part_named(fit, name));
    TRY(check_kind(part, {"flat_dt"}));
    Bytes data = TRY(checked_data(part, companions.notes));
    TRY(check_compression(part, data));
    auto compression = recognise_compression(data);
    if (!compression)
        return data;
    auto unpacked = std::make_shared<const Buffer>(TRY(decompress(data, *compression, largest_device_tree)));
    companions.storage.push_back(unpacked);
    return Bytes(*unpacked);
}

// The first is a whole tree, the others are overlays for it.
Result<void> take_trees(const Fit &fit, const std::vector<std::string> &names, Companions &companions) {
    for (const std::string &name : names) {
        Bytes tree = TRY(take_tree(fit, name, companions));
        if (!companions.device_tree)
            companions.device_tree = tree;
        else
            companions.overlays.push_back(tree);
    }
    return {};
}

std::vector<std::string> names_below(const DeviceTree &tree, DeviceTree::Node parent) {
    std::vector<std::string> names;
    for (DeviceTree::Node child : tree.children(parent))
        names.push_back(printable(tree.name(child)));
    return names;
}

Result<DeviceTree::Node> choose_configuration(const DeviceTree &tree, const Selection &selection,
                                              std::vector<std::string> &notes) {
    auto all = child_named(tree, DeviceTree::root, "configurations");
    std::vector<std::string> names = all ? names_below(tree, *all) : std::vector<std::string>{};
    if (names.empty())
        return damaged("it has no configurations");
    std::string wanted = selection.configuration.value_or(std::string(text_of(tree, *all, "default")));
    if (wanted.empty() && names.size() > 1)
        return fail(Cause::bad_usage,
                    fmt::format("the FIT image has several configurations ({}) and no default one",
                                fmt::join(names, ", ")),
                    "name one of them: FILE#NAME");
    auto node = wanted.empty() ? tree.children(*all).front() : child_named(tree, *all, wanted);
    if (!node)
        return fail(Cause::bad_usage,
                    fmt::format("the FIT image has no configuration {}, it has: {}", printable(wanted),
                                fmt::join(names, ", ")),
                    "name one of them: FILE#NAME");
    notes.push_back(fmt::format("configuration {} of {}", printable(tree.name(*node)), names.size()));
    return *node;
}

// Firmware and programs for other processors, which only a boot loader can start.
void note_what_is_left(const DeviceTree &tree, DeviceTree::Node configuration, Companions &companions) {
    for (const char *property : {"loadables", "firmware", "fpga", "script", "standalone"})
        if (tree.property(configuration, property))
            companions.warnings.push_back(fmt::format(
                "the configuration also names {} ({}), for a boot loader; going on without", property,
                printable(fmt::format("{}", fmt::join(texts_of(tree, configuration, property), ", ")))));
}

Result<TakenOut> take_configuration(const Fit &fit, DeviceTree::Node configuration, Names architectures,
                                    Companions companions) {
    std::string kernel(text_of(fit.tree, configuration, "kernel"));
    if (kernel.empty())
        return fail(Cause::unsupported, "this configuration of the FIT image names no kernel",
                    "name another configuration: FILE#NAME");
    Bytes data = TRY(take_kernel(fit, kernel, architectures, companions.notes));
    for (const std::string &name : texts_of(fit.tree, configuration, "ramdisk"))
        TRY(take_ramdisk(fit, name, companions));
    TRY(take_trees(fit, texts_of(fit.tree, configuration, "fdt"), companions));
    note_what_is_left(fit.tree, configuration, companions);
    return TakenOut{.container = "FIT", .kernel = data, .companions = std::move(companions)};
}

// A view of a tree is one only where the tree lies on eight bytes (Devicetree Specification 5.2); what is
// taken out points into it.
Bytes aligned(Bytes file, Companions &companions) {
    if (reinterpret_cast<std::uintptr_t>(file.data()) % 8 == 0)
        return file;
    auto copy = std::make_shared<const Buffer>(file.begin(), file.end());
    companions.storage.push_back(copy);
    return *copy;
}

} // namespace

Result<std::optional<TakenOut>> open_fit(Bytes file, Names architectures, const Selection &selection) {
    constexpr std::uint32_t magic = 0xd00dfeed;
    auto found = read_at<be32>(file, 0, "the magic number");
    if (!found || *found != magic)
        return std::nullopt;
    Companions companions;
    file = aligned(file, companions);
    auto tree = DeviceTree::view(file, largest_fit);
    if (!tree)
        return damaged(tree.error().what);
    auto images = child_named(*tree, DeviceTree::root, "images");
    if (!images)
        return std::nullopt;
    Fit fit{.file = file, .tree = std::move(*tree), .images = *images};
    auto configuration = TRY(choose_configuration(fit.tree, selection, companions.notes));
    return TRY(take_configuration(fit, configuration, architectures, std::move(companions)));
}

} // namespace kexec
