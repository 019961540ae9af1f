// SPDX-License-Identifier: GPL-2.0-or-later
// The grammar of the command line, also compared with glibc's getopt_long on random lines.
#include "kexec/arguments.h"

#include "arch/arch.h"
#include "tests/catch.h"

#include <cstring>
#include <getopt.h>
#include <random>

using namespace kexec;

namespace {

std::span<const Option> table() { return arch_named("x86_64")->options; }

Result<Arguments> read(std::vector<const char *> words, Order order = Order::any) {
    return read_arguments(words, table(), order);
}

std::string shown(const Arguments &arguments) {
    std::string text;
    for (const GivenOption &each : arguments.options) {
        text += std::string(each.option->name);
        if (!each.option->argument.empty())
            text += "=" + each.argument;
        text += ";";
    }
    text += "|";
    for (const std::string &operand : arguments.operands)
        text += operand + ";";
    return text;
}

// The same line through getopt_long, in the same form; "error" where it complains.
std::string by_getopt(std::vector<const char *> words) {
    std::string letters;
    std::vector<option> longs;
    for (std::size_t i = 0; i < table().size(); i++) {
        const Option &each = table()[i];
        if (each.letter)
            letters += std::string(1, each.letter) + (each.argument.empty() ? "" : ":");
        int takes = each.argument.empty()    ? no_argument
                    : each.may_lack_argument ? optional_argument
                                             : required_argument;
        longs.push_back({each.name.data(), takes, nullptr, 1000 + static_cast<int>(i)});
    }
    longs.push_back({});
    words.insert(words.begin(), "kexec");
    words.push_back(nullptr);
    std::vector<char *> argv;
    for (const char *word : words)
        argv.push_back(const_cast<char *>(word));
    optind = 0; // glibc: start anew
    opterr = 0;
    std::string text;
    int count = static_cast<int>(argv.size()) - 1;
    for (int found;
         (found = getopt_long(count, argv.data(), letters.c_str(), longs.data(), nullptr)) != -1;) {
        if (found == '?')
            return "error";
        for (std::size_t i = 0; i < table().size(); i++) {
            const Option &each = table()[i];
            if (found == 1000 + static_cast<int>(i) || (each.letter && found == each.letter))
                text += std::string(each.name) +
                        (each.argument.empty() ? "" : "=" + std::string(optarg ? optarg : "")) + ";";
        }
    }
    text += "|";
    for (int i = optind; i < count; i++)
        text += std::string(argv[static_cast<std::size_t>(i)]) + ";";
    return text;
}

std::string error_of(std::vector<const char *> words) {
    auto arguments = read(std::move(words));
    REQUIRE_FALSE(arguments);
    CHECK(arguments.error().cause == Cause::bad_usage);
    return arguments.error().what;
}

} // namespace

TEST_CASE("operands may stand anywhere, and -- ends the options") {
    CHECK(shown(*read({"/k", "-l", "-d"})) == "load;debug;|/k;");
    CHECK(shown(*read({"-l", "/k", "--initrd", "/i", "more"})) == "load;initrd=/i;|/k;more;");
    CHECK(shown(*read({"-l", "--", "-d", "--initrd"})) == "load;|-d;--initrd;");
    CHECK(shown(*read({"-", "-l"})) == "load;|-;");
}

TEST_CASE("with POSIXLY_CORRECT the first operand ends the options") {
    CHECK(shown(*read({"-l", "/k", "-d"}, Order::options_first)) == "load;|/k;-d;");
}

TEST_CASE("short options bundle, and take their argument from the rest or the next word") {
    CHECK(shown(*read({"-lc"})) == "load;kexec-syscall;|");
    CHECK(shown(*read({"-ltbzImage"})) == "load;type=bzImage;|");
    CHECK(shown(*read({"-lt", "bzImage"})) == "load;type=bzImage;|");
}

TEST_CASE("an argument may look like an option") {
    CHECK(shown(*read({"--append", "-l"})) == "append=-l;|");
    CHECK(shown(*read({"--app=--load"})) == "append=--load;|");
    CHECK(shown(*read({"--append="})) == "append=;|");
    CHECK(shown(*read({"-t", "--unknown", "-l"})) == "type=--unknown;load;|");
}

TEST_CASE("an argument that may be missing is given with = or not at all") {
    CHECK(shown(*read({"--plan", "json"})) == "plan=;|json;");
    CHECK(shown(*read({"--plan=json", "/k"})) == "plan=json;|/k;");
}

TEST_CASE("what cannot be read is said in getopt's words") {
    CHECK(error_of({"--nonsense=1"}) == "unrecognized option '--nonsense=1'");
    CHECK(error_of({"-lz"}) == "invalid option -- 'z'");
    CHECK(error_of({"-t"}) == "option requires an argument -- 't'");
    CHECK(error_of({"--append"}) == "option '--append' requires an argument");
    CHECK(error_of({"--load=1"}) == "option '--load' doesn't allow an argument");
    CHECK(error_of({"--mem-m=1"}) ==
          "option '--mem-m=1' is ambiguous; possibilities: '--mem-min' '--mem-max'");
    CHECK(error_of({"-?"}).empty());
}

TEST_CASE("what stands behind -h, -v or --print-ckr-size is not looked at") {
    CHECK(shown(*read({"-l", "-h", "--nonsense"})) == "load;help;|");
    CHECK(shown(*read({"-dvz"})) == "debug;version;|");
    CHECK(shown(*read({"--print-ckr-size", "--nonsense"})) == "print-ckr-size;|");
    CHECK(error_of({"--nonsense", "-h"}) == "unrecognized option '--nonsense'");
}

TEST_CASE("random lines of full names are read as getopt_long reads them") {
    const std::vector<const char *> pieces = {
        "-l",           "-p",          "-ld",          "-t",          "-tx", "-lt", "--load", "--append",
        "--append=x y", "--initrd=/i", "/k",           "file",        "--",  "-",   "--type", "-z",
        "--nope",       "--load=3",    "--entry=0x10", "--noefi",     "-S",  "-yx", "-c=1",   "--mem-max",
        "--mem-max=1",  "--append=",   "--plan",       "--plan=json", ""};
    std::mt19937 random(20240607);
    std::size_t errors = 0;
    for (int round = 0; round < 20000; round++) {
        std::vector<const char *> words;
        for (std::size_t count = random() % 6; count > 0; count--)
            words.push_back(pieces[random() % pieces.size()]);
        auto ours = read(words);
        std::string expected = by_getopt(words);
        errors += expected == "error";
        std::string line;
        for (const char *word : words)
            line += std::string("[") + word + "]";
        INFO(line);
        REQUIRE((ours ? shown(*ours) : "error") == expected);
    }
    CHECK(errors > 1000);
    CHECK(errors < 19000);
}
