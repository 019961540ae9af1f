// SPDX-License-Identifier: GPL-2.0-or-later
// Finding and replacing words. Blanks inside "…" do not split, as for the kernel; in the value of a shell the
// quotes inside are \", which comes to the same, and a backslash at the end of a line is a blank.
#include "util/kdumpctl/boot_text.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view crashkernel = "crashkernel", fadump = "fadump";

bool is_blank(std::string_view text, std::size_t at) {
    return text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r' ||
           (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '\n');
}

// The words of one piece, as places in the text. A quotation mark that is open stays so in the next piece.
std::vector<Span> words_in(std::string_view text, Span piece, bool &in_quotes) {
    std::vector<Span> words;
    bool in_word = false;
    for (std::size_t at = piece.offset; at < piece.offset + piece.size; at++) {
        in_quotes ^= text[at] == '"';
        bool splits = !in_quotes && is_blank(text, at);
        if (!splits && !in_word)
            words.push_back({at, 0});
        if (!splits)
            words.back().size++;
        in_word = !splits;
    }
    return words;
}

std::string_view at(std::string_view text, Span span) { return text.substr(span.offset, span.size); }

std::vector<Span> words_for_kernel(std::string_view text, const KernelLine &line) {
    std::vector<Span> words;
    bool in_quotes = false;
    for (Span piece : line.words)
        for (Span word : words_in(text, piece, in_quotes)) {
            if (at(text, word) == "--")
                return words;
            words.push_back(word);
        }
    return words;
}

bool is_parameter(std::string_view word, std::string_view name) {
    return word.starts_with(name) && (word.size() == name.size() || word[name.size()] == '=');
}

// Takes a word out, and the blank behind it, or in front of it where it is the last.
Splice without(std::string_view text, const KernelLine &line, Span word) {
    auto piece = std::ranges::find_if(line.words, [&](Span each) {
        return word.offset >= each.offset && word.offset < each.offset + each.size;
    });
    std::size_t end = word.offset + word.size;
    if (end < piece->offset + piece->size && text[end] == ' ')
        return {word.offset, word.size + 1, {}};
    if (word.offset > piece->offset && text[word.offset - 1] == ' ')
        return {word.offset - 1, word.size + 1, {}};
    return {word.offset, word.size, {}};
}

// Gives the parameter that value where the line has it; an empty one takes it out. False where it has none.
bool replace(std::string_view text, const KernelLine &line, std::string_view name, const std::string &value,
             std::vector<Splice> &splices) {
    bool found = false;
    for (Span word : words_for_kernel(text, line)) {
        if (!is_parameter(at(text, word), name))
            continue;
        std::string wanted = std::string(name) + "=" + value;
        if (found || value.empty())
            splices.push_back(without(text, line, word));
        else if (at(text, word) != wanted)
            splices.push_back({word.offset, word.size, wanted});
        found = true;
    }
    return found;
}

// The word that a quotation mark without a partner stands in: what follows belongs to it.
std::optional<Span> open_word(std::string_view text, const KernelLine &line) {
    std::optional<Span> open;
    for (Span word : words_for_kernel(text, line))
        if (std::ranges::count(at(text, word), '"') % 2 != 0)
            open = open ? std::nullopt : std::optional(word);
    return open;
}

// Where a word is put behind the last one of the last piece; at its start, where it has none for the kernel.
std::size_t end_of_words(std::string_view text, const KernelLine &line) {
    auto words = words_for_kernel(text, line);
    bool in_last = !words.empty() && words.back().offset >= line.words.back().offset;
    return in_last ? words.back().offset + words.back().size : line.words.back().offset;
}

void add(std::string_view text, const KernelLine &line, const std::string &added,
         std::vector<Splice> &splices) {
    if (line.words.empty()) {
        splices.push_back({line.place, 0, line.before + added + line.after});
        return;
    }
    if (auto open = open_word(text, line)) {
        splices.push_back({open->offset, 0, added + " "});
        return;
    }
    Span last = line.words.back();
    std::size_t end = end_of_words(text, line);
    bool at_start = end == last.offset, more = at_start && last.size > 0 && !is_blank(text, end);
    if (line.is_bare)
        splices.push_back({last.offset, 0, "\""});
    splices.push_back(
        {end, 0, (at_start ? "" : " ") + added + (more ? " " : "") + (line.is_bare ? "\"" : "")});
}

} // namespace

std::vector<Splice> splices_for(std::string_view text, const KernelLine &line, const CrashWords &words,
                                MayAdd may_add) {
    std::vector<Splice> splices;
    std::string added;
    if (!replace(text, line, crashkernel, words.crashkernel, splices) && may_add.crashkernel)
        added = std::string(crashkernel) + "=" + words.crashkernel;
    if (words.fadump && !replace(text, line, fadump, *words.fadump, splices) && may_add.fadump &&
        !words.fadump->empty())
        added += (added.empty() ? "" : " ") + std::string(fadump) + "=" + *words.fadump;
    if (!added.empty())
        add(text, line, added, splices);
    return splices;
}

std::string spliced(std::string_view text, std::vector<Splice> splices) {
    std::ranges::stable_sort(splices, {}, &Splice::offset);
    splices.erase(std::unique(splices.begin(), splices.end()), splices.end());
    std::string result;
    std::size_t done = 0;
    for (const Splice &splice : splices) {
        std::size_t start = std::max(splice.offset, done);
        result.append(text.substr(done, start - done)).append(splice.text);
        done = std::max(done, splice.offset + splice.size);
    }
    return result.append(text.substr(done));
}

std::string command_line_of(std::string_view text, const KernelLine &line) {
    std::string all;
    for (Span word : words_for_kernel(text, line))
        all.append(all.empty() ? "" : " ").append(at(text, word));
    return all;
}

bool has_parameter(std::string_view command_line, std::string_view name) {
    auto words = words_of(command_line);
    return std::ranges::any_of(words, [&](std::string_view word) { return is_parameter(word, name); });
}

CrashMode mode_of(std::string_view command_line) {
    CrashMode mode = CrashMode::kdump;
    for (std::string_view word : words_of(command_line))
        if (is_parameter(word, fadump))
            mode = word == "fadump=on" || word == "fadump=nocma" ? CrashMode::fadump : CrashMode::kdump;
    return mode;
}

} // namespace kexec::kdumpctl
