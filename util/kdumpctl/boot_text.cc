// SPDX-License-Identifier: GPL-2.0-or-later
// Finding and replacing words. Blanks inside "…" do not split, as for the kernel; in the value of a shell the
// quotes inside are \", which comes to the same, and a backslash at the end of a line is a blank.
#include "util/kdumpctl/boot_text.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <span>

namespace kexec::kdumpctl {

namespace {

constexpr std::string_view crashkernel = "crashkernel", fadump = "fadump";

bool is_blank(std::string_view text, std::size_t at) {
    return std::string_view(" \t\n\v\f\r").find(text[at]) != std::string_view::npos ||
           (text[at] == '\\' && at + 1 < text.size() && text[at + 1] == '\n');
}

std::string_view at(std::string_view text, Span span) { return text.substr(span.offset, span.size); }

bool is_parameter(std::string_view word, std::string_view name) {
    return word.starts_with(name) && (word.size() == name.size() || word[name.size()] == '=');
}

// The words of one piece, as places in the text.
std::vector<Span> words_in(std::string_view text, Span piece) {
    std::vector<Span> words;
    bool in_word = false, in_quotes = false;
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

struct KernelWords {
    std::vector<Span> words;
    Span piece; // where another one belongs: the last, or the one in which "--" ends those for the kernel
};

KernelWords words_for_kernel(std::string_view text, const KernelLine &line) {
    KernelWords kernel;
    for (Span piece : line.words) {
        kernel.piece = piece;
        for (Span word : words_in(text, piece)) {
            if (at(text, word) == "--")
                return kernel;
            kernel.words.push_back(word);
        }
    }
    return kernel;
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
    for (Span word : words_for_kernel(text, line).words) {
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

bool goes(std::span<const Splice> splices, Span word) {
    return std::ranges::any_of(splices, [&](const Splice &each) {
        return each.text.empty() && each.offset <= word.offset &&
               each.offset + each.size >= word.offset + word.size;
    });
}

// A word more: behind the last one for the kernel that stays in its piece, or else at that piece's start.
Splice one_more(std::string_view text, const KernelWords &kernel, const std::string &added,
                std::span<const Splice> splices) {
    std::vector<Span> words = kernel.words;
    std::erase_if(words, [&](Span word) { return goes(splices, word); });
    Span piece = kernel.piece;
    bool in_piece = !words.empty() && words.back().offset >= piece.offset;
    std::size_t end = in_piece ? words.back().offset + words.back().size : piece.offset;
    bool touches_next = !in_piece && piece.size > 0 && !is_blank(text, end) && !goes(splices, piece);
    return {end, 0, (words.empty() ? "" : " ") + added + (touches_next ? " " : "")};
}

void add(std::string_view text, const KernelLine &line, const std::string &added,
         std::vector<Splice> &splices) {
    if (line.words.empty()) {
        splices.push_back({line.place, 0, line.before + added + line.after});
        return;
    }
    KernelWords kernel = words_for_kernel(text, line);
    bool needs_quotes = line.is_bare && kernel.piece.offset == line.words.back().offset;
    if (needs_quotes)
        splices.push_back({kernel.piece.offset, 0, "\""});
    splices.push_back(one_more(text, kernel, added, splices));
    if (needs_quotes)
        splices.push_back({kernel.piece.offset + kernel.piece.size, 0, "\""});
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
    // What comes in at a word's start stands before what takes that word's place.
    std::ranges::stable_sort(splices, {},
                             [](const Splice &each) { return std::pair(each.offset, each.size > 0); });
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

std::optional<Span> unpaired_piece(std::string_view text, const KernelLine &line) {
    for (Span piece : line.words)
        if (std::ranges::count(at(text, piece), '"') % 2 != 0)
            return piece;
    return std::nullopt;
}

std::vector<std::string_view> kernel_words(std::string_view text, const KernelLine &line) {
    std::vector<std::string_view> words;
    for (Span word : words_for_kernel(text, line).words)
        words.push_back(at(text, word));
    return words;
}

std::string command_line_of(std::string_view text, const KernelLine &line) {
    std::string all;
    for (std::string_view word : kernel_words(text, line))
        all.append(all.empty() ? "" : " ").append(word);
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
