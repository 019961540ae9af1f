// SPDX-License-Identifier: GPL-2.0-or-later
// The formats whose lines are a keyword and the rest. UAPI.1 "Type #1 Boot Loader Specification Entries",
// doc/README.pxe of U-Boot and the manual of SYSLINUX, the manual of GRUB Legacy, grub-mkconfig(8).
#include "util/kdumpctl/boot_formats.h"

#include "base/text.h"

#include <algorithm>
#include <cctype>
#include <fmt/core.h>

namespace kexec::kdumpctl {

namespace {

constexpr std::size_t longest_line = 64 << 10; // of any boot loader: a kernel takes a few thousand bytes

// A line taken apart: blanks, a keyword in small letters, what separates, and the rest without blanks behind.
struct Line {
    std::size_t start, end; // of the line, without its end
    std::string_view indent;
    std::string keyword;
    Span rest;
};

Result<std::vector<Line>> keyword_lines(std::string_view text, std::string_view separators) {
    std::vector<Line> lines;
    std::size_t number = 0;
    for (std::string_view whole : lines_of(text)) {
        number++;
        if (whole.size() > longest_line)
            return fail(Cause::other,
                        fmt::format("line {} has {} bytes: this is no boot loader's file", number,
                                    whole.size()),
                        "restore the file");
        auto start = static_cast<std::size_t>(whole.data() - text.data());
        std::size_t first = std::min(whole.find_first_not_of(" \t"), whole.size());
        std::size_t key_end = std::min(whole.find_first_of(separators, first), whole.size());
        std::size_t rest = std::min(whole.find_first_not_of(separators, key_end), whole.size());
        std::size_t last = whole.find_last_not_of(" \t\r");
        std::size_t end = last == std::string_view::npos ? 0 : last + 1;
        std::string keyword =
            in_lower_case(whole.substr(first, std::min(key_end, end) - std::min(first, end)));
        if (!keyword.starts_with('#'))
            lines.push_back({start,
                             start + end,
                             whole.substr(0, first),
                             std::move(keyword),
                             {start + std::min(rest, end), end - std::min(rest, end)}});
    }
    return lines;
}

std::string_view at(std::string_view text, Span span) { return text.substr(span.offset, span.size); }

// A keyword with nothing behind it could not take a word.
bool is_assignment(std::string_view text, const Line &line) {
    return text.substr(line.start, line.end - line.start).find('=') != std::string_view::npos;
}

bool is_quoted(std::string_view value) {
    return value.size() > 1 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
}

std::string_view without_quotes(std::string_view value) {
    return is_quoted(value) ? value.substr(1, value.size() - 2) : value;
}

// Where a line behind another one starts, and what has to stand in front of it.
void put_behind(std::string_view text, const Line &line, KernelLine &kernel, std::string_view keyword) {
    std::size_t next = text.find('\n', line.end);
    bool last = next == std::string_view::npos;
    kernel.place = last ? text.size() : next + 1;
    kernel.before = (last ? "\n" : "") + std::string(line.indent) + std::string(keyword);
    kernel.after = last ? "" : "\n";
}

// A command without a kernel loads none, and a word behind it would be taken for one.
bool has_no_kernel(const KernelLine &line) { return line.kernel.empty(); }

// "PATH WORDS": the path, without a device in parentheses, and where the words start.
KernelLine path_and_words(std::string_view text, Span rest) {
    KernelLine line;
    while (at(text, rest).starts_with("--")) { // options of the command itself
        std::size_t end = std::min(at(text, rest).find_first_of(" \t"), rest.size);
        std::size_t next = std::min(at(text, rest).find_first_not_of(" \t", end), rest.size);
        rest = {rest.offset + next, rest.size - next};
    }
    std::string_view all = at(text, rest);
    std::size_t path = std::min(all.find_first_of(" \t"), all.size());
    std::size_t words = std::min(all.find_first_not_of(" \t", path), all.size());
    line.kernel = all.substr(0, path);
    if (line.kernel.starts_with('('))
        line.kernel.erase(0, std::min(line.kernel.find(')'), line.kernel.size() - 1) + 1);
    if (words < all.size())
        line.words.push_back({rest.offset + words, rest.size - words});
    line.place = rest.offset + rest.size;
    line.before = " ";
    return line;
}

} // namespace

Result<MenuText> with_pairs(std::string_view text, MenuText menu) {
    for (const KernelLine &line : menu.lines)
        if (auto piece = unpaired_piece(text, line))
            return fail(Cause::unsupported,
                        fmt::format("line {}: this command line has a quotation mark without a partner",
                                    1 + std::ranges::count(text.substr(0, piece->offset), '\n')),
                        "put the other one where the value ends");
    return menu;
}

Result<MenuText> read_entry(std::string_view text) {
    KernelLine entry;
    for (const Line &line : TRY(keyword_lines(text, " \t"))) {
        if (line.keyword == "linux") {
            entry.kernel = at(text, line.rest);
            if (entry.words.empty())
                put_behind(text, line, entry, "options ");
        }
        if (line.keyword == "options" && line.rest.size > 0)
            entry.words.push_back(line.rest);
    }
    return with_pairs(text, entry.kernel.empty() ? MenuText{} : MenuText{{entry}});
}

Result<MenuText> read_extlinux(std::string_view text) {
    MenuText menu;
    std::optional<Span> for_all;
    bool in_label = false;
    for (const Line &line : TRY(keyword_lines(text, " \t"))) {
        if (line.keyword == "label") {
            menu.lines.push_back({.label = std::string(at(text, line.rest)), .kernel = {}, .words = {}});
            in_label = true;
        }
        KernelLine *label = in_label ? &menu.lines.back() : nullptr;
        if (label && (line.keyword == "linux" || line.keyword == "kernel")) {
            label->kernel = words_of(at(text, line.rest)).empty() ? "" : words_of(at(text, line.rest))[0];
            put_behind(text, line, *label, "append ");
        }
        if (line.keyword == "append" && line.rest.size > 0 && at(text, line.rest) != "-") {
            if (label)
                label->words = {line.rest};
            else
                for_all = line.rest;
        }
        if (line.keyword == "default" && !in_label)
            menu.default_label = at(text, line.rest);
    }
    std::erase_if(menu.lines, has_no_kernel);
    for (KernelLine &line : menu.lines)
        if (line.words.empty() && for_all)
            line.words.push_back(*for_all);
    return with_pairs(text, std::move(menu));
}

Result<MenuText> read_old_grub(std::string_view text) {
    MenuText menu;
    std::size_t titles = 0;
    for (const Line &line : TRY(keyword_lines(text, " \t="))) {
        titles += line.keyword == "title";
        if (line.keyword == "default")
            menu.default_label = at(text, line.rest);
        if (line.keyword != "kernel" || titles == 0)
            continue;
        menu.lines.push_back(path_and_words(text, line.rest));
        menu.lines.back().label = std::to_string(titles - 1);
    }
    std::erase_if(menu.lines, has_no_kernel);
    return with_pairs(text, std::move(menu));
}

Result<MenuText> read_grub_cfg(std::string_view text) {
    MenuText menu;
    for (const Line &line : TRY(keyword_lines(text, " \t")))
        if (line.keyword == "linux" || line.keyword == "linux16" || line.keyword == "linuxefi")
            menu.lines.push_back(path_and_words(text, line.rest));
    std::erase_if(menu.lines, has_no_kernel);
    return with_pairs(text, std::move(menu));
}

Result<MenuText> read_zipl(std::string_view text) {
    MenuText menu;
    std::string section;
    for (const Line &line : TRY(keyword_lines(text, " \t="))) {
        std::string_view value = at(text, line.rest);
        if (line.keyword.starts_with('[') || line.keyword.starts_with(':')) {
            section = trimmed(text.substr(line.start, line.end - line.start));
            section = section.starts_with('[') ? section.substr(1, section.find(']') - 1) : section;
        } else if (line.keyword == "default") {
            menu.default_label = menu.default_label.empty() ? without_quotes(value) : menu.default_label;
        } else if (line.keyword == "image") {
            std::string_view kernel = without_quotes(value);
            kernel = kernel.substr(0, kernel.find(',')); // an address may follow
            menu.lines.push_back({.label = section, .kernel = std::string(kernel), .words = {}});
            put_behind(text, line, menu.lines.back(), "parameters=\"");
            menu.lines.back().after.insert(0, "\"");
        } else if (line.keyword == "parameters" && is_assignment(text, line) && !menu.lines.empty() &&
                   menu.lines.back().label == section) {
            std::size_t quotes = is_quoted(value);
            menu.lines.back().words = {{line.rest.offset + quotes, line.rest.size - 2 * quotes}};
        }
    }
    return with_pairs(text, std::move(menu));
}

Result<MenuText> read_plain(std::string_view text) {
    std::string_view words = trimmed(text);
    KernelLine line;
    if (words.size() > longest_line)
        return fail(Cause::other, fmt::format("the file has {} bytes: this is no command line", words.size()),
                    "restore the file");
    if (!words.empty())
        line.words.push_back({static_cast<std::size_t>(words.data() - text.data()), words.size()});
    line.after = text.empty() ? "\n" : "";
    return with_pairs(text, {{line}});
}

Result<MenuText> read_grub_environment(std::string_view text, std::string_view name) {
    for (std::string_view line : lines_of(text)) {
        if (!line.starts_with(name) || !line.substr(name.size()).starts_with('='))
            continue;
        std::string_view value = line.substr(name.size() + 1);
        KernelLine kernel;
        kernel.place = static_cast<std::size_t>(value.data() - text.data());
        if (!value.empty())
            kernel.words.push_back({kernel.place, value.size()});
        return with_pairs(text, {{kernel}});
    }
    return MenuText{};
}

Result<std::string> fit_grub_environment(std::string text, std::size_t size) {
    while (text.ends_with('#'))
        text.pop_back();
    if (text.size() > size)
        return fail(Cause::no_room,
                    fmt::format("the variables take {} bytes, and GRUB's environment block has {}",
                                text.size(), size),
                    "take a variable out with grub2-editenv");
    text.resize(size, '#');
    return text;
}

} // namespace kexec::kdumpctl
