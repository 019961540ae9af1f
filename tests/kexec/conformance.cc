// SPDX-License-Identifier: GPL-2.0-or-later
// Every option of kexec-tools on each architecture does what it did, or is on the short list below.
// conformance.table has the lines; options.tsv the options.
#include "base/text.h"
#include "tests/catch.h"
#include "tests/kexec/stage.h"
#include "tests/support/files.h"

#include <algorithm>
#include <set>

using namespace kexec;
using namespace kexec::test;

namespace {

struct Row {
    std::vector<std::string> archs;
    std::string option, given, line, status, calls, shows_in, said;
};

std::vector<Row> table() {
    std::vector<Row> rows;
    for (const auto &fields : rows_of("conformance.table", 8))
        rows.push_back({archs_of(fields[0]), fields[1], fields[2], fields[3], fields[4], fields[5], fields[6],
                        fields[7]});
    return rows;
}

struct TheirOption {
    std::string arch, name, letter;
};

std::vector<TheirOption> their_options() {
    std::vector<TheirOption> options;
    std::string text = testing::text_of_file(testing::in_tests("kexec/options.tsv"));
    for (std::string_view line : lines_of(text)) {
        std::vector<std::string_view> words = words_of(line);
        if (line.starts_with("#") || line.starts_with("arch\t"))
            continue;
        options.push_back({std::string(arch_named(words.at(0))->name), std::string(words.at(1)),
                           words.at(2) == "-" ? "" : std::string(words.at(2))});
    }
    return options;
}

// What is declined where kexec-tools would have used it: options, and types of -t. Everything else works.
std::set<std::string> declined() {
    std::set<std::string> names = {"x86_64 --module", "x86_64 --real-mode"};
    for (const char *arch : {"x86_64", "arm64", "ppc64", "s390x"})
        for (const char *option : {"--load-preserve-context", "--load-jump-back-helper", "--load-live-update",
                                   "--exec-live-update"})
            names.insert(std::string(arch) + " " + option);
    for (const char *type : {"multiboot-x86", "multiboot2-x86", "beoboot-x86", "nbi-x86"})
        names.insert(std::string("x86_64 --type=") + type);
    return names;
}

// The word of the line that gives the option, with the quotes around it.
std::pair<std::size_t, std::size_t> place_of(const Row &row) {
    std::string name = "--" + row.option;
    std::size_t at = row.line.find(name + "=");
    if (at == std::string::npos)
        at = (" " + row.line + " ").find(" " + name + " ");
    REQUIRE(at != std::string::npos);
    bool quoted = at > 0 && row.line[at - 1] == '"';
    std::size_t first = quoted ? at - 1 : at, end = row.line.find(quoted ? '"' : ' ', at);
    end = end == std::string::npos ? row.line.size() : end + quoted;
    return {first, end - first};
}

std::string without_option(const Row &row) {
    auto [at, size] = place_of(row);
    return std::string(row.line).erase(at, size);
}

// "--type=image" as "-timage".
std::string with_letter(const Row &row, const std::string &letter) {
    auto [at, size] = place_of(row);
    std::string line = row.line;
    std::size_t name = 2 + row.option.size(), equals = line[at + name] == '=' ? 1 : 0;
    return line.replace(at, name + equals, "-" + letter);
}

std::set<std::string> differences(const Played &with, const Played &without) {
    std::set<std::string> found;
    if (with.calls != without.calls)
        found.insert("calls");
    for (const auto &[pieces, others] :
         {std::pair(with.pieces, without.pieces), {without.pieces, with.pieces}})
        for (const auto &[name, content] : pieces)
            if (auto other = others.find(name); other == others.end() || other->second != content)
                found.insert(name);
    return found;
}

std::string joined(const std::set<std::string> &names) {
    std::string text;
    for (const std::string &name : names)
        text += (text.empty() ? "" : ", ") + name;
    return text;
}

void check_what_it_shows_in(Stage &stage, const Row &row, const Played &played) {
    std::set<std::string> found =
        differences(played, stage.play_and_keep_pieces(without_option(row), row.given));
    INFO("differs in: " << joined(found));
    if (row.shows_in == "-")
        CHECK(found.empty());
    else
        for (std::string_view rest = row.shows_in; !rest.empty();) {
            std::string_view name = rest.substr(0, rest.find(", "));
            rest.remove_prefix(std::min(rest.size(), name.size() + 2));
            INFO("expected in: " << name);
            CHECK(found.contains(std::string(name)));
        }
}

void check_row(const std::string &arch, const Row &row) {
    Stage &stage = stage_of(arch);
    Played played = row.shows_in == "*" ? stage.play(row.line, row.given)
                                        : stage.play_and_keep_pieces(row.line, row.given);
    INFO(arch << ": " << row.line << "\n" << played.out << played.err);
    CHECK(std::to_string(played.status) == row.status);
    CHECK(played.calls == row.calls);
    CHECK(says(played, row.said));
    if (row.shows_in != "*")
        check_what_it_shows_in(stage, row, played);
}

} // namespace

TEST_CASE("each line of the table does what the table says") {
    for (const Row &row : table())
        for (const std::string &arch : row.archs)
            check_row(arch, row);
}

TEST_CASE("all 155 options stand in the table, and no other") {
    std::set<std::string> wanted, found;
    for (const TheirOption &option : their_options())
        wanted.insert(option.arch + " --" + option.name);
    REQUIRE(wanted.size() == 155);
    for (const Row &row : table())
        for (const std::string &arch : row.archs)
            found.insert(arch + " --" + row.option);
    CHECK(joined(found) == joined(wanted));
}

TEST_CASE("an option's letter does what its name does") {
    std::size_t compared = 0;
    for (const TheirOption &option : their_options())
        for (const Row &row : table())
            if (!option.letter.empty() && row.option == option.name &&
                std::ranges::find(row.archs, option.arch) != row.archs.end()) {
                Stage &stage = stage_of(option.arch);
                Played by_letter = stage.play(with_letter(row, option.letter), row.given);
                INFO(option.arch << " " << with_letter(row, option.letter));
                CHECK(std::to_string(by_letter.status) == row.status);
                CHECK(by_letter.calls == row.calls);
                compared++;
            }
    CHECK(compared > 100);
}

TEST_CASE("what is declined is this and nothing else") {
    // On these machines kexec-tools knows the option and refuses it, too.
    const std::set<std::string> refused_there_too = {"x86_64 --reuseinitrd", "s390x --reuseinitrd"};
    std::set<std::string> worked, refused;
    for (const Row &row : table())
        for (const std::string &arch : row.archs) {
            bool is_refused = contains(row.said, "is not offered");
            auto [at, size] = place_of(row);
            std::string word =
                is_refused && row.option == "type" ? row.line.substr(at, size) : "--" + row.option;
            (is_refused ? refused : worked).insert(arch + " " + word);
        }
    CHECK(joined(refused) == joined(declined()));
    for (const TheirOption &option : their_options()) {
        std::string name = option.arch + " --" + option.name;
        INFO(name);
        CHECK((worked.contains(name) || refused.contains(name)));
        for (const Option &ours : arch_named(option.arch)->options)
            if (ours.name == option.name && ours.reach == OptionReach::refused)
                CHECK((refused.contains(name) || refused_there_too.contains(name)));
    }
}

TEST_CASE("what is declined leaves what is loaded alone, and the last line says what to do") {
    for (const Row &row : table())
        for (const std::string &arch : row.archs) {
            if (!contains(row.said, "is not offered"))
                continue;
            Played played = stage_of(arch).play(row.line, "kexec_loaded=1 kexec_crash_loaded=1");
            INFO(arch << ": " << row.line << "\n" << played.err);
            CHECK(played.calls == "-");
            CHECK(played.crash_loaded);
            CHECK(lines_of(played.err).size() >= 2);
            CHECK(lines_of(played.err).back().starts_with("       "));
        }
}
