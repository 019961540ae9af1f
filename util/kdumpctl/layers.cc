// SPDX-License-Identifier: GPL-2.0-or-later
// Documentation/ABI/testing/sysfs-block-dm: dm/uuid starts with who has made the device (CRYPT-, LVM-,
// mpath-), a partition of one with "partN-". crypttab(5): name, device, key file, options.
#include "util/kdumpctl/layers.h"

#include "base/file.h"
#include "base/text.h"
#include "capture/devices.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t longest_table = 1 << 20;
constexpr std::string_view block_directory = "/sys/class/block";

struct Maker {
    std::string_view start, kind;
};
constexpr std::array makers{Maker{"CRYPT-", "crypt"}, Maker{"LVM-", "lvm"}, Maker{"mpath-", "multipath"}};
// A passphrase is asked for, or a new key is made each time.
constexpr std::array<std::string_view, 4> no_key_files{"", "-", "none", "/dev/"};
// Hardware that gives the key.
constexpr std::array<std::string_view, 2> key_givers{"tpm2-device=", "fido2-device="};

std::optional<Layer> layer_of(const World &world, const std::string &device) {
    if (device.starts_with("md"))
        return Layer{"mdraid", device};
    std::string directory = fmt::format("{}{}/{}/dm/", world.root, block_directory, device);
    std::string uuid = read_word(directory + "uuid"), name = read_word(directory + "name");
    if (name.empty())
        return std::nullopt;
    if (uuid.starts_with("part"))
        uuid = uuid.substr(std::min(uuid.find('-') + 1, uuid.size()));
    for (const Maker &maker : makers)
        if (uuid.starts_with(maker.start))
            return Layer{maker.kind, name};
    return Layer{"dm", name};
}

void add_layers(const World &world, const std::string &device, std::vector<Layer> &layers, unsigned depth) {
    auto layer = layer_of(world, device);
    bool is_known = layer && std::ranges::find(layers, layer->name, &Layer::name) != layers.end();
    if (is_known || depth == 0)
        return;
    auto below = list_directory(fmt::format("{}{}/{}/slaves", world.root, block_directory, device));
    if (layer)
        layers.push_back({layer->kind, layer->name, below.value_or(std::vector<std::string>{})});
    for (const std::string &name : below ? *below : std::vector<std::string>{})
        add_layers(world, name, layers, depth - 1);
}

std::vector<std::string> devices_of(const World &world, const std::string &source) {
    if (!source.starts_with("/dev/"))
        return capture::devices_named(world.root, source);
    std::string path = real_path(world.root + source);
    return {path.substr(path.rfind('/') + 1)};
}

bool gives_key(std::string_view options) {
    return std::ranges::any_of(key_givers, [&](auto giver) { return options.find(giver) != options.npos; });
}

// Nothing where hardware has it.
Result<std::optional<std::string>> key_file_of(std::string_view table, const std::string &name) {
    for (std::string_view line : lines_of(table)) {
        auto words = words_of(line);
        if (words.size() < 2 || words[0] != name)
            continue;
        std::string_view key = words.size() > 2 ? words[2] : "", options = words.size() > 3 ? words[3] : "";
        bool has_file = std::ranges::find(no_key_files, key.substr(0, 5)) == no_key_files.end();
        if (has_file)
            return std::optional(std::string(key));
        if (gives_key(options))
            return std::nullopt;
    }
    return fail(Cause::unsupported,
                fmt::format("the target is encrypted ({}), and /etc/crypttab names no file with its key: "
                            "nobody types a passphrase in a capture kernel",
                            printable(name)),
                "name a key file there (cryptsetup luksAddKey makes it one), or another target");
}

} // namespace

std::vector<Layer> layers_below(const World &world, const capture::Target &target) {
    constexpr unsigned deepest = 16;
    std::vector<Layer> layers;
    bool is_block = target.source.starts_with("/dev/") || target.source.find('=') != std::string::npos;
    if (is_block)
        for (const std::string &device : devices_of(world, target.source))
            add_layers(world, device, layers, deepest);
    return layers;
}

Result<std::vector<std::string>> key_files(const World &world, const std::vector<Layer> &layers) {
    auto table = read_file(world.root + "/etc/crypttab", longest_table);
    std::vector<std::string> files;
    for (const Layer &layer : layers)
        if (layer.kind == "crypt")
            if (auto file = TRY(key_file_of(table ? as_text(*table) : std::string_view(), layer.name)))
                files.push_back(*file);
    return files;
}

std::string lasting_path(const capture::Target &target) {
    if (target.source.starts_with("/dev/"))
        return target.source;
    for (auto [prefix, directory] :
         {std::pair<std::string_view, std::string_view>{"UUID=", "/dev/disk/by-uuid/"},
          {"LABEL=", "/dev/disk/by-label/"}})
        if (target.source.starts_with(prefix))
            return std::string(directory) + target.source.substr(prefix.size());
    return {};
}

} // namespace kexec::kdumpctl
