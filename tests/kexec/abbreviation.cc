// SPDX-License-Identifier: GPL-2.0-or-later
// Every beginning of every option name of kexec-tools, on all four machines; options.tsv has the facts.
#include "kexec/abbreviation.h"

#include "arch/arch.h"
#include "base/text.h"
#include "tests/catch.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

using namespace kexec;

namespace {

struct Row {
    std::string arch, name, letter, argument, shortest, released;
};

std::vector<Row> rows() {
    std::ifstream file(TEST_OPTIONS_TSV);
    std::vector<Row> rows;
    std::string line;
    while (std::getline(file, line)) {
        if (line.starts_with("#") || line.starts_with("arch\t"))
            continue;
        std::istringstream fields(line);
        Row row;
        fields >> row.arch >> row.name >> row.letter >> row.argument >> row.shortest >> row.released;
        rows.push_back(row);
    }
    return rows;
}

std::span<const Option> options_of(const Row &row) { return arch_named(row.arch)->options; }

const Option *exact(const Row &row) {
    for (const Option &option : options_of(row))
        if (option.name == row.name)
            return &option;
    return nullptr;
}

bool means(std::string_view typed, const Row &row) {
    auto found = expand_abbreviation(typed, options_of(row));
    return found.size() == 1 && found.front()->id == exact(row)->id;
}

bool is_theirs(const Option &option) { return option.origin != OptionOrigin::ours; }

} // namespace

TEST_CASE(
    "the tables hold the 155 options of kexec-tools, with their letters and arguments, and else our own") {
    std::vector<Row> all = rows();
    REQUIRE(all.size() == 155);
    std::map<std::string, std::size_t> counts;
    for (const Row &row : all) {
        INFO(row.arch << " --" << row.name);
        const Option *option = exact(row);
        REQUIRE(option);
        CHECK(std::string(option->letter ? 1 : 0, option->letter) == (row.letter == "-" ? "" : row.letter));
        CHECK(option->argument.empty() == (row.argument == "none"));
        CHECK_FALSE(option->help.empty());
        counts[row.arch]++;
    }
    for (const auto &[arch, count] : counts)
        CHECK(std::ranges::count_if(arch_named(arch)->options, is_theirs) == static_cast<long>(count));
}

TEST_CASE("every beginning that kexec-tools takes means the same here") {
    for (const Row &row : rows())
        for (std::size_t length = row.shortest.size(); length <= row.name.size(); length++) {
            INFO(row.arch << " --" << row.name.substr(0, length));
            CHECK(means(row.name.substr(0, length), row));
        }
}

TEST_CASE("a beginning that 2.0.32 took means the same although later options begin like it") {
    std::size_t checked = 0;
    for (const Row &row : rows()) {
        if (row.released == "-")
            continue;
        for (std::size_t length = row.released.size(); length <= row.shortest.size(); length++, checked++) {
            INFO(row.arch << " --" << row.name.substr(0, length));
            CHECK(means(row.name.substr(0, length), row));
        }
    }
    CHECK(checked > 155);
}

TEST_CASE("every beginning shorter than that is ambiguous, or another option's") {
    for (const Row &row : rows()) {
        std::size_t shortest = row.released == "-" ? row.shortest.size() : row.released.size();
        for (std::size_t length = 0; length < shortest; length++) {
            INFO(row.arch << " --" << row.name.substr(0, length));
            CHECK_FALSE(means(row.name.substr(0, length), row));
        }
    }
}

TEST_CASE("an option of ours never changes what an abbreviation means") {
    Option ours{OptionId::dtb, "type-writer", 0, "", OptionScope::general, OptionReach::any, "a test"};
    ours.origin = OptionOrigin::ours;
    for (std::string_view arch : {"x86_64", "arm64", "ppc64", "s390x"}) {
        std::vector<Option> table(arch_named(arch)->options.begin(), arch_named(arch)->options.end());
        table.insert(table.begin(), ours);
        auto found = expand_abbreviation("t", table);
        REQUIRE(found.size() == 1);
        CHECK(found.front()->id == OptionId::type);
        found = expand_abbreviation("type-", table);
        REQUIRE(found.size() == 1);
        CHECK(found.front()->name == "type-writer");
    }
}

TEST_CASE("an unknown name means nothing, and competing names are all given") {
    std::span<const Option> table = arch_named("x86_64")->options;
    CHECK(expand_abbreviation("no-such", table).empty());
    CHECK(expand_abbreviation("loads", table).empty());
    std::set<std::string_view> names;
    for (const Option *option : expand_abbreviation("mem-m", table))
        names.insert(option->name);
    CHECK(names == std::set<std::string_view>{"mem-min", "mem-max"});
}
