// SPDX-License-Identifier: GPL-2.0-or-later
// Boot entries by UAPI.1: "Type #1", "Boot counting", "Sorting"; and Fedora's dialect of it, which keeps
// variables in GRUB's environment block. What the default is stands in systemd-boot(7) and GRUB's manual.
#include "machine/boot_entries.h"

#include "base/endian.h"
#include "base/pattern.h"
#include "base/text.h"
#include "base/version.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tuple>

namespace kexec {
namespace {

constexpr std::string_view partitions[] = {"/boot", "/efi", "/boot/efi"};
constexpr std::string_view environment_blocks[] = {"/boot/grub2/grubenv", "/boot/grub/grubenv"};
constexpr std::string_view chosen_entries[] = {
    "/sys/firmware/efi/efivars/LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f",
    "/sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"};

constexpr std::string_view an_entry = "an entry of the boot menu", unified = "a unified kernel image of it",
                           settings = "the boot loader's settings", environment = "GRUB's variables",
                           chosen = "the entry chosen for the next boot, or for all";
constexpr std::uint64_t largest = 64 << 10, name_only = 0;

constexpr Source sources[] = {
    {"/boot/loader/entries/*.conf", an_entry, largest},
    {"/efi/loader/entries/*.conf", an_entry, largest},
    {"/boot/efi/loader/entries/*.conf", an_entry, largest},
    {"/boot/EFI/Linux/*.efi", unified, name_only},
    {"/efi/EFI/Linux/*.efi", unified, name_only},
    {"/boot/efi/EFI/Linux/*.efi", unified, name_only},
    {"/boot/loader/loader.conf", settings, largest},
    {"/efi/loader/loader.conf", settings, largest},
    {"/boot/efi/loader/loader.conf", settings, largest},
    {environment_blocks[0], environment, largest},
    {environment_blocks[1], environment, largest},
    {chosen_entries[0], chosen, largest},
    {chosen_entries[1], chosen, largest},
};

// --- names and values

struct Setting {
    std::string_view key, value;
};

// "key value" lines; what starts with '#' is a comment.
std::vector<Setting> settings_in(std::string_view text, std::string_view separators) {
    std::vector<Setting> found;
    for (std::string_view line : lines_of(text)) {
        line = trimmed(line);
        std::size_t end = std::min(line.find_first_of(separators), line.size());
        if (end != 0 && line[0] != '#')
            found.push_back({line.substr(0, end), trimmed(line.substr(std::min(end + 1, line.size())))});
    }
    return found;
}

std::string value_of(std::span<const Setting> settings, std::string_view key) {
    for (const Setting &each : settings)
        if (each.key == key)
            return std::string(each.value);
    return {};
}

std::vector<Setting> grub_variables(const Snapshot &snapshot) {
    for (std::string_view path : environment_blocks)
        if (auto text = snapshot.text(path))
            return settings_in(*text, "=");
    return {};
}

// $name and ${name} replaced; a name that is not known stands for nothing.
std::string expanded(std::string_view text, std::span<const Setting> variables) {
    constexpr std::string_view in_names = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    std::string result;
    while (!text.empty()) {
        std::size_t dollar = std::min(text.find('$'), text.size());
        result += text.substr(0, dollar);
        text.remove_prefix(dollar);
        if (text.empty())
            break;
        bool braces = text.starts_with("${");
        text.remove_prefix(braces ? 2 : 1);
        std::string_view name = text.substr(0, std::min(text.find_first_not_of(in_names), text.size()));
        text.remove_prefix(name.size());
        if (braces && text.starts_with('}'))
            text.remove_prefix(1);
        result += value_of(variables, name);
    }
    return result;
}

// Paths start from the partition's root, with a slash or without.
std::string rooted(std::string_view path) {
    return path.empty() || path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

// --- one entry

bool all_digits(std::string_view text) { return !text.empty() && parse_decimal(text).has_value(); }

// "name+LEFT-DONE" or "name+LEFT" is "name" with a boot counter, which has run out at +0.
void take_counter_off(BootEntry &entry) {
    std::size_t plus = entry.id.rfind('+');
    if (plus == std::string::npos)
        return;
    std::string_view counter = std::string_view(entry.id).substr(plus + 1);
    std::string_view left = counter.substr(0, counter.find('-'));
    bool counts =
        all_digits(left) && (left.size() == counter.size() || all_digits(counter.substr(left.size() + 1)));
    if (!counts)
        return;
    entry.bad = parse_decimal(left) == 0U;
    entry.id.resize(plus);
}

BootEntry entry_at(std::string_view partition, std::string_view directory, std::string_view name) {
    BootEntry entry;
    entry.partition = partition;
    entry.path = fmt::format("{}{}/{}", partition, directory, name);
    entry.id = name.substr(0, name.rfind('.'));
    take_counter_off(entry);
    return entry;
}

void understand(BootEntry &entry, std::string_view text, std::span<const Setting> variables) {
    std::vector<Setting> lines = settings_in(text, " \t");
    entry.version = value_of(lines, "version");
    entry.machine_id = value_of(lines, "machine-id");
    entry.sort_key = value_of(lines, "sort-key");
    entry.architecture = value_of(lines, "architecture");
    entry.kernel = rooted(value_of(lines, "linux"));
    entry.device_tree = rooted(value_of(lines, "devicetree"));
    for (const Setting &line : lines) {
        std::string value = expanded(line.value, variables);
        if (line.key == "initrd")
            for (std::string_view file : words_of(value))
                entry.initrds.push_back(rooted(file));
        if (line.key == "options" && !value.empty())
            entry.options += (entry.options.empty() ? "" : " ") + value;
    }
}

// --- the menu

bool stands_before(const BootEntry &first, const BootEntry &second) {
    if (first.bad != second.bad)
        return second.bad;
    if (first.sort_key.empty() != second.sort_key.empty())
        return second.sort_key.empty();
    if (!first.sort_key.empty()) {
        auto keys = [](const BootEntry &entry) { return std::tie(entry.sort_key, entry.machine_id); };
        if (keys(first) != keys(second))
            return keys(first) < keys(second);
        if (auto order = compare_versions(first.version, second.version); std::is_neq(order))
            return std::is_gt(order);
    }
    return std::is_gt(compare_versions(first.id, second.id));
}

// Of an EFI variable: four bytes of attributes, then UTF-16; a character that is not ASCII is none of a name.
std::string text_of_variable(Bytes content) {
    std::string text;
    for (std::size_t at = 4; at + 2 <= content.size(); at += 2) {
        std::uint16_t unit = read_at<le16>(content, at, "").value();
        if (unit == 0)
            break;
        text += unit < 0x80 ? static_cast<char>(unit) : '?';
    }
    return text;
}

// Patterns for the default entry, the first that fits one counts.
std::vector<std::string> default_patterns(const Snapshot &snapshot) {
    std::vector<std::string> patterns;
    for (std::string_view path : chosen_entries)
        if (auto content = snapshot.bytes(path))
            patterns.push_back(text_of_variable(*content));
    for (std::string_view partition : partitions)
        if (auto text = snapshot.text(fmt::format("{}/loader/loader.conf", partition)))
            patterns.push_back(value_of(settings_in(*text, " \t"), "default"));
    std::vector<Setting> variables = grub_variables(snapshot);
    for (std::string_view name : {"next_entry", "saved_entry"})
        patterns.push_back(value_of(variables, name));
    std::erase(patterns, "");
    return patterns;
}

const BootEntry *matching(std::span<const BootEntry> entries, const std::string &pattern) {
    for (const BootEntry &entry : entries)
        for (const std::string &name : {entry.id, entry.id + (entry.unified ? ".efi" : ".conf")})
            if (matches_pattern(pattern, name))
                return &entry;
    return nullptr;
}

const BootEntry *default_of(std::span<const BootEntry> entries, const Snapshot &snapshot) {
    for (const std::string &pattern : default_patterns(snapshot))
        if (const BootEntry *entry = matching(entries, pattern))
            return entry;
    return entries.empty() ? nullptr : &entries.front();
}

// A name that a user gives is no pattern.
const BootEntry *named(std::span<const BootEntry> entries, std::string_view name) {
    for (const BootEntry &entry : entries)
        if (name == entry.id || name == entry.id + (entry.unified ? ".efi" : ".conf"))
            return &entry;
    return nullptr;
}

} // namespace

std::span<const Source> boot_entry_sources() { return sources; }

std::vector<BootEntry> boot_entries_in(const Snapshot &snapshot) {
    constexpr std::string_view texts = "/loader/entries", images = "/EFI/Linux";
    std::vector<Setting> variables = grub_variables(snapshot);
    std::vector<BootEntry> entries;
    for (std::string_view partition : partitions) {
        for (const std::string &name : snapshot.names_in(fmt::format("{}{}", partition, texts))) {
            BootEntry entry = entry_at(partition, texts, name);
            understand(entry, snapshot.text(entry.path).value_or(""), variables);
            if (!entry.kernel.empty())
                entries.push_back(std::move(entry));
        }
        for (const std::string &name : snapshot.names_in(fmt::format("{}{}", partition, images))) {
            BootEntry entry = entry_at(partition, images, name);
            entry.unified = true;
            entry.kernel = fmt::format("{}/{}", images, name);
            entries.push_back(std::move(entry));
        }
    }
    std::ranges::stable_sort(entries, stands_before);
    return entries;
}

Result<BootEntry> boot_entry_named(const Snapshot &snapshot, std::string_view name) {
    std::vector<BootEntry> entries = boot_entries_in(snapshot);
    const BootEntry *entry = name == "default" ? default_of(entries, snapshot) : named(entries, name);
    if (entry)
        return *entry;
    if (entries.empty())
        return fail(Cause::missing_file, "there are no boot entries below /boot, /efi and /boot/efi",
                    "mount the boot partition, or name a kernel file");
    std::vector<std::string_view> ids;
    ids.reserve(entries.size());
    for (const BootEntry &each : entries)
        ids.push_back(each.id);
    return fail(Cause::missing_file, fmt::format("there is no boot entry {}", printable(name)),
                fmt::format("name one of {}", fmt::join(ids, ", ")));
}

} // namespace kexec
