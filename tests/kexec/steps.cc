// SPDX-License-Identifier: GPL-2.0-or-later
// What each combination of action options leads to.
#include "arch/arch.h"
#include "kexec/options.h"
#include "tests/catch.h"

#include <sstream>

using namespace kexec;

namespace {

std::string name_of(Step step) {
    switch (step) {
    case Step::report_status: return "status";
    case Step::report_loaded: return "loaded";
    case Step::record: return "record";
    case Step::examine: return "doctor";
    case Step::plan: return "plan";
    case Step::test_vm: return "try";
    case Step::inspect: return "inspect";
    case Step::unload: return "unload";
    case Step::load: return "load";
    case Step::shut_down: return "shutdown";
    case Step::synchronise: return "sync";
    case Step::take_links_down: return "links";
    case Step::execute: return "execute";
    }
    return "?";
}

// "load sync" and, for the crash kernel, "crash: load"
std::string steps(const std::string &line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    std::vector<const char *> pointers;
    for (const std::string &word : words)
        pointers.push_back(word.c_str());
    auto arguments = read_arguments(pointers, arch_named("x86_64")->options, Order::any);
    REQUIRE(arguments);
    Steps found = steps_of(arguments->options, !arguments->operands.empty());
    std::string text = found.target == Purpose::crash ? "crash:" : "";
    for (Step step : found.steps)
        text += (text.empty() ? "" : " ") + name_of(step);
    return text;
}

struct Row {
    const char *line;
    const char *expected;
};

} // namespace

TEST_CASE("the action options lead to these steps") {
    const Row rows[] = {
        {"K", "load shutdown sync"},
        {"-s K", "load shutdown sync"},
        {"-c --append=x K", "load shutdown sync"},
        {"-l K", "load sync"},
        {"-l -y K", "load"},
        {"-y -l K", "load"},
        {"-p K", "crash: load"},
        {"-p -l K", "crash: load"},
        {"-d -p K", "crash: load"},
        {"-p -d K", "crash: load"},
        {"-f K", "load sync links execute"},
        {"-l -f K", "load sync links execute"},
        {"-f -l K", "load sync"},
        {"-f -x K", "load sync execute"},
        {"-x -y -f K", "load execute"},
        {"-e", "sync links execute"},
        {"-x -e", "sync execute"},
        {"-e -y -x", "execute"},
        {"-e -l K", "load sync"},
        {"-l -e K", "sync links execute"},
        {"-f -e", "sync links execute"},
        {"-p -e", "crash: sync links execute"},
        {"--loaded", "loaded"},
        {"--loaded -l", "loaded"},
        {"-S --loaded", "crash: status"},
        {"--inspect K", "inspect"},
        {"--inspect -l K", "inspect"},
        {"-e --inspect K", "inspect"},
        {"-p --inspect K", "inspect"},
        {"--inspect --loaded", "loaded"},
        {"-u", "unload"},
        {"-p -u", "crash: unload"},
        {"-p -u K", "crash: unload"},
        {"-e -u", "unload links execute"},
        {"-u -e", "unload sync links execute"},
    };
    for (const Row &row : rows) {
        INFO(row.line);
        CHECK(steps(row.line) == row.expected);
    }
}

TEST_CASE("where kexec-tools stumbles, what was meant is done") {
    CHECK(steps("-u -p") == "crash: unload");
    CHECK(steps("-u -l K") == "unload load");
    CHECK(steps("-u -p K") == "crash: unload load");
    CHECK(steps("-e -f") == "sync links execute");
    CHECK(steps("-e -f K") == "load sync links execute");
}

TEST_CASE("a load without a kernel stays a load, so that it can be complained about") {
    for (const char *line : {"-l", "-p", "-f", "-e -l", "-u -l", "-u -l -p", "-e -p"}) {
        INFO(line);
        CHECK(steps(line).find("load") != std::string::npos);
    }
}

TEST_CASE("-S asks about the crash kernel unless -l says otherwise, and nothing else is done") {
    CHECK(steps("-S") == "crash: status");
    CHECK(steps("-p -S") == "crash: status");
    CHECK(steps("-l -S") == "status");
    CHECK(steps("-S -l -p") == "crash: status");
    CHECK(steps("-d -S") == "crash: status");
    CHECK(steps("-S -d") == "crash: status");
    CHECK(steps("-u -e -f -s -S K") == "crash: status");
    CHECK(steps("-S -l -u") == "status");
}

TEST_CASE("a plan, a trial or a recording is all that is done") {
    for (std::string line :
         {"--plan k", "-l --plan k", "--plan -f k", "-e --plan k", "-u --plan k", "--plan=json -e"})
        CHECK(steps(line) == "plan");
    CHECK(steps("-p --plan k") == "crash: plan");
    for (std::string line : {"--doctor", "-l --doctor k", "-e --doctor", "-u --doctor", "--doctor --plan k"})
        CHECK(steps(line) == "doctor");
    CHECK(steps("-p --doctor") == "crash: doctor");
    CHECK(steps("--test-vm -e -l k") == "try");
    CHECK(steps("-p --test-vm=cpus=1 k") == "crash: try");
    CHECK(steps("--test-vm --plan k") == "plan");
    CHECK(steps("--record=f -e") == "record");
    CHECK(steps("--plan --record=f k") == "record");
}
