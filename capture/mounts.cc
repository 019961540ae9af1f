// SPDX-License-Identifier: GPL-2.0-or-later
// proc(5): "36 35 98:0 /root /mount options - type source super-options", with optional fields before the
// dash; blanks in paths are \040.
#include "capture/mounts.h"

#include "base/text.h"

#include <algorithm>

namespace kexec::capture {

namespace {

struct Mount {
    std::string root, place, options, type, source;
};

std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); i++) {
        auto is_octal = [](char digit) { return digit >= '0' && digit <= '7'; };
        bool escaped =
            text[i] == '\\' && text.size() - i > 3 && std::ranges::all_of(text.substr(i + 1, 3), is_octal);
        if (!escaped) {
            plain += text[i];
            continue;
        }
        plain += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
        i += 3;
    }
    return plain;
}

std::optional<Mount> mount_in(std::string_view line) {
    auto words = words_of(line);
    auto dash = std::ranges::find(words, "-");
    if (words.size() < 6 || words.end() - dash < 3)
        return std::nullopt;
    return Mount{unescaped(words[3]), unescaped(words[4]), std::string(words[5]), std::string(dash[1]),
                 unescaped(dash[2])};
}

// "/a" lies in "/" and in "/a", not in "/ab".
bool lies_in(std::string_view path, std::string_view place) {
    if (place == "/")
        return path.starts_with('/');
    return path == place || (path.starts_with(place) && path[place.size()] == '/');
}

std::string joined(std::string_view directory, std::string_view below) {
    while (directory.ends_with('/'))
        directory.remove_suffix(1);
    while (below.starts_with('/'))
        below.remove_prefix(1);
    return std::string(directory) + "/" + std::string(below);
}

// Of btrfs what is mounted is a subvolume, which mountinfo has for the root: a path below it is one of the
// whole file system's too. The same goes for a bind mount.
Target as_target(const Mount &mount, std::string_view path) {
    std::string_view below = mount.place == "/" ? path : path.substr(mount.place.size());
    std::string options = mount.type == "btrfs" ? "subvolid=5" : "";
    return {.type = mount.type,
            .source = mount.source,
            .options = options,
            .path = joined(mount.root, below),
            .key = {}};
}

} // namespace

std::optional<Target> target_of_path(std::string_view mountinfo, std::string_view path) {
    std::optional<Mount> best;
    for (std::string_view line : lines_of(mountinfo))
        if (auto mount = mount_in(line); mount && lies_in(path, mount->place))
            // A later mount of the same place hides the one before.
            if (!best || mount->place.size() >= best->place.size())
                best = mount;
    if (!best)
        return std::nullopt;
    return as_target(*best, path);
}

std::optional<Target> mounted_device(std::string_view mountinfo, std::string_view device) {
    for (std::string_view line : lines_of(mountinfo))
        if (auto mount = mount_in(line); mount && mount->source == device)
            return as_target(*mount, mount->place);
    return std::nullopt;
}

std::optional<std::string> place_of_device(std::string_view mountinfo, std::string_view device) {
    for (std::string_view line : lines_of(mountinfo))
        if (auto mount = mount_in(line); mount && mount->source == device && mount->root == "/")
            return mount->place == "/" ? std::string() : mount->place;
    return std::nullopt;
}

} // namespace kexec::capture
