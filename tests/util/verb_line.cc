// SPDX-License-Identifier: GPL-2.0-or-later
// Command lines by two made-up tables, and how a command ends.
#include "util/verb_line.h"

#include "tests/catch.h"
#include "util/program.h"

#include <array>

using namespace kexec;

namespace {

constexpr std::array options{
    OptionRow{"json", "show", "", "print an object"},
    OptionRow{"size", "show keep", "SIZE", "how much"},
    OptionRow{"help", "", "", "print this text"},
};
const VerbTables tables{"program",
                        "verb",
                        "Shows and keeps.",
                        {{"show", "[FILE]", "say it"}, {"keep", "DIR", "store it"}, {"drop", "", "lose it"}},
                        options};

Result<VerbLine> read(std::vector<const char *> words) { return read_verb_line(tables, words); }

std::string problem(std::vector<const char *> words) {
    auto line = read(words);
    return line ? "none" : complaint("program", line.error());
}

std::string told(const std::string &what) {
    return "program: " + what + "\n         program --help lists the verbs and options\n";
}

} // namespace

TEST_CASE("a verb, its argument and its options are told apart", "[verbs]") {
    CHECK((read({"show"})->verb == 0 && !read({"show"})->argument));
    CHECK((read({"show", "a"})->argument == "a" && read({"keep", "a"})->verb == 1));
    auto line = read({"show", "--size", "4", "--json", "--size=5", "a"});
    REQUIRE(line);
    CHECK((line->has("json") && line->value_of("size") == "5" && line->argument == "a"));
    CHECK((!line->has("help") && line->options.size() == 3));
    for (const char *word : {"-h", "--help"})
        CHECK((read({word, "show", "--what"})->instead == "help" && !read({word})->verb));
}

TEST_CASE("what is no command line is named", "[verbs]") {
    CHECK(problem({}) == told("a verb is needed that says what to do"));
    CHECK(problem({""}) == told("a verb is needed that says what to do"));
    CHECK(problem({"sho"}) == told("there is no verb \"sho\""));
    CHECK(problem({"--json"}) == told("there is no verb \"--json\""));
    CHECK(problem({"drop", "a"}) == told("drop takes no argument"));
    CHECK(problem({"keep"}) == told("keep needs one argument: DIR"));
    CHECK(problem({"keep", ""}) == told("keep needs one argument: DIR"));
    CHECK(problem({"show", "a", "b"}) == told("show takes one argument: [FILE]"));
    CHECK(problem({"keep", "--json", "a"}) == told("keep has no option --json"));
    CHECK(problem({"show", "--help"}) == told("show has no option --help"));
    CHECK(problem({"show", "--json=1"}) == told("--json takes no argument"));
    CHECK(problem({"show", "--size"}) == told("--size needs an argument: SIZE"));
    CHECK(problem({"show", "-j"}) == told("there is no option -j"));
}

TEST_CASE("the usage text is made of the tables", "[verbs]") {
    CHECK(usage_text(tables, 12) ==
          "usage: program VERB [OPTION]...\nShows and keeps.\n\n"
          "  show [FILE]  say it\n  keep DIR     store it\n  drop         lose it\n\n"
          "  --json       show: print an object\n  --size=SIZE  show keep: how much\n"
          "  --help       print this text\n");
    CHECK(usage_text(tables, 9).find("\n\n  show [FILE]\n            say it\n  keep DIR  store it\n") !=
          std::string::npos);
}

TEST_CASE("an error is said, and is what the command ends with", "[verbs]") {
    std::string said;
    auto end = [&](Result<int> outcome) {
        said.clear();
        return end_of_command(
            "program", [&](std::string_view text) { said += text; }, outcome, 2, 1);
    };
    CHECK((end(7) == 7 && said.empty()));
    CHECK((end(fail(Cause::other, "it is broken", "mend it")) == 1 &&
           said == "program: it is broken\n         mend it\n"));
    CHECK(end(fail(Cause::bad_usage, "what", "")) == 2);
    CHECK(!printed([](std::string_view) { return false; }, "text", 0));
    CHECK(printed([](std::string_view) { return false; }, "", 3) == 3);
}
