// SPDX-License-Identifier: GPL-2.0-or-later
// Command lines of other programs as values: the collector's, by makedumpfile(8), and dracut's, by dracut(8).
#include "base/text.h"
#include "util/kdumpctl/values.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::uint64_t highest_dump_level = 31;
constexpr std::array<std::string_view, 4> compressions{"-c", "-l", "-p", "-z"};

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// "31", or several that are tried one after the other: "1,31".
bool is_dump_level(std::string_view text) {
    while (true) {
        std::size_t comma = text.find(',');
        auto level = parse_decimal(text.substr(0, comma));
        if (!level || *level > highest_dump_level)
            return false;
        if (comma == std::string_view::npos)
            return true;
        text.remove_prefix(comma + 1);
    }
}

// The argument of an option that stands in the same word or in the next one.
WordAt argument_at(const std::vector<WordAt> &words, std::size_t i, std::size_t option_size) {
    if (words[i].text.size() > option_size)
        return {words[i].text.substr(option_size), words[i].offset + option_size};
    return i + 1 < words.size() ? words[i + 1] : WordAt{{}, words[i].offset};
}

void check_dump_levels(const std::vector<WordAt> &words, Complaints &complaints) {
    for (std::size_t i = 0; i < words.size(); i++) {
        if (!words[i].text.starts_with("-d"))
            continue;
        WordAt level = argument_at(words, i, 2);
        if (!is_dump_level(level.text))
            complaints.push_back(error_at(
                level.offset, fmt::format("\"{}\" is no dump level of makedumpfile", printable(level.text)),
                "write a number from 0 (all pages) to 31 (none that can be missed)"));
    }
}

void check_compressions(const std::vector<WordAt> &words, Complaints &complaints) {
    std::string_view first;
    for (WordAt word : words) {
        if (std::ranges::find(compressions, word.text) == compressions.end())
            continue;
        if (first.empty())
            first = word.text;
        else
            complaints.push_back(error_at(word.offset,
                                          fmt::format("{} and {} ask for two compressions", first, word.text),
                                          "keep one of -c (zlib), -l (lzo), -p (snappy) and -z (zstd)"));
    }
}

} // namespace

Complaints check_makedumpfile_options(std::string_view text) {
    Complaints complaints;
    auto words = words_at(text);
    check_dump_levels(words, complaints);
    check_compressions(words, complaints);
    return complaints;
}

Complaints check_collector(std::string_view text) {
    auto words = words_at(text);
    bool known = !words.empty() && file_name(words.front().text) == "makedumpfile";
    return known ? check_makedumpfile_options(text) : Complaints{};
}

std::vector<WordAt> dracut_mounts(std::string_view arguments) {
    constexpr std::string_view option = "--mount";
    std::vector<WordAt> mounts;
    auto words = words_at(arguments);
    for (std::size_t i = 0; i < words.size(); i++) {
        std::string_view text = words[i].text;
        bool joined = text.starts_with(option) && text.substr(option.size()).starts_with('=');
        if (text != option && !joined)
            continue;
        WordAt mount = argument_at(words, i, option.size() + joined);
        mounts.push_back({unquoted(mount.text), mount.offset});
    }
    return mounts;
}

Complaints check_dracut_arguments(std::string_view text) {
    Complaints complaints;
    auto mounts = dracut_mounts(text);
    for (WordAt mount : mounts)
        if (words_of(mount.text).size() < 3)
            complaints.push_back(error_at(
                mount.offset, fmt::format("\"{}\" is no file system to mount", printable(mount.text)),
                "write --mount \"DEVICE MOUNTPOINT TYPE OPTIONS\""));
    if (mounts.size() > 1)
        complaints.push_back(error_at(mounts[1].offset,
                                      "there is more than one target: --mount stands here twice",
                                      "keep the one that dumps go to"));
    return complaints;
}

} // namespace kexec::kdumpctl
