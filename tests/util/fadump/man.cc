// SPDX-License-Identifier: GPL-2.0-or-later
// The manual page has the words, options, files and sizes that there are, and no others.
#include "base/text.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "util/fadump/options.h"
#include "util/fadump/recommend.h"
#include "util/fadump/understand.h"

#include <set>

using namespace kexec;
using namespace kexec::fadump;
using namespace kexec::testing;

namespace {

using Names = std::set<std::string>;

// Without roff's fonts and escapes.
std::string plain(std::string text) {
    for (std::string_view mark : {"\\fB", "\\fI", "\\fR", "\\"})
        for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark))
            text.erase(at, mark.size());
    return text;
}

// What heads the entries of a section: the lines behind .TP and .TQ, without the macro in front.
Names tags_of(const std::string &section) {
    Names tags;
    bool is_tag = false, inside = false;
    std::string page = text_of_file(in_tests("../man/fadump.8"));
    for (std::string_view line : lines_of(page)) {
        if (line.starts_with(".SH"))
            inside = line == ".SH " + section;
        else if (inside && is_tag)
            tags.insert(plain(std::string(line.starts_with('.') ? line.substr(line.find(' ') + 1) : line)));
        is_tag = line == ".TP" || line == ".TQ";
    }
    return tags;
}

} // namespace

TEST_CASE("the manual page has every word", "[man]") {
    Names words;
    for (const Word &word : word_table())
        words.insert(std::string(word.name) +
                     (word.argument.empty() ? "" : " \" " + std::string(word.argument)));
    Names described;
    for (const std::string &tag :
         tags_of("WORDS")) // "save" has its argument in another font: .BI save " DIR"
        described.insert(tag.ends_with('"') ? tag.substr(0, tag.size() - 1) : tag);
    CHECK(described == words);
}

TEST_CASE("the manual page has every option", "[man]") {
    Names options;
    for (const OptionRow &option : option_table())
        options.insert((option.name == "help" ? "-h \", \" --" : "--") + std::string(option.name) +
                       (option.argument.empty() ? "" : "=" + std::string(option.argument)));
    CHECK(tags_of("OPTIONS") == options);
}

TEST_CASE("the manual page has every file", "[man]") {
    Names files;
    for (const Source &source : sources())
        files.insert(std::string(source.path));
    CHECK(tags_of("FILES") == files);
}

TEST_CASE("the manual page has the table of recommendations", "[man]") {
    std::string page = text_of_file(in_tests("../man/fadump.8"));
    std::size_t rows = 0;
    for (std::string_view line : lines_of(page)) {
        auto words = words_of(line);
        if (words.size() != 6 && !(words.size() == 5 && words[3] == "more"))
            continue;
        if (words[1] != "GiB" && words[1] != "TiB")
            continue;
        std::string from = std::string(words[0]) + std::string(words[1].substr(0, 1));
        auto size = recommended_memory(*parse_size(from));
        REQUIRE(size);
        CHECK(size_word(*size) == words.back());
        rows++;
    }
    CHECK(rows == 11);
}
