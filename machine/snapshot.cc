// SPDX-License-Identifier: GPL-2.0-or-later
// The files a machine was seen through, by path. Nothing here opens one: take.cc does.
#include "machine/snapshot.h"

#include "base/text.h"

#include <algorithm>
#include <fmt/format.h>

namespace kexec {

namespace {

constexpr std::size_t longest_run = 512;
constexpr std::size_t block_size = 16384;
constexpr std::size_t large = 2048; // what is as long is a block of its own

} // namespace

Snapshot::Place Snapshot::first_from(std::string_view path) const {
    auto comes_before = [&](const Entry &entry) { return path_of(entry) < path; };
    auto run = std::partition_point(runs_.begin(), runs_.end(),
                                    [&](const auto &each) { return comes_before(each.back()); });
    if (run == runs_.end())
        return {runs_.size(), 0};
    auto entry = std::partition_point(run->begin(), run->end(), comes_before);
    return {static_cast<std::size_t>(run - runs_.begin()), static_cast<std::size_t>(entry - run->begin())};
}

Snapshot::Place Snapshot::behind(Place place) const {
    return place.entry + 1 < runs_[place.run].size() ? Place{place.run, place.entry + 1}
                                                     : Place{place.run + 1, 0};
}

const Snapshot::Entry *Snapshot::at(Place place) const {
    return place.run < runs_.size() ? &runs_[place.run][place.entry] : nullptr;
}

const Snapshot::Entry *Snapshot::find(std::string_view path) const {
    const Entry *entry = at(first_from(path));
    return entry && path_of(*entry) == path ? entry : nullptr;
}

Snapshot::Piece Snapshot::keep_whole(Buffer content) {
    blocks_.push_back(std::move(content));
    return {static_cast<std::uint32_t>(blocks_.size() - 1), 0,
            static_cast<std::uint32_t>(blocks_.back().size())};
}

// A block never grows beyond what was set aside for it: then it would move. One that has been copied has
// nothing set aside.
Snapshot::Piece Snapshot::keep(Bytes bytes) {
    if (blocks_.empty() || blocks_[open_block_].capacity() - blocks_[open_block_].size() < bytes.size()) {
        open_block_ = blocks_.size();
        blocks_.emplace_back().reserve(std::max(block_size, bytes.size()));
    }
    Buffer &block = blocks_[open_block_];
    Piece piece{static_cast<std::uint32_t>(open_block_), static_cast<std::uint32_t>(block.size()),
                static_cast<std::uint32_t>(bytes.size())};
    append(block, bytes);
    return piece;
}

// A full run is halved, but behind the last a new one is begun: most snapshots are filled in order.
Snapshot::Place Snapshot::room_at(Place place) {
    bool is_behind_all = place.run == runs_.size();
    if (is_behind_all && (runs_.empty() || runs_.back().size() == longest_run)) {
        runs_.emplace_back();
        return place;
    }
    if (is_behind_all)
        return {runs_.size() - 1, runs_.back().size()};
    std::vector<Entry> &run = runs_[place.run];
    if (run.size() < longest_run)
        return place;
    constexpr std::size_t half = longest_run / 2;
    std::vector<Entry> second(run.begin() + half, run.end());
    run.resize(half);
    runs_.insert(runs_.begin() + static_cast<std::ptrdiff_t>(place.run + 1), std::move(second));
    return place.entry <= half ? place : Place{place.run + 1, place.entry - half};
}

Snapshot::Entry &Snapshot::entry_for(std::string_view path) {
    Place place = first_from(path);
    if (const Entry *entry = at(place); entry && path_of(*entry) == path)
        return runs_[place.run][place.entry];
    place = room_at(place);
    std::vector<Entry> &run = runs_[place.run];
    return *run.insert(run.begin() + static_cast<std::ptrdiff_t>(place.entry),
                       Entry{.path = keep(as_bytes(path)), .content = {}});
}

std::optional<Bytes> Snapshot::bytes(std::string_view path) const {
    const Entry *entry = find(path);
    return entry && entry->error == 0 ? std::optional(bytes_of(entry->content)) : std::nullopt;
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
    Place place = first_from(prefix);
    for (const Entry *entry = at(place); entry; entry = at(place)) {
        std::string_view path = path_of(*entry);
        if (!path.starts_with(prefix))
            break;
        names.emplace_back(path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size()));
        // '0' is the character behind '/': the first path that does not lie below this name.
        std::string below = prefix + names.back();
        place = path == below ? behind(place) : first_from(below + "0");
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

std::vector<std::string_view> Snapshot::paths() const {
    std::vector<std::string_view> paths;
    for (const std::vector<Entry> &run : runs_)
        for (const Entry &entry : run)
            paths.push_back(path_of(entry));
    return paths;
}

void Snapshot::put(std::string_view path, Buffer content, bool cut) {
    Entry &entry = entry_for(path);
    entry.content = content.size() < large ? keep(content) : keep_whole(std::move(content));
    entry.error = 0;
    entry.cut = cut;
}

void Snapshot::put_error(std::string_view path, int number) {
    Entry &entry = entry_for(path);
    entry = {.path = entry.path, .content = {}, .error = number, .cut = false};
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
