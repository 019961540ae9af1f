// SPDX-License-Identifier: GPL-2.0-or-later
// makedumpfile(8): -F writes the flattened format to standard output, and --num-threads goes with neither -F
// nor -E; without -f it refuses to write to a file that is there.
#include "util/kdump-capture/collector.h"

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "capture/layout.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec::capture {

namespace {

// What a thread takes, buffers and compression; what is left must hold the bitmaps and the page cache.
constexpr std::uint64_t memory_of_thread = 64 << 20;

bool has(const std::vector<std::string_view> &words, std::string_view option) {
    return std::ranges::any_of(words, [&](std::string_view word) { return word.starts_with(option); });
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The one in a capture initramfs of ours starts through its own loader; in another it is installed.
std::optional<Collector> makedumpfile(const std::string &root) {
    std::string own = root + std::string(makedumpfile_path), loader = root + std::string(loader_path);
    if (!open_to_read(own)) {
        auto installed = find_program("makedumpfile");
        return installed ? std::optional(Collector{*installed, {}}) : std::nullopt;
    }
    if (!open_to_read(loader))
        return Collector{own, {}};
    return Collector{loader, {"--library-path", root + std::string(libraries_path), own}};
}

} // namespace

std::optional<Collector> collector_of(const Settings &settings, const std::string &root, bool flattened,
                                      const Means &means) {
    auto words = words_of(settings.collector);
    if (words.empty() || file_name(words.front()) != "makedumpfile")
        return std::nullopt;
    auto collector = makedumpfile(root);
    if (!collector)
        return std::nullopt;
    words.erase(words.begin());
    std::erase(words, "-F");
    std::erase(words, "-f");
    collector->arguments.insert(collector->arguments.end(), words.begin(), words.end());
    if (unsigned threads = threads_for(means);
        threads > 1 && !flattened && !has(words, "-E") && !has(words, "--num-threads"))
        collector->arguments.push_back(fmt::format("--num-threads={}", threads));
    collector->arguments.emplace_back(flattened ? "-F" : "-f");
    return collector;
}

unsigned threads_for(const Means &means) {
    std::uint64_t affordable = std::min<std::uint64_t>(means.memory / memory_of_thread, means.processors);
    return static_cast<unsigned>(std::max<std::uint64_t>(affordable, 1));
}

std::uint64_t available_memory(std::string_view meminfo) {
    constexpr std::string_view key = "MemAvailable:";
    for (std::string_view line : lines_of(meminfo)) {
        auto words = words_of(line);
        if (words.size() == 3 && words[0] == key)
            return std::min(parse_decimal(words[1]).value_or(0), UINT64_MAX >> 10) << 10;
    }
    return 0;
}

} // namespace kexec::capture
