// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of the table:
//   CPU :[0x00000020000000-0x0000002000ffff] 0x10000 bytes, Dumped: 0x0
//   DUMP: Src: 0x00000000000000, Dest: 0x00000020010000, Size: 0x20000000, Dumped: 0x0 bytes
//   Memory above 0x00000020000000 is reserved for saving crash dump
#include "util/fadump/regions.h"

#include "base/text.h"

namespace kexec::fadump {

namespace {

// Takes words and numbers off the front of a line.
class Line {
public:
    explicit Line(std::string_view text) : rest_(text) {}

    bool word(std::string_view word) {
        skip_blanks();
        if (!rest_.starts_with(word))
            return false;
        rest_.remove_prefix(word.size());
        return true;
    }
    std::optional<std::uint64_t> number() {
        skip_blanks();
        std::size_t size = std::min(rest_.find_first_not_of("0123456789abcdefx"), rest_.size());
        auto value = parse_hexadecimal(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return value;
    }
    std::string until(char end) {
        std::string_view text = rest_.substr(0, rest_.find(end));
        rest_.remove_prefix(text.size());
        return std::string(trimmed(text));
    }

private:
    void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

    std::string_view rest_;
};

// ":[first-last] size bytes, Dumped: dumped"
std::optional<Region> parse_range(Line line, std::string name) {
    if (!line.word(":") || !line.word("["))
        return std::nullopt;
    auto first = line.number();
    auto last = line.word("-") ? line.number() : std::nullopt;
    auto size = line.word("]") ? line.number() : std::nullopt;
    auto dumped = line.word("bytes,") && line.word("Dumped:") ? line.number() : std::nullopt;
    if (!first || !last || !size || !dumped)
        return std::nullopt;
    return Region{std::move(name), std::nullopt, *first, *size, *dumped};
}

// ": Src: source, Dest: destination, Size: size, Dumped: dumped bytes"
std::optional<Region> parse_copy(Line line, std::string name) {
    if (!line.word(":") || !line.word("Src:"))
        return std::nullopt;
    auto source = line.number();
    auto destination = line.word(",") && line.word("Dest:") ? line.number() : std::nullopt;
    auto size = line.word(",") && line.word("Size:") ? line.number() : std::nullopt;
    auto dumped = line.word(",") && line.word("Dumped:") ? line.number() : std::nullopt;
    if (!source || !destination || !size || !dumped)
        return std::nullopt;
    return Region{std::move(name), source, *destination, *size, *dumped};
}

std::optional<std::uint64_t> parse_kept(Line line) {
    auto address = line.word("Memory above") ? line.number() : std::nullopt;
    return line.word("is reserved") ? address : std::nullopt;
}

} // namespace

std::uint64_t Regions::boot_memory() const {
    std::uint64_t size = 0;
    for (const Region &region : regions)
        if (region.name == "DUMP")
            size += std::min(region.size, UINT64_MAX - size);
    return size;
}

Regions parse_regions(std::string_view text) {
    Regions table;
    for (std::string_view each : lines_of(text)) {
        Line line(each);
        std::string name = line.until(':');
        auto region = parse_range(line, name);
        if (!region)
            region = parse_copy(line, name);
        if (region) {
            // The older form has the memory above as a region without a name.
            if (region->name.empty())
                table.kept_above = region->destination;
            table.regions.push_back(std::move(*region));
        } else if (auto kept = parse_kept(Line(each))) {
            table.kept_above = kept;
        } else if (!trimmed(each).empty()) {
            table.unknown.emplace_back(trimmed(each));
        }
    }
    return table;
}

} // namespace kexec::fadump
