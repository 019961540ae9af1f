// SPDX-License-Identifier: GPL-2.0-or-later
// crashkernel= read, printed back and evaluated.
#include "machine/crashkernel.h"

#include "tests/catch.h"
#include "tests/support/dice.h"

using namespace kexec;

namespace {

constexpr std::uint64_t mebibyte = 1 << 20, gibibyte = 1 << 30;

std::string again(std::string_view value) {
    auto parameter = parse_crashkernel(value);
    REQUIRE(parameter);
    return to_string(*parameter);
}

std::string problem(std::string_view value) {
    auto parameter = parse_crashkernel(value);
    if (parameter)
        return "none";
    CHECK(parameter.error().cause == Cause::bad_usage);
    return parameter.error().what;
}

} // namespace

TEST_CASE("every form of crashkernel= is printed back as it was", "[crashkernel]") {
    for (const char *value :
         {"256M", "1G", "256M@16M", "512M,high", "128M,low", "100M,cma", "2G-64G:256M,64G-:512M",
          "2G-:100M@1G", "268435556", "0-2G:64M,2G-1P:4G", "10T-100T:1T", "1E"})
        CHECK(again(value) == value);
    CHECK(again("1024m") == "1G");
    CHECK(again("1099511627776") == "1T");
    CHECK(again("16k@0") == "16K@0");
}

TEST_CASE("what the kernel would refuse is refused, and quoted", "[crashkernel]") {
    CHECK(problem("") == "\"\" is no size");
    CHECK(problem("0M") == "\"0M\" is no size");
    CHECK(problem("256MB") == "\"256MB\" is no size");
    CHECK(problem("-1M") == "\"-1M\" is no size");
    CHECK(problem("64E") == "\"64E\" is no size");
    CHECK(problem("auto") == "\"auto\" is no size");
    CHECK(problem("256M@") == "\"\" is no offset");
    CHECK(problem("256M,top") == "\"256M,top\" is no size");
    CHECK(problem("2G-4G:") == "\"\" is no size");
    CHECK(problem("2G:4G-256M") == "\"2G:4G-256M\" is no range of memory with a size");
    CHECK(problem("2G-4G:256M,") == "\"\" is no range of memory with a size");
    CHECK(problem("2G-4X:256M") == "\"2G-4X\" is no range of memory");
    CHECK(problem("4G-2G:256M").starts_with("\"4G-2G\" is no range of memory"));
    CHECK(problem("2G-4G:256M,high").starts_with("\"2G-4G:256M,high\" is no crashkernel="));
}

TEST_CASE("a range has its first byte and not its last", "[crashkernel]") {
    auto parameter = *parse_crashkernel("2G-4G:192M,4G-64G:256M,64G-:512M");
    CHECK(evaluate(parameter, gibibyte) == 0);
    CHECK(evaluate(parameter, 2 * gibibyte) == 192 * mebibyte);
    CHECK(evaluate(parameter, 4 * gibibyte) == 256 * mebibyte);
    CHECK(evaluate(parameter, UINT64_MAX) == 512 * mebibyte);
    CHECK(evaluate(*parse_crashkernel("256M@16M"), 1) == 256 * mebibyte);
}

TEST_CASE("what firmware keeps of the memory does not make a machine smaller", "[crashkernel]") {
    auto parameter = *parse_crashkernel("2G-4G:192M,4G-:256M");
    CHECK(evaluate(parameter, 4 * gibibyte - 128 * mebibyte + 1) == 256 * mebibyte);
    CHECK(evaluate(parameter, 4 * gibibyte - 128 * mebibyte) == 192 * mebibyte);
}

TEST_CASE("sizes grow, and what stands around them stays", "[crashkernel]") {
    auto grown = [](std::string_view value, std::uint64_t bytes) {
        return to_string(enlarged(*parse_crashkernel(value), bytes));
    };
    CHECK(grown("1G-4G:256M,4G-64G:320M,64G-:576M", 100 * mebibyte) == "1G-4G:356M,4G-64G:420M,64G-:676M");
    CHECK(grown("1G-4G:1G,64G-:3G@4G", 100 * mebibyte) == "1G-4G:1124M,64G-:3172M@4G");
    CHECK(grown("1,high", 1) == "2,high");
    CHECK(grown("1M@1G", 1024) == "1025K@1G");
    CHECK(grown("15E", UINT64_MAX) == "18446744073709551615");
}

TEST_CASE("numbers are written as in C, as the kernel reads them", "[crashkernel]") {
    CHECK(again("0x10000000") == "256M");
    CHECK(again("0X10M@0x1000000") == "16M@16M");
    CHECK(again("0400M") == "256M");
    for (const char *wrong : {"0x", "08M", "+1M", " 1M", "0x-1", "0xg"})
        CHECK(problem(wrong).ends_with(" is no size"));
}

TEST_CASE("several parameters of one command line are taken together", "[crashkernel]") {
    auto asked = [](std::string_view line) { return evaluate_command_line(line, 8 * gibibyte); };
    CHECK(asked("quiet root=/dev/sda2") == CrashReservation{});
    CHECK(asked("crashkernel=512M,high quiet crashkernel=128M,low") ==
          CrashReservation{512 * mebibyte, 128 * mebibyte, 0});
    CHECK(asked("crashkernel=64M crashkernel=512M,high crashkernel=128M,low crashkernel=1G,cma") ==
          CrashReservation{64 * mebibyte, 0, gibibyte});
    CHECK(asked("crashkernel=64M crashkernel=2G-4G:1M,4G-:192M") == CrashReservation{192 * mebibyte, 0, 0});
    CHECK(asked("crashkernel=64M crashkernel=auto") == CrashReservation{});
    CHECK(asked("crashkernel=128M,low") == CrashReservation{});
    CHECK(asked("quiet -- crashkernel=64M") == CrashReservation{});
}

TEST_CASE("whatever is parsed is printed as what reads the same, and grows as a whole", "[crashkernel]") {
    testing::Dice dice(10);
    auto size = [&] { return memory_size_text((1 + dice.below(4096)) << (10 * (1 + dice.below(4)))); };
    for (int round = 0; round < 2000; round++) {
        std::string text;
        std::uint64_t from = dice.below(4);
        for (std::uint64_t ranges = dice.below(5); ranges > 0; ranges--) {
            std::uint64_t to = from + 1 + dice.below(64);
            text += (text.empty() ? "" : ",") + memory_size_text(from << 30) + "-" +
                    (ranges == 1 && dice.chance(2) ? "" : memory_size_text(to << 30)) + ":" + size();
            from = to;
        }
        bool plain = text.empty();
        text += plain ? size() : "";
        if (dice.chance(3))
            text += plain && dice.chance(2) ? ",high" : "@" + size();
        auto parameter = parse_crashkernel(text);
        REQUIRE(parameter);
        CHECK(to_string(*parse_crashkernel(to_string(*parameter))) == to_string(*parameter));
        CHECK(*parse_crashkernel(to_string(*parameter)) == *parameter);
        std::uint64_t memory = dice.below(300) << 30, before = evaluate(*parameter, memory);
        CHECK(evaluate(enlarged(*parameter, mebibyte), memory) == (before == 0 ? 0 : before + mebibyte));
        std::uint64_t among = 0;
        for (const CrashSize &row : parameter->sizes)
            among += row.size == before;
        CHECK((before == 0 || among > 0));
    }
}
