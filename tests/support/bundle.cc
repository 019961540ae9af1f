// SPDX-License-Identifier: GPL-2.0-or-later
// The format stands in bundle.h.
#include "tests/support/bundle.h"

#include "base/file.h"
#include "base/text.h"
#include "tests/support/files.h"

#include <algorithm>
#include <fmt/core.h>
#include <stdexcept>

namespace kexec::testing {

namespace {

constexpr std::string_view marker = "=== ";
constexpr std::size_t bytes_in_line = 32;

Failure damaged(std::string_view line) {
    return fail(Cause::other, fmt::format("the recording has the line \"{}\"", printable(line)));
}

// "OFFSET: DIGITS", put into `content` at its place.
Result<void> read_hex_line(MutableBytes content, std::string_view line) {
    std::size_t colon = std::min(line.find(": "), line.size());
    auto offset = parse_hexadecimal(line.substr(0, colon));
    std::string_view digits = line.substr(std::min(colon + 2, line.size()));
    if (!offset || digits.size() % 2 != 0 || *offset > content.size() ||
        content.size() - *offset < digits.size() / 2)
        return damaged(line);
    for (std::size_t i = 0; i < digits.size() / 2; i++) {
        auto value = parse_hexadecimal(digits.substr(2 * i, 2));
        if (!value)
            return damaged(line);
        content[*offset + i] = static_cast<std::byte>(*value);
    }
    return {};
}

// One section: its head without the marker, and what stands below it.
Result<void> read_section(Snapshot &snapshot, std::string_view head, std::string_view body) {
    auto words = words_of(head);
    if (words.size() == 1) {
        snapshot.put(std::string(words[0]), Buffer(as_bytes(body).begin(), as_bytes(body).end()));
        return {};
    }
    if (words.size() != 3)
        return damaged(head);
    auto number = parse_decimal(words[2]);
    if (number && words[1] == "error") {
        snapshot.put_error(std::string(words[0]), static_cast<int>(*number));
    } else if (number && words[1] == "hex" && *number <= 16 << 20) {
        Buffer content(*number);
        for (std::string_view line : lines_of(body))
            TRY(read_hex_line(content, line));
        snapshot.put(std::string(words[0]), std::move(content));
    } else {
        return damaged(head);
    }
    return {};
}

bool is_readable(std::string_view text) {
    bool plain =
        std::ranges::all_of(text, [](char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\t'; });
    return plain && text.ends_with('\n') && !text.starts_with(marker) &&
           text.find("\n=== ") == std::string_view::npos;
}

std::string hex_lines(Bytes bytes) {
    std::string lines;
    for (std::size_t offset = 0; offset < bytes.size(); offset += bytes_in_line) {
        Bytes part = bytes.subspan(offset, std::min(bytes_in_line, bytes.size() - offset));
        if (std::ranges::all_of(part, [](std::byte byte) { return byte == std::byte{0}; }))
            continue;
        lines += fmt::format("{:05x}: ", offset);
        for (std::byte byte : part)
            lines += fmt::format("{:02x}", static_cast<unsigned>(byte));
        lines += '\n';
    }
    return lines;
}

} // namespace

Result<Snapshot> read_bundle(std::string_view text) {
    Snapshot snapshot;
    if (!text.starts_with(marker))
        return damaged(text.substr(0, text.find('\n')));
    while (!text.empty()) {
        std::string_view head = text.substr(marker.size(), text.find('\n') - marker.size());
        text.remove_prefix(std::min(marker.size() + head.size() + 1, text.size()));
        std::size_t end = text.starts_with(marker) ? 0 : std::min(text.find("\n=== "), text.size() - 1) + 1;
        TRY(read_section(snapshot, head, text.substr(0, end)));
        text.remove_prefix(std::min(end, text.size()));
    }
    return snapshot;
}

std::string write_bundle(const Snapshot &snapshot) {
    std::string text;
    for (std::string_view path : snapshot.paths()) {
        auto bytes = snapshot.bytes(path);
        if (!bytes)
            text += fmt::format("{}{} error {}\n", marker, path, snapshot.error(path));
        else if (is_readable(as_text(*bytes)))
            text += fmt::format("{}{}\n{}", marker, path, as_text(*bytes));
        else
            text += fmt::format("{}{} hex {}\n{}", marker, path, bytes->size(), hex_lines(*bytes));
    }
    return text;
}

Snapshot recorded_machine(const std::string &name) {
    std::string path = in_tests("machines/" + name + ".machine");
    auto snapshot = read_bundle(text_of_file(path));
    if (!snapshot)
        throw std::runtime_error(path + ": " + snapshot.error().what);
    return *snapshot;
}

} // namespace kexec::testing
