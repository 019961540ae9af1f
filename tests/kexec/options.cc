// SPDX-License-Identifier: GPL-2.0-or-later
// What the options given become.
#include "kexec/options.h"

#include "arch/arch.h"
#include "tests/catch.h"

using namespace kexec;

namespace {

tl::expected<Options, UsageError> parse_on(std::string_view arch, std::vector<const char *> words) {
    return parse_options(words, arch_named(arch)->options, Order::any);
}

tl::expected<Options, UsageError> parse(std::vector<const char *> words) {
    return parse_on("x86_64", std::move(words));
}

int status_of(std::vector<const char *> words) {
    auto options = parse(std::move(words));
    return options ? 0 : options.error().status;
}

} // namespace

TEST_CASE("the last of -s, -c and -a counts") {
    CHECK(parse({"-l", "k"})->settings.call == Call::automatic);
    CHECK(parse({"-l", "-s", "-c", "k"})->settings.call == Call::load);
    CHECK(parse({"-c", "-l", "-s", "k"})->settings.call == Call::file_load);
    CHECK(parse({"-c", "-l", "-a", "k"})->settings.call == Call::automatic);
}

TEST_CASE("numbers are read as strtoul does with base 0") {
    auto options = parse({"-l", "--mem-min=0x1000", "--mem-max=010000000", "--entry=16", "k"});
    REQUIRE(options);
    CHECK(options->settings.window == *Range::between(0x1000, 010000000));
    CHECK(options->settings.entry == 16);
    CHECK(parse({"-l", "k"})->settings.window == Range::everything());
    CHECK(parse({"-l", "--mem-max=0xffffffffffffffff", "k"})->settings.window == Range::everything());
    CHECK(parse({"-l", "--mem-min=", "k"})->settings.window == Range::everything());
}

TEST_CASE("a number with something behind it ends with the usage text and 1") {
    for (const char *word : {"--mem-min=1M", "--mem-max=x", "--entry=0x", "--mem-max=0x1ffffffffffffffff"}) {
        auto options = parse({"-l", word, "k"});
        REQUIRE_FALSE(options);
        CHECK(options.error().status == 1);
        CHECK(options.error().error.what == "Bad option value in " + std::string(word));
    }
    CHECK(status_of({"-l", "--mem-min=2", "--mem-max=1", "k"}) == 1);
}

TEST_CASE("a serial port or speed that is none ends with 255") {
    for (const char *word : {"--serial=ttyS2", "--serial=0x10000", "--serial=3f8", "--serial-baud=0",
                             "--serial-baud=abc", "--serial-baud=9601", "--serial-baud=4800"})
        CHECK(status_of({"-l", word, "k"}) == 255);
    for (const char *word : {"--serial=ttyS0", "--serial=ttyS1", "--serial=0x3e8", "--serial-baud=115200",
                             "--serial-baud=0x2580"})
        CHECK(status_of({"-l", word, "k"}) == 0);
}

TEST_CASE("no kernel named ends with 255") {
    auto options = parse({"-l"});
    REQUIRE_FALSE(options);
    CHECK(options.error().error.what == "No kernel specified");
    CHECK(options.error().status == 255);
    CHECK(status_of({}) == 255);
    CHECK(status_of({"-e", "-l"}) == 255);
}

TEST_CASE("the last --append and --initrd count, and what they replace is said") {
    auto options =
        parse({"-l", "--append=first", "--command-line", "second", "--initrd=/a", "--ramdisk=/b", "k"});
    REQUIRE(options);
    CHECK(options->append == "second");
    CHECK(options->initrds == std::vector<std::string>{"/b"});
    REQUIRE(options->warnings.size() == 2);
    CHECK(options->warnings[0].find("\"first\" is dropped") != std::string::npos);
    CHECK(options->warnings[1].find("\"/a\" is dropped") != std::string::npos);
}

TEST_CASE("--append survives whatever stands behind it") {
    auto options = parse(
        {"-l", "--append=root=/dev/vda", "--noefi", "--pass-memmap-cmdline", "--reuse-video-type", "k"});
    REQUIRE(options);
    CHECK(options->append == "root=/dev/vda");
    CHECK(options->settings.has(OptionId::noefi));
}

TEST_CASE("on s390x pieces of the command line are joined, wherever --reuse-cmdline stands") {
    for (std::vector<const char *> words : std::vector<std::vector<const char *>>{
             {"-l", "--append=a", "--command-line=b", "--reuse-cmdline", "k"},
             {"-l", "--append=a", "--reuse-cmdline", "--append=b", "k"},
             {"-l", "--reuse-cmdline", "--append=a", "--append=b", "k"}}) {
        auto options = parse_on("s390x", words);
        REQUIRE(options);
        CHECK(options->append == "a b");
        CHECK(options->reuse_command_line);
        CHECK(options->warnings.empty());
    }
    CHECK(parse_on("x86_64", {"-l", "--append=a", "--reuse-cmdline", "k"})->append == "a");
}

TEST_CASE("on s390x --ramdisk is --initrd, as elsewhere") {
    auto options = parse_on("s390x", {"-l", "--ramdisk=/i", "k"});
    REQUIRE(options);
    CHECK(options->initrds == std::vector<std::string>{"/i"});
}

TEST_CASE("only the first operand is the kernel, and the others are named") {
    auto options = parse({"-l", "k", "--append", "root=/dev/vda", "quiet"});
    REQUIRE(options);
    CHECK(options->kernel == "k");
    REQUIRE(options->warnings.size() == 1);
    CHECK(options->warnings[0].find("\"quiet\" is ignored") == 0);
}

TEST_CASE("options about loading are a usage error where nothing is loaded, but not on arm64") {
    for (const char *action : {"-u", "-e", "-S"})
        for (const char *word : {"--append=x", "--initrd=y", "--reuse-cmdline"}) {
            INFO(action << " " << word);
            for (std::string_view arch : {"x86_64", "ppc64", "s390x"}) {
                auto options = parse_on(arch, {action, word});
                REQUIRE_FALSE(options);
                CHECK(options.error().status == 1);
            }
            CHECK(parse_on("arm64", {action, word}));
        }
    CHECK(status_of({"-S", "--noefi"}) == 1);
    CHECK(status_of({"-S", "--reset-vga"}) == 0);
}

TEST_CASE("questions are answered whatever else is on the line before them") {
    CHECK(parse({"-l", "-h"})->answer == OptionId::help);
    CHECK(parse({"-v", "--nonsense"})->answer == OptionId::version);
    CHECK(parse({"--print-ckr-size"})->answer == OptionId::print_crash_size);
    CHECK(status_of({"--nonsense", "-v"}) == 1);
}

TEST_CASE("options that may be repeated keep every argument, in order") {
    auto options = parse({"-l", "--add-initrd=/b", "--initrd=/a", "--add-initrd", "/c", "--add-arg=x",
                          "--add-arg=y", "--remove-arg=quiet", "--remove-arg=ro", "k"});
    REQUIRE(options);
    CHECK(options->warnings.empty());
    CHECK(options->initrds == std::vector<std::string>{"/a", "/b", "/c"});
    CHECK(options->added_words == std::vector<std::string>{"x", "y"});
    CHECK(options->removed_words == std::vector<std::string>{"quiet", "ro"});
}

TEST_CASE("a word for the command line is one word") {
    for (const char *word : {"--add-arg=a b", "--add-arg=", "--remove-arg= a"}) {
        auto options = parse({"-l", word, "k"});
        REQUIRE_FALSE(options);
        CHECK(options.error().error.what.find("one word of a command line is needed") != std::string::npos);
    }
    CHECK(parse({"-l", "--add-arg=dyndbg=\"file a.c +p\"", "k"}));
}

TEST_CASE("an entry of the boot menu stands for a kernel, not beside one") {
    auto options = parse({"-l", "--load-entry=default"});
    REQUIRE(options);
    CHECK(options->boot_entry == "default");
    options = parse({"-l", "--load-entry=default", "k"});
    REQUIRE_FALSE(options);
    CHECK(options.error().error.what == "both a kernel, k, and --load-entry=default are given");
}
