// SPDX-License-Identifier: GPL-2.0-or-later
// The process that waits: however the other one ends, this one goes on, and the reason is kept.
#include "util/kdump-capture/supervise.h"

#include "base/file.h"
#include "capture/outcome.h"
#include "tests/catch.h"
#include "tests/support/files.h"
#include "tests/util/kdump-capture/fake_world.h"
#include "util/kdump-capture/keep.h"

#include <chrono>
#include <sys/stat.h>
#include <thread>

using namespace kexec::testing;

namespace kexec::capture {

namespace {

// A shell in the place of the program: `store` is what it does as --store; what it is told to report goes to
// a file.
Self shell(const FakeWorld &fake, const std::string &store) {
    std::string script = "case $1 in --store) " + store + ";; --report) printf '%s|%s' \"$2\" \"$3\" >" +
                         fake.files().path("reported") + ";; esac";
    return {"/bin/sh", {"-c", script, "sh"}};
}

} // namespace

TEST_CASE("supervise: how the store ends is passed on") {
    FakeWorld fake;
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "exit 0")) == Ending::saved);
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "exit 1")) == Ending::failed);
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "exit 2")) == Ending::left_out);
    CHECK_FALSE(fake.has("reported"));
}

TEST_CASE("supervise: a store that hangs is ended with all that it has started, and that is reported") {
    FakeWorld fake;
    fake.settings.time_limit = 1;
    auto start = std::chrono::steady_clock::now();
    // What it has started ignores everything that can be ignored.
    std::string hang = "(trap '' TERM INT HUP; sleep 77777) & trap '' TERM INT HUP; echo $! >" +
                       fake.files().path("child") + "; wait";
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, hang)) == Ending::failed);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
    CHECK(
        text_of_file(fake.files().path("reported")) ==
        "storing the dump took longer than 1 seconds, and was ended|see whether its target is slow, or raise "
        "the time limit");
    std::string child = text_of_file(fake.files().path("child"));
    child.pop_back();
    std::string state = "/proc/" + child + "/stat";
    // A busy machine takes its time to end what was killed.
    auto is_ended = [&] {
        auto stat = read_start_of_file(state, 4096);
        return !stat || as_text(*stat).find(") Z ") != std::string_view::npos;
    };
    for (int tries = 0; tries < 100 && !is_ended(); tries++)
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    CHECK(is_ended());
}

TEST_CASE("supervise: a store that a signal ends, for want of memory, is reported") {
    FakeWorld fake;
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "kill -9 $$")) == Ending::failed);
    CHECK(text_of_file(fake.files().path("reported")).starts_with("storing the dump was ended by signal 9|"));
}

TEST_CASE("supervise: where no dump is stored the programs for that run, and how they end is told") {
    FakeWorld fake;
    std::string root = fake.files().path("");
    for (std::string name : {"script", "help"})
        fake.files().write(name, "#!/bin/sh\necho $0 >>" + root + "/ran\n[ \"${0##*/}\" = script ]\n");
    for (std::string name : {"script", "help"})
        REQUIRE(::chmod((root + "/" + name).c_str(), 0755) == 0);
    fake.settings.emergency_scripts = {"/script", "/nowhere"};
    fake.settings.emergency = "/help";
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "exit 0")) == Ending::saved);
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "exit 2")) == Ending::left_out);
    CHECK_FALSE(fake.has("ran"));
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "exit 1")) == Ending::failed);
    CHECK(text_of_file(root + "/ran").find("/script\n") != std::string::npos);
    CHECK(text_of_file(root + "/ran").find("/help\n") != std::string::npos);
    CHECK(fake.console.find("/nowhere") != std::string::npos);
    CHECK(fake.console.find("/help exited with status 1; going on") != std::string::npos);
    CHECK(fake.console.find("/script exited") == std::string::npos);
}

TEST_CASE("supervise: a cluster is told while the dump is stored, or the console that it is not") {
    FakeWorld fake;
    std::string told = fake.files().path("told");
    fake.files().write("fence", "#!/bin/sh\nprintf '%s|' \"$@\" >" + told + "\n");
    REQUIRE(::chmod(fake.files().path("fence").c_str(), 0755) == 0);
    fake.settings.fence = "-p 7410 two";
    fake.world.find_program = [&](std::string_view name) -> std::optional<std::string> {
        return name == "fence_kdump_send" ? std::optional(fake.files().path("fence")) : std::nullopt;
    };
    std::string until_told =
        "for i in 1 2 3 4 5 6 7 8 9 10; do [ -s " + told + " ] && exit 0; sleep 1; done; exit 1";
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, until_told)) == Ending::saved);
    CHECK(text_of_file(told) == "-p|7410|two|");
    fake.world.find_program = [](std::string_view) -> std::optional<std::string> { return std::nullopt; };
    CHECK(wait_for_store(fake.world, fake.settings, shell(fake, "exit 0")) == Ending::saved);
    CHECK(fake.console.find("the cluster is not told of the dump") != std::string::npos);
}

TEST_CASE("supervise: a program that cannot be started again is a failure, not an end") {
    FakeWorld fake;
    CHECK(wait_for_store(fake.world, fake.settings, {"/nowhere", {}}) == Ending::failed);
    CHECK(fake.console.find("/nowhere") != std::string::npos);
}

TEST_CASE("supervise: the report completes what is known of the dump") {
    FakeWorld fake;
    fake.files().write("kdump/target/var/crash/x", "");
    Draft draft{"/kdump/target/var/crash", {}};
    draft.outcome.crash_time = 5;
    draft.outcome.directory = "/var/crash/a";
    draft.outcome.warnings = {"w"};
    write_draft(fake.world, draft);
    report_end(fake.world, "what", "remedy");
    auto outcome = find_outcome(fake.stored("kdump-capture.outcome"));
    REQUIRE(outcome);
    CHECK_FALSE(outcome->saved);
    CHECK(outcome->crash_time == 5);
    CHECK(outcome->directory == "/var/crash/a");
    CHECK(outcome->what == "what");
    CHECK(outcome->remedy == "remedy");
    CHECK(outcome->warnings == std::vector<std::string>{"w"});
    CHECK(fake.done == std::vector<std::string>{"sync"});
}

TEST_CASE("supervise: the actions are those of the settings") {
    FakeWorld fake;
    fake.settings.failure_action = Action::halt;
    fake.settings.final_action = Action::poweroff;
    CHECK(action_behind(fake.world, fake.settings, Ending::saved) == Action::poweroff);
    CHECK(action_behind(fake.world, fake.settings, Ending::left_out) == Action::poweroff);
    CHECK(action_behind(fake.world, fake.settings, Ending::failed) == Action::halt);
    CHECK(fake.done.empty());
    fake.settings.failure_action = Action::shell;
    CHECK(action_behind(fake.world, fake.settings, Ending::failed) == Action::poweroff);
    CHECK(fake.done == std::vector<std::string>{"shell"});
}

} // namespace kexec::capture
