// SPDX-License-Identifier: GPL-2.0-or-later
// The files a machine was seen through, by path. Nothing here opens one: take.cc does.
#include "machine/snapshot.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {

const Snapshot::Entry *Snapshot::find(std::string_view path) const {
    auto entry = entries_.find(path);
    return entry == entries_.end() ? nullptr : &entry->second;
}

std::optional<Bytes> Snapshot::bytes(std::string_view path) const {
    const Entry *entry = find(path);
    if (!entry || entry->error != 0)
        return std::nullopt;
    return Bytes(entry->content);
}

std::optional<std::string_view> Snapshot::text(std::string_view path) const {
    auto content = bytes(path);
    return content ? std::optional(as_text(*content)) : std::nullopt;
}

std::optional<std::string_view> Snapshot::word(std::string_view path) const {
    auto content = text(path);
    return content ? std::optional(trimmed(*content)) : std::nullopt;
}

int Snapshot::error(std::string_view path) const {
    const Entry *entry = find(path);
    return entry ? entry->error : 0;
}

bool Snapshot::is_there(std::string_view path) const { return find(path) != nullptr; }

bool Snapshot::is_cut(std::string_view path) const {
    const Entry *entry = find(path);
    return entry && entry->cut;
}

std::vector<std::string> Snapshot::names_in(std::string_view directory) const {
    std::string prefix = std::string(directory) + "/";
    std::vector<std::string> names;
    auto entry = entries_.lower_bound(prefix);
    while (entry != entries_.end() && entry->first.starts_with(prefix)) {
        names.push_back(
            entry->first.substr(prefix.size(), entry->first.find('/', prefix.size()) - prefix.size()));
        // '0' is the character behind '/': the first path that does not lie below this name.
        std::string below = prefix + names.back();
        entry = entry->first == below ? std::next(entry) : entries_.lower_bound(below + "0");
    }
    // A name that is a file and the start of longer ones, as "1" and "1-a/b", can come out of order or twice.
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::vector<std::uint64_t> Snapshot::numbers_in(std::string_view directory, std::string_view prefix) const {
    std::vector<std::uint64_t> numbers;
    for (std::string_view name : names_in(directory)) {
        if (!name.starts_with(prefix))
            continue;
        name.remove_prefix(prefix.size());
        if (auto number = parse_decimal(name); number && fmt::to_string(*number) == name)
            numbers.push_back(*number);
    }
    std::ranges::sort(numbers);
    return numbers;
}

std::vector<std::string> Snapshot::paths() const {
    std::vector<std::string> paths;
    for (const auto &[path, entry] : entries_)
        paths.push_back(path);
    return paths;
}

void Snapshot::put(std::string path, Buffer content, bool cut) {
    entries_[std::move(path)] = Entry{std::move(content), 0, cut};
}

void Snapshot::put_error(std::string path, int number) {
    entries_[std::move(path)] = Entry{{}, number, false};
}

namespace {

using Parse = std::optional<std::uint64_t> (*)(std::string_view);

Result<std::optional<std::uint64_t>> number_in(const Snapshot &snapshot, std::string_view path, Parse parse,
                                               std::string_view kind) {
    auto word = snapshot.word(path);
    if (!word)
        return std::nullopt;
    auto number = parse(*word);
    if (!number)
        return fail(Cause::other, fmt::format("{}: holds \"{}\", a {} number of 64 bits was needed", path,
                                              printable(*word), kind));
    return number;
}

} // namespace

Result<std::optional<std::uint64_t>> hexadecimal_in(const Snapshot &snapshot, std::string_view path) {
    return number_in(snapshot, path, parse_hexadecimal, "hexadecimal");
}

Result<std::optional<std::uint64_t>> decimal_in(const Snapshot &snapshot, std::string_view path) {
    return number_in(snapshot, path, parse_decimal, "decimal");
}

} // namespace kexec
