// SPDX-License-Identifier: GPL-2.0-or-later
// Writes the nodes by U-Boot's "Flattened Image Tree (FIT) Format"; the last one first, for libfdt puts a new
// node in front of its siblings.
#include "tests/formats/build_fit.h"

#include "base/crc32.h"
#include "base/digest.h"
#include "purgatory/sha256.h"

#include <stdexcept>

namespace kexec::testing {

namespace {

constexpr std::uint32_t position_of_data = 0x4000;

void require(const Result<void> &result) {
    if (!result)
        throw std::runtime_error(result.error().what);
}

Buffer buffer_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

Buffer right_value(const std::string &algorithm, Bytes data) {
    if (algorithm == "crc32")
        return buffer_of(bytes_of(be32(crc32_of(data))));
    if (algorithm == "md5")
        return buffer_of(md5_of(data));
    if (algorithm == "sha1")
        return buffer_of(sha1_of(data));
    std::uint8_t digest[32];
    purgatory::Sha256 sum;
    sum.update(reinterpret_cast<const std::uint8_t *>(data.data()), data.size());
    sum.finish(digest);
    return buffer_of(std::as_bytes(std::span(digest)));
}

void set_number(DeviceTree &tree, const std::string &path, const std::string &name, std::size_t value) {
    be32 stored = static_cast<std::uint32_t>(value);
    require(tree.set(path, name, bytes_of(stored)));
}

void add_data(DeviceTree &tree, const std::string &path, const FitPlanImage &image, FitData where,
              Buffer &store) {
    if (where == FitData::inside)
        return require(tree.set(path, "data", image.data));
    store.resize((store.size() + 3) / 4 * 4);
    if (where == FitData::behind)
        set_number(tree, path, "data-offset", store.size());
    else
        set_number(tree, path, "data-position", position_of_data + store.size());
    set_number(tree, path, "data-size", image.data.size());
    append(store, image.data);
}

void add_image(DeviceTree &tree, const FitPlanImage &image) {
    std::string path = "/images/" + image.name;
    for (auto [name, value] : {std::pair("type", image.type),
                               {"arch", image.architecture},
                               {"os", image.os},
                               {"compression", image.compression}})
        if (!value.empty())
            require(tree.set_text(path, name, value));
    for (std::size_t i = image.hashes.size(); i-- > 0;) {
        std::string node = path + "/hash-" + std::to_string(i + 1);
        const FitPlanHash &hash = image.hashes[i];
        require(tree.set_text(node, "algo", hash.algorithm));
        require(tree.set(node, "value",
                         hash.value.empty() ? right_value(hash.algorithm, image.data)
                                            : buffer_of(as_bytes(hash.value))));
    }
}

void add_configuration(DeviceTree &tree, const FitPlanConfiguration &configuration) {
    std::string path = "/configurations/" + configuration.name;
    require(tree.add_node(path));
    for (auto [name, value] : {std::pair("kernel", configuration.kernel),
                               {"ramdisk", configuration.ramdisk},
                               {"loadables", configuration.loadables}})
        if (!value.empty())
            require(tree.set_text(path, name, value));
    std::string trees;
    for (const std::string &name : configuration.trees)
        trees.append(name).push_back('\0');
    if (!trees.empty())
        require(tree.set(path, "fdt", as_bytes(trees)));
}

} // namespace

DeviceTree fit_tree(const FitPlan &plan, Buffer &store) {
    DeviceTree tree = DeviceTree::empty();
    require(tree.add_node("/images"));
    require(tree.add_node("/configurations"));
    if (!plan.default_configuration.empty())
        require(tree.set_text("/configurations", "default", plan.default_configuration));
    for (auto image = plan.images.rbegin(); image != plan.images.rend(); ++image) {
        add_image(tree, *image);
        add_data(tree, "/images/" + image->name, *image, plan.data, store);
    }
    for (auto configuration = plan.configurations.rbegin(); configuration != plan.configurations.rend();
         ++configuration)
        add_configuration(tree, *configuration);
    return tree;
}

Buffer build_fit(const FitPlan &plan) {
    Buffer store;
    Buffer file = fit_tree(plan, store).packed();
    file.resize(plan.data == FitData::at_a_position ? position_of_data : (file.size() + 3) / 4 * 4);
    append(file, store);
    return file;
}

Buffer small_overlay() {
    DeviceTree tree = DeviceTree::empty();
    require(tree.set_text("/fragment@0", "target-path", "/"));
    require(tree.set_text("/fragment@0/__overlay__/added", "status", "okay"));
    return tree.packed();
}

FitPlan usual_fit(const Buffer &kernel) {
    DeviceTree board = DeviceTree::empty();
    require(board.set_text("/", "compatible", "maker,board"));
    Bytes ramdisk = as_bytes("the ramdisk");
    return {.images = {{"kernel-1", "kernel", kernel},
                       {"ramdisk-1", "ramdisk", buffer_of(ramdisk)},
                       {"fdt-1", "flat_dt", board.packed()},
                       {"fdt-2", "flat_dt", small_overlay()}},
            .configurations = {{"conf-1", "kernel-1", "ramdisk-1", {"fdt-1", "fdt-2"}},
                               {"conf-2", "kernel-1", "", {}}},
            .default_configuration = "conf-1"};
}

} // namespace kexec::testing
