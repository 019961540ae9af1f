// SPDX-License-Identifier: GPL-2.0-or-later
// Where such things stand: in properties of device trees by their names (Devicetree Specification 2.3, 4.x;
// chosen.yaml of dt-schema; PAPR, appendix B; OPAL's vpd nodes), in the screen's description inside the boot
// parameters (EDID 1.4, section 3.4), in command lines, and in the notes of /proc/kcore, which hold the
// structure of the task that reads them (fs/proc/kcore.c).
//
// A kernel's configuration tells nothing secret, but is ten times as large as all the rest: the lines about
// kexec stay. The configuration of a kdump service may name hosts and users: what tells the place of dumps
// stays.
#include "extras/blank.h"

#include "base/compress.h"
#include "base/devicetree.h"
#include "base/elf.h"
#include "base/text.h"
#include "extras/dump_target.h"
#include "machine/configuration.h"
#include "machine/crash_state.h"
#include "plan/command_line.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec {
namespace {

constexpr std::string_view trees = "/proc/device-tree/", flat_tree = "/sys/firmware/fdt";
constexpr std::string_view packed_configuration = "/proc/config.gz";
constexpr std::uint64_t longest_configuration = 4 << 20;

bool is_private(std::string_view property) {
    constexpr std::array names = {"host-serial", "ibm,loc-code", "ibm,vpd", "system-id",
                                  "ibm,partition-name"};
    constexpr std::array ends = {"serial-number", "mac-address", "bd-address", "-seed", "uuid"};
    return std::ranges::find(names, property) != names.end() ||
           std::ranges::any_of(ends, [&](std::string_view end) { return property.ends_with(end); });
}

void put_zeros(MutableBytes bytes) { std::ranges::fill(bytes, std::byte{0}); }

Buffer as_buffer(std::string_view text) { return {as_bytes(text).begin(), as_bytes(text).end()}; }

// A command line with the NUL or line end that it had.
Buffer masked(Bytes line) {
    std::string_view text = as_text(line), tail;
    while (!text.empty() && (text.back() == '\0' || text.back() == '\n')) {
        text.remove_suffix(1);
        tail = as_text(line).substr(text.size());
    }
    return as_buffer(masked_command_line(text) + std::string(tail));
}

Buffer blank_property(std::string_view property, Bytes value) {
    if (property == "bootargs")
        return masked(value);
    Buffer changed(value.begin(), value.end());
    if (is_private(property))
        put_zeros(changed);
    return changed;
}

struct NewValue {
    std::string path, name;
    Buffer value;
};

void find_private(const DeviceTree &tree, DeviceTree::Node node, const std::string &path, unsigned depth,
                  std::vector<NewValue> &found) {
    for (const std::string &name : tree.property_names(node)) {
        Bytes value = tree.property(node, name).value_or(Bytes());
        if (Buffer changed = blank_property(name, value); !std::ranges::equal(changed, value))
            found.push_back({path, name, std::move(changed)});
    }
    for (DeviceTree::Node child : depth > 0 ? tree.children(node) : std::vector<DeviceTree::Node>{})
        find_private(tree, child, (path == "/" ? path : path + "/") + std::string(tree.name(child)),
                     depth - 1, found);
}

// What is no tree stays as it is: planning will say so. So does a tree with nothing private in it.
Buffer blank_tree(Bytes blob) {
    constexpr unsigned deepest = 64;
    Buffer same(blob.begin(), blob.end());
    auto tree = DeviceTree::read(blob);
    if (!tree)
        return same;
    std::vector<NewValue> found;
    find_private(*tree, DeviceTree::root, "/", deepest, found);
    for (const NewValue &each : found)
        if (!tree->set(each.path, each.name, each.value))
            return {}; // rather no tree than one that tells
    return found.empty() ? same : tree->packed();
}

Buffer blank_notes(Bytes core) {
    Buffer changed(core.begin(), core.end());
    auto elf = read_elf(core, ElfExtent::partial);
    for (const ElfNote &note : elf ? notes_of(*elf) : std::vector<ElfNote>{})
        if (note.name != "VMCOREINFO" && !note.description.empty())
            put_zeros(MutableBytes(changed).subspan(
                static_cast<std::size_t>(note.description.data() - core.data()), note.description.size()));
    return changed;
}

// The screen's serial number: bytes 12 to 15 of its description, and a text in one of its four blocks of 18
// bytes that start with three zeros and ff.
Buffer blank_boot_parameters(Bytes parameters) {
    constexpr std::size_t edid = 0x140, edid_size = 128, first_block = 54, block_size = 18;
    Buffer changed(parameters.begin(), parameters.end());
    if (changed.size() < edid + edid_size)
        return changed;
    MutableBytes description = MutableBytes(changed).subspan(edid, edid_size);
    put_zeros(description.subspan(12, 4));
    for (std::size_t at = first_block; at + block_size <= edid_size - 2; at += block_size) {
        MutableBytes block = description.subspan(at, block_size);
        if (block[0] == std::byte{0} && block[1] == std::byte{0} && block[3] == std::byte{0xff})
            put_zeros(block.subspan(5));
    }
    return changed;
}

Buffer blank_packed_configuration(Bytes packed) {
    auto text = decompress(packed, Compression::gzip, longest_configuration);
    auto again = text ? compress_gzip(as_bytes(lines_about_kexec(as_text(*text)))) : text;
    return again ? *std::move(again) : Buffer(packed.begin(), packed.end());
}

// Of a module its name and its size: the rest is who uses it, and where it lies.
std::string modules_without_addresses(std::string_view text) {
    std::string kept;
    for (std::string_view line : lines_of(text)) {
        auto words = words_of(line);
        if (words.size() >= 2)
            kept += fmt::format("{} {}\n", words[0], words[1]);
    }
    return kept;
}

// A record of what is loaded has the words that load it again, with keys and all.
std::string without_words_to_load(std::string_view record) {
    std::string kept;
    for (std::string_view line : lines_of(record))
        if (!line.starts_with("word "))
            kept += std::string(line) + "\n";
    return kept;
}

Buffer blanked(std::string_view path, Bytes content) {
    if (path.starts_with(trees))
        return blank_property(path.substr(path.rfind('/') + 1), content);
    if (path == flat_tree)
        return blank_tree(content);
    if (path == "/proc/cmdline")
        return masked(content);
    if (path == "/proc/kcore")
        return blank_notes(content);
    if (path.ends_with("/boot_params/data"))
        return blank_boot_parameters(content);
    if (path.starts_with("/boot/config-"))
        return as_buffer(lines_about_kexec(as_text(content)));
    if (path == packed_configuration)
        return blank_packed_configuration(content);
    if (path == modules_source.path)
        return as_buffer(modules_without_addresses(as_text(content)));
    if (path.starts_with("/run/kexec/"))
        return as_buffer(without_words_to_load(as_text(content)));
    if (auto lines = target_lines(path, as_text(content)))
        return as_buffer(*lines);
    return {content.begin(), content.end()};
}

} // namespace

std::vector<std::string> blank(Snapshot &snapshot) {
    std::vector<std::string> changed_paths;
    for (std::string_view path : snapshot.paths()) {
        auto content = snapshot.bytes(path);
        if (!content)
            continue;
        Buffer changed = blanked(path, *content);
        if (std::ranges::equal(changed, *content))
            continue;
        snapshot.put(path, std::move(changed), snapshot.is_cut(path));
        changed_paths.emplace_back(path);
    }
    return changed_paths;
}

} // namespace kexec
