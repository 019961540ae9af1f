// SPDX-License-Identifier: GPL-2.0-or-later
// Command lines of fadump: what each asks for, and what is none.
#include "util/fadump/options.h"

#include "tests/catch.h"

#include <vector>

using namespace kexec;
using namespace kexec::fadump;

namespace {

Result<Options> parsed(std::vector<const char *> words) { return parse_options(words); }

std::string problem(std::vector<const char *> words) {
    auto options = parsed(words);
    if (options)
        return "none";
    CHECK(options.error().cause == Cause::bad_usage);
    return options.error().what;
}

} // namespace

TEST_CASE("each word is an action", "[options]") {
    CHECK(parsed({"status"})->action == Action::status);
    CHECK(parsed({"register"})->action == Action::register_dump);
    CHECK(parsed({"unregister"})->action == Action::unregister_dump);
    CHECK(parsed({"release"})->action == Action::release);
    CHECK(parsed({"regions"})->action == Action::regions);
    CHECK(parsed({"recommend"})->action == Action::recommend);
    CHECK(parsed({"save", "/var/crash/a"})->action == Action::save);
    CHECK(parsed({"save", "/var/crash/a"})->directory == "/var/crash/a");
    for (const char *word : {"--help", "-h"})
        CHECK(parsed({word})->action == Action::help);
    CHECK(parsed({"--version"})->action == Action::version);
}

TEST_CASE("options belong to words", "[options]") {
    CHECK(parsed({"status", "--json"})->json);
    CHECK(parsed({"release", "--yes"})->yes);
    auto save = parsed({"save", "--plain", "/a", "--dump-level", "17"});
    REQUIRE(save);
    CHECK((save->plain && save->dump_level == 17 && save->directory == "/a"));
    CHECK(parsed({"save", "/a"})->dump_level == 31);
    CHECK(parsed({"recommend", "--memory=64G"})->memory == 64ULL << 30);
    CHECK(problem({"status", "--yes"}) == "status has no option --yes");
    CHECK(problem({"release", "--json"}) == "release has no option --json");
    CHECK(problem({"release", "--help"}) == "release has no option --help");
}

TEST_CASE("what makes no sense is named", "[options]") {
    CHECK(problem({}) == "a word is needed that says what to do");
    CHECK(problem({""}) == "a word is needed that says what to do");
    CHECK(problem({"stat"}) == "there is no word \"stat\"");
    CHECK(problem({"status", "now"}) == "status takes no argument");
    CHECK(problem({"status", "-j"}) == "there is no option -j");
    CHECK(problem({"status", "--json=1"}) == "--json takes no argument");
    CHECK(problem({"save"}) == "save needs one argument: DIR");
    CHECK(problem({"save", ""}) == "save needs one argument: DIR");
    CHECK(problem({"save", "a", "b"}) == "save needs one argument: DIR");
    CHECK(problem({"recommend", "--memory"}) == "--memory needs an argument: SIZE");
    CHECK(problem({"recommend", "--memory=much"}) == "\"much\" is no size");
    for (const char *level : {"32", "-1", "", "x"})
        CHECK(problem({"save", "a", "--dump-level", level}).ends_with("is no dump level"));
}

TEST_CASE("the usage text has every word and every option", "[options]") {
    for (const Word &word : word_table())
        CHECK(usage_text().find("  " + std::string(word.name) + " ") != std::string::npos);
    for (const OptionRow &option : option_table())
        CHECK(usage_text().find("--" + std::string(option.name)) != std::string::npos);
}
