// SPDX-License-Identifier: GPL-2.0-or-later
// The end of a capture, as the next boot finds it.
#include "capture/outcome.h"

#include "tests/catch.h"

namespace kexec::capture {

namespace {

Outcome failure() {
    Outcome outcome;
    outcome.crash_time = 1700000000;
    outcome.directory = "/var/crash/127.0.0.1-2023-11-14-22:13:20";
    outcome.what = "no space";
    outcome.remedy = "free some";
    outcome.warnings = {"one", "two"};
    return outcome;
}

} // namespace

TEST_CASE("outcome: what is written is found again") {
    CHECK(find_outcome(outcome_text(failure())) == failure());
    Outcome success;
    success.saved = true;
    CHECK(find_outcome(outcome_text(success)) == success);
}

TEST_CASE("outcome: it is found among the lines of a log, and the last one counts") {
    std::string text = "Panic#1 Part1\n";
    Outcome older;
    older.saved = true;
    for (const Outcome &outcome : {older, failure()})
        for (std::string line = outcome_text(outcome); !line.empty(); line.erase(0, line.find('\n') + 1))
            text += "<5>[   10.1] " + line.substr(0, line.find('\n') + 1) + "<6>[   10.2] noise\n";
    CHECK(find_outcome(text) == failure());
}

TEST_CASE("outcome: a text without one has none") {
    CHECK_FALSE(find_outcome(""));
    CHECK_FALSE(find_outcome("kdump-capture: what x\nresult failed\n"));
}

TEST_CASE("outcome: a line break in a sentence does not begin another line") {
    Outcome outcome = failure();
    outcome.what = "a\nkdump-capture: result saved";
    auto found = find_outcome(outcome_text(outcome));
    REQUIRE(found);
    CHECK_FALSE(found->saved);
}

} // namespace kexec::capture
