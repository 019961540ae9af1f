// SPDX-License-Identifier: GPL-2.0-or-later
// crashkernel= read, printed back and evaluated.
#include "machine/crashkernel.h"

#include "tests/catch.h"

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
