// SPDX-License-Identifier: GPL-2.0-or-later
// Numbers, lines and words, and what is none.
#include "base/text.h"

#include "tests/catch.h"

#include <cerrno>
#include <cstdlib>

using namespace kexec;
using Words = std::vector<std::string_view>;

TEST_CASE("a decimal number is digits and nothing else") {
    CHECK(parse_decimal("0") == 0U);
    CHECK(parse_decimal("007") == 7U);
    CHECK(parse_decimal("18446744073709551615") == UINT64_MAX);
    for (const char *text : {"", " 1", "1 ", "+1", "-1", "0x1", "1a", "18446744073709551616", "1\n"}) {
        CAPTURE(text);
        CHECK(!parse_decimal(text));
    }
}

TEST_CASE("a hexadecimal number may start with 0x") {
    CHECK(parse_hexadecimal("0x1F") == 0x1fU);
    CHECK(parse_hexadecimal("0X1f") == 0x1fU);
    CHECK(parse_hexadecimal("ffffffffffffffff") == UINT64_MAX);
    for (const char *text : {"", "0x", "0x0x1", "x1", "-1", "1g", "0x10000000000000000", " 1"}) {
        CAPTURE(text);
        CHECK(!parse_hexadecimal(text));
    }
}

TEST_CASE("a number of C has its base from its prefix") {
    CHECK(parse_c_number("0x100000") == 0x100000U);
    CHECK(parse_c_number("0XfF") == 0xffU);
    CHECK(parse_c_number("010") == 8U);
    CHECK(parse_c_number("10") == 10U);
    CHECK(parse_c_number("0") == 0U);
    CHECK(parse_c_number("") == 0U);
    CHECK(parse_c_number(" 12") == 12U);
    CHECK(parse_c_number("+12") == 12U);
    CHECK(parse_c_number("-1") == UINT64_MAX);
    CHECK(parse_c_number("0xffffffffffffffff") == UINT64_MAX);
    for (const char *text :
         {"08", "0x", "0xg", "1k", "12 ", "--1", " ", "+", "0x10000000000000000", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK(!parse_c_number(text));
    }
}

TEST_CASE("a number at the beginning of a text is the one that strtoul finds") {
    for (const char *text : {"12:target:0",
                             "0",
                             "0x1fg",
                             "0x",
                             "0xg",
                             "0XF",
                             "010",
                             "08",
                             "-7 ",
                             " \t+7",
                             "+",
                             "-",
                             "",
                             " ",
                             "zz",
                             "1z",
                             "x1",
                             "18446744073709551615",
                             "18446744073709551616",
                             "-18446744073709551616",
                             "99999999999999999999z"})
        for (int base : {0, 2, 8, 10, 16, 36}) {
            CAPTURE(text, base);
            char *end = nullptr;
            errno = 0;
            unsigned long expected = std::strtoul(text, &end, base);
            LeadingNumber number = leading_number(text, base);
            CHECK(number.length == static_cast<std::size_t>(end - text));
            CHECK(number.fits == (errno != ERANGE));
            if (number.fits)
                CHECK((number.negative ? 0 - number.magnitude : number.magnitude) == expected);
        }
}

TEST_CASE("only letters of ASCII have a lower case") {
    CHECK(in_lower_case("Foo-9.ADDON.efi") == "foo-9.addon.efi");
    CHECK(in_lower_case("@[\xc4") == "@[\xc4");
}

TEST_CASE("trimming leaves what stands between the blanks") {
    CHECK(trimmed(" \t a b \n") == "a b");
    CHECK(trimmed("a") == "a");
    CHECK(trimmed(" \n").empty());
    CHECK(trimmed("").empty());
}

TEST_CASE("lines come without their ends, and a last line needs none") {
    CHECK(lines_of("a\nb\n") == Words{"a", "b"});
    CHECK(lines_of("a\n\nb") == Words{"a", "", "b"});
    CHECK(lines_of("\n") == Words{""});
    CHECK(lines_of("").empty());
}

TEST_CASE("words are split at blanks outside of quotes") {
    CHECK(words_of("root=/dev/vda1 ro\tquiet\n") == Words{"root=/dev/vda1", "ro", "quiet"});
    CHECK(words_of("  a   b  ") == Words{"a", "b"});
    CHECK(words_of("dyndbg=\"file a.c +p\" b") == Words{"dyndbg=\"file a.c +p\"", "b"});
    CHECK(words_of("\"a b\"c d") == Words{"\"a b\"c", "d"});
    CHECK(words_of("a \"open end") == Words{"a", "\"open end"});
    CHECK(words_of("").empty());
    CHECK(words_of(" \n").empty());
}

TEST_CASE("one line has no line end in it, in quotes neither") {
    CHECK(one_line("a  b\n c\r\n") == "a b c");
    CHECK(one_line("a=\"b\nc\td\" e\n") == "a=\"b c d\" e");
    CHECK(one_line("\"\n") == "\" ");
}

TEST_CASE("foreign text is shown without control characters and not at any length") {
    CHECK(printable("vmlinuz") == "vmlinuz");
    CHECK(printable("a\nb\x1b[31m\xff") == "a?b?[31m?");
    CHECK(printable(std::string(60, 'x')) == std::string(60, 'x'));
    CHECK(printable(std::string(61, 'x')) == std::string(60, 'x') + "...");
}

TEST_CASE("names of modules and parameters are the same with both signs") {
    CHECK(with_underscores("virtio-blk_x") == "virtio_blk_x");
    CHECK(with_underscores("").empty());
}

TEST_CASE("the last line that is not blank is what a program has said in the end") {
    CHECK(last_line("first\n  last one \r\n\n \n") == "last one");
    CHECK(last_line("a\nb\x1b[0m") == "b?[0m");
    CHECK(last_line(" \n\n").empty());
    CHECK(last_line("").empty());
}
