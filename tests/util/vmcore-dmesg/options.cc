// SPDX-License-Identifier: GPL-2.0-or-later
// Command lines of vmcore-dmesg: what each asks for, and what is none.
#include "util/vmcore-dmesg/options.h"

#include "tests/catch.h"

#include <vector>

using namespace kexec;
using namespace kexec::dmesg;

namespace {

Result<Options> parsed(std::vector<const char *> words) { return parse_options(words); }

} // namespace

TEST_CASE("one argument is the dump, wherever options stand", "[options]") {
    CHECK(parsed({"/proc/vmcore"})->file == "/proc/vmcore");
    CHECK(parsed({"-"})->file == "-");
    CHECK(parsed({"--", "--json"})->file == "--json");
    auto options = parsed({"--json", "dump", "--caller", "--since-panic"});
    REQUIRE(options);
    CHECK((options->file == "dump" && options->json && options->caller && options->since_panic));
    CHECK_FALSE(options->selects_levels());
}

TEST_CASE("no argument and two are answered by the usage text alone, as in kexec-tools", "[options]") {
    for (auto words : {std::vector<const char *>{}, std::vector<const char *>{"a", "b"}}) {
        auto options = parsed(words);
        REQUIRE_FALSE(options);
        CHECK(options.error().what.empty());
    }
}

TEST_CASE("unknown options and wrong arguments are named", "[options]") {
    CHECK(parsed({"--jason", "a"}).error().what == "there is no option --jason");
    CHECK(parsed({"-x", "a"}).error().what == "there is no option -x");
    CHECK(parsed({"--json=1", "a"}).error().what == "--json takes no argument");
    CHECK(parsed({"--level"}).error().what == "--level needs an argument: LEVELS");
    CHECK(parsed({"--level=loud", "a"}).error().what == "\"loud\" is no level");
    CHECK(parsed({"--help"})->help);
    CHECK(parsed({"-h"})->help);
    CHECK(parsed({"--version"})->version);
}

TEST_CASE("levels are named, numbered, listed, and joined by all that are more urgent", "[options]") {
    CHECK(*parse_levels("emerg") == Levels(0x01));
    CHECK(*parse_levels("debug,0") == Levels(0x81));
    CHECK(*parse_levels("warn+") == Levels(0x1f));
    CHECK(*parse_levels("err+,info") == Levels(0x4f));
    for (const char *wrong : {"", ",", "err,", "8", "+", "err++", "ERR"})
        CHECK_FALSE(parse_levels(wrong));
    CHECK(parsed({"--level", "err+", "a"})->levels == Levels(0x0f));
}

TEST_CASE("the usage text has every option", "[options]") {
    for (const Option &option : option_table())
        CHECK(usage_text().find("--" + std::string(option.name)) != std::string::npos);
}
