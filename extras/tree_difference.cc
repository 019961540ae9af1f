// SPDX-License-Identifier: GPL-2.0-or-later
// A walk along both trees. Values are shown by what they look like, as dtc does: strings in quotes, cells of
// 32 bits, or bytes; seeds by their size.
#include "extras/tree_difference.h"

#include "plan/command_line.h"

#include <algorithm>
#include <fmt/core.h>
#include <map>

namespace kexec {
namespace {

constexpr std::size_t longest_shown = 64; // bytes of a value that is no string

bool is_text(Bytes value) {
    std::string_view text = as_text(value);
    bool ends = !text.empty() && text.back() == '\0' && text.front() != '\0';
    return ends && std::ranges::all_of(text, [](char c) { return c == '\0' || (c >= ' ' && c <= '~'); }) &&
           text.find(std::string_view("\0\0", 2)) == npos;
}

std::string strings_in(Bytes value) {
    std::string shown;
    while (!value.empty()) {
        std::string_view text = text_until_nul(value);
        shown += fmt::format("{}\"{}\"", shown.empty() ? "" : ", ", masked_command_line(text));
        value = value.subspan(std::min(text.size() + 1, value.size()));
    }
    return shown;
}

std::string numbers_in(Bytes value) {
    bool cells = value.size() % 4 == 0;
    Bytes part = value.first(std::min(value.size(), longest_shown));
    std::string shown;
    Cursor cursor(part);
    while (cursor.remaining() > 0) {
        shown += shown.empty() ? "" : " ";
        if (cells)
            shown += fmt::format("{:#x}", std::uint32_t{cursor.next<be32>("a cell").value()});
        else
            shown += fmt::format("{:02x}", cursor.next<std::uint8_t>("a byte").value());
    }
    if (part.size() < value.size())
        shown += fmt::format(" … {} bytes", value.size());
    return cells ? "<" + shown + ">" : "[" + shown + "]";
}

std::string value_text(const std::string &property, Bytes value) {
    if (property.ends_with("-seed"))
        return fmt::format("random, {} bytes", value.size());
    if (value.empty())
        return "";
    return is_text(value) ? strings_in(value) : numbers_in(value);
}

class Walk {
public:
    Walk(const DeviceTree &before, const DeviceTree &after, TreeDifference &found)
        : before_(before), after_(after), found_(found) {}

    void node(DeviceTree::Node before, DeviceTree::Node after, const std::string &path, unsigned depth) {
        properties(before, after, path);
        if (depth == 0)
            return;
        std::string start = path == "/" ? path : path + "/";
        Named old = named_children(before_, before);
        for (DeviceTree::Node child : after_.children(after)) {
            std::string name(after_.name(child));
            if (auto same = old.find(name); same != old.end()) {
                node(same->second, child, start + name, depth - 1);
                old.erase(same);
            } else {
                found_.changes.push_back({start + name, "", std::nullopt, ""});
            }
        }
        for (const auto &[name, child] : old)
            found_.changes.push_back({start + name, "", "", std::nullopt});
    }

private:
    using Named = std::map<std::string, DeviceTree::Node>;
    static Named named_children(const DeviceTree &tree, DeviceTree::Node parent) {
        Named nodes;
        for (DeviceTree::Node child : tree.children(parent))
            nodes.emplace(tree.name(child), child);
        return nodes;
    }

    void properties(DeviceTree::Node before, DeviceTree::Node after, const std::string &path) {
        for (const std::string &name : after_.property_names(after)) {
            Bytes value = after_.property(after, name).value_or(Bytes());
            auto old = before_.property(before, name);
            if (!old)
                found_.changes.push_back({path, name, std::nullopt, value_text(name, value)});
            else if (!std::ranges::equal(*old, value))
                found_.changes.push_back({path, name, value_text(name, *old), value_text(name, value)});
        }
        for (const std::string &name : before_.property_names(before))
            if (!after_.property(after, name))
                found_.changes.push_back(
                    {path, name, value_text(name, *before_.property(before, name)), std::nullopt});
    }

    const DeviceTree &before_, &after_;
    TreeDifference &found_;
};

std::vector<TreeReservation> less(const std::vector<TreeReservation> &entries,
                                  const std::vector<TreeReservation> &others) {
    std::vector<TreeReservation> rest;
    for (const TreeReservation &entry : entries)
        if (std::ranges::none_of(others, [&](const TreeReservation &other) {
                return other.address == entry.address && other.size == entry.size;
            }))
            rest.push_back(entry);
    return rest;
}

} // namespace

Result<TreeDifference> tree_difference(Bytes before, Bytes after) {
    DeviceTree old = TRY(DeviceTree::read(before)), fresh = TRY(DeviceTree::read(after));
    TreeDifference found;
    constexpr unsigned deepest = 64;
    Walk(old, fresh, found).node(DeviceTree::root, DeviceTree::root, "/", deepest);
    found.taken = less(old.reservations(), fresh.reservations());
    found.given = less(fresh.reservations(), old.reservations());
    return found;
}

} // namespace kexec
