// SPDX-License-Identifier: GPL-2.0-or-later
// The values of --dtb-set look as they do in device tree source (Devicetree Specification 6.2), without
// labels, expressions and other widths than 32 bits.
#include "plan/tree_changes.h"

#include "base/text.h"

#include <fmt/core.h>

namespace kexec {
namespace {

Failure bad_change(std::string_view argument, std::string_view what) {
    return fail(
        Cause::bad_usage, fmt::format("--dtb-set={}: {}", printable(argument), what),
        "write it as PATH:PROPERTY=VALUE, VALUE being text, <1 0x2>, [00 11], \"a\", \"b\" or nothing");
}

std::optional<std::uint32_t> cell_of(std::string_view word) {
    auto number = word.starts_with("0x") ? parse_hexadecimal(word) : parse_decimal(word);
    if (!number || *number > UINT32_MAX)
        return std::nullopt;
    return static_cast<std::uint32_t>(*number);
}

// What stands between the two brackets.
std::optional<std::string_view> between(std::string_view value, char first, char last) {
    if (value.size() < 2 || value.front() != first || value.back() != last)
        return std::nullopt;
    return value.substr(1, value.size() - 2);
}

std::optional<Buffer> cells_in(std::string_view text) {
    Buffer value;
    for (std::string_view word : words_of(text)) {
        auto cell = cell_of(word);
        if (!cell)
            return std::nullopt;
        append(value, bytes_of(be32(*cell)));
    }
    return value;
}

std::optional<Buffer> bytes_in(std::string_view text) {
    Buffer value;
    for (std::string_view word : words_of(text)) {
        if (word.size() % 2 != 0)
            return std::nullopt;
        for (; !word.empty(); word.remove_prefix(2)) {
            auto byte = parse_hexadecimal(word.substr(0, 2));
            if (!byte || word[1] == 'x')
                return std::nullopt;
            value.push_back(static_cast<std::byte>(*byte));
        }
    }
    return value;
}

void append_string(Buffer &value, std::string_view text) {
    append(value, as_bytes(text));
    value.push_back(std::byte{0});
}

// Quoted strings with commas between.
std::optional<Buffer> strings_in(std::string_view text) {
    Buffer value;
    for (;;) {
        std::size_t end = text.starts_with('"') ? text.find('"', 1) : npos;
        if (end == npos)
            return std::nullopt;
        append_string(value, text.substr(1, end - 1));
        text = trimmed(text.substr(end + 1));
        if (text.empty())
            return value;
        if (!text.starts_with(','))
            return std::nullopt;
        text = trimmed(text.substr(1));
    }
}

std::optional<Buffer> value_of_text(std::string_view text) {
    if (text.starts_with('<')) {
        auto inside = between(text, '<', '>');
        return inside ? cells_in(*inside) : std::nullopt;
    }
    if (text.starts_with('[')) {
        auto inside = between(text, '[', ']');
        return inside ? bytes_in(*inside) : std::nullopt;
    }
    if (text.starts_with('"'))
        return strings_in(text);
    Buffer value;
    if (!text.empty())
        append_string(value, text);
    return value;
}

bool is_node_path(std::string_view path) {
    return path == "/" || (path.starts_with('/') && !path.ends_with('/') && path.find("//") == npos);
}

} // namespace

Result<TreeChange> parse_tree_change(std::string_view argument) {
    std::size_t equals = argument.find('=');
    std::size_t colon = equals == npos ? npos : argument.substr(0, equals).rfind(':');
    if (colon == npos)
        return bad_change(argument, "there is no ':' in front of a '='");
    std::string_view path = argument.substr(0, colon),
                     property = argument.substr(colon + 1, equals - colon - 1);
    if (!is_node_path(path))
        return bad_change(argument, "the path of a node starts with a slash and has one between its names");
    if (property.empty())
        return bad_change(argument, "there is no name of a property between ':' and '='");
    auto value = value_of_text(trimmed(argument.substr(equals + 1)));
    if (!value)
        return bad_change(argument, "the value is none of those that can be given");
    return TreeChange{std::string(path), std::string(property), std::move(*value)};
}

Result<void> change_tree(DeviceTree &tree, const Request &request, std::vector<std::string> &notes) {
    for (const auto &overlay : request.overlays) {
        TRY_WITHIN(overlay->path(), tree.apply_overlay(overlay->bytes()));
        notes.push_back("device tree: with the overlay " + overlay->path());
    }
    for (const TreeChange &change : request.settings.tree_changes) {
        TRY(tree.set(change.path, change.property, change.value));
        notes.push_back(fmt::format("device tree: {}:{} set to {} bytes", printable(change.path),
                                    printable(change.property), change.value.size()));
    }
    return {};
}

std::vector<std::string> trees_for_segments(const Request &request) {
    std::vector<std::string> names;
    if (request.dtb && !request.settings.has(OptionId::dtb))
        names.push_back("the device tree of " + request.dtb->path());
    if (!request.overlays.empty() && !request.settings.has(OptionId::dtb_overlay))
        names.push_back("the overlay of " + request.overlays.front()->path());
    return names;
}

} // namespace kexec
