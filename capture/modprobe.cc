// SPDX-License-Identifier: GPL-2.0-or-later
// modprobe.d(5): files called *.conf, in the order of their names; one in an earlier directory hides those of
// the same name in later ones. A backslash at the end of a line joins the next one to it.
#include "capture/modprobe.h"

#include "base/file.h"
#include "base/text.h"

#include <array>

namespace kexec::capture {

namespace {

constexpr std::array<std::string_view, 5> directories{"/etc/modprobe.d", "/run/modprobe.d",
                                                      "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
                                                      "/lib/modprobe.d"};
constexpr std::uint64_t longest_file = 1 << 20;

std::string joined_lines(std::string_view text) {
    std::string joined;
    for (std::string_view line : lines_of(text)) {
        bool goes_on = line.ends_with('\\');
        joined += line.substr(0, line.size() - goes_on);
        joined += goes_on ? ' ' : '\n';
    }
    return joined;
}

void take_line(ModprobeSettings &settings, std::string_view line) {
    auto words = words_of(line);
    if (words.size() < 2)
        return;
    std::string module = with_underscores(words[1]);
    if (words[0] == "blacklist")
        settings.blacklist.insert(module);
    else if (words[0] == "install")
        settings.replaced.insert(module);
    else if (words[0] == "softdep")
        settings.soft_dependencies.emplace_back(line);
    else if (words[0] == "options" && words.size() > 2) {
        std::string &options = settings.options[module];
        options += (options.empty() ? "" : " ") +
                   std::string(line.substr(static_cast<std::size_t>(words[2].data() - line.data())));
    }
}

// Each file by its name, from the first directory that has it.
std::map<std::string, std::string> files_by_name(const std::string &root) {
    std::map<std::string, std::string> files;
    for (std::string_view directory : directories) {
        std::string path = root + std::string(directory);
        auto names = list_directory(path);
        for (const std::string &name : names ? *names : std::vector<std::string>{})
            if (name.ends_with(".conf"))
                files.emplace(name, path + "/" + name);
    }
    return files;
}

} // namespace

ModprobeSettings read_modprobe_settings(const std::string &root) {
    ModprobeSettings settings;
    for (const auto &[name, path] : files_by_name(root))
        if (auto content = read_file(path, longest_file)) {
            std::string text = joined_lines(as_text(*content));
            for (std::string_view line : lines_of(text))
                take_line(settings, trimmed(line));
        }
    return settings;
}

} // namespace kexec::capture
