// SPDX-License-Identifier: GPL-2.0-or-later
// Elements of DER: lengths in all their forms, and what is no DER.
#include "base/der.h"

#include "tests/catch.h"

#include <string>

using namespace kexec;

namespace {

using namespace std::string_view_literals;

std::optional<DerElement> first(std::string_view bytes) { return DerReader(as_bytes(bytes)).next(); }

} // namespace

TEST_CASE("elements follow one another") {
    DerReader reader(as_bytes("\x02\x01\x05\x04\x00\x30\x03xyz"sv));
    auto number = reader.next(), empty = reader.next(), last = reader.next();
    REQUIRE((number && empty && last));
    CHECK(number->tag == der::integer);
    CHECK(as_text(number->contents) == "\x05");
    CHECK(as_text(number->whole) == "\x02\x01\x05");
    CHECK(empty->contents.empty());
    CHECK(as_text(last->contents) == "xyz");
    CHECK(!reader.next());
}

TEST_CASE("a length may have a byte, or up to four") {
    for (std::string_view length :
         {"\x81\x80"sv, "\x82\x00\x80"sv, "\x83\x00\x00\x80"sv, "\x84\x00\x00\x00\x80"sv}) {
        std::string element = "\x04" + std::string(length) + std::string(0x80, 'x');
        auto read = first(element);
        REQUIRE(read);
        CHECK(read->contents.size() == 0x80);
        CHECK(read->whole.size() == element.size());
        CHECK(!first(element.substr(0, element.size() - 1)));
    }
    CHECK(first("\x04\x7f" + std::string(0x7f, 'x')));
}

TEST_CASE("what is no DER gives nothing, and nothing follows it") {
    for (std::string_view bytes : {""sv, "\x02"sv, "\x02\x81"sv, "\x02\x01"sv, "\x02\x82\x01"sv,
                                   "\x30\x80\x00\x00"sv,                     // indefinite length
                                   "\x1f\x81\x01\x00"sv,                     // a tag of several bytes
                                   "\x02\x85\x00\x00\x00\x00\x01\x00"sv,     // a length of five bytes
                                   "\x02\x84\xff\xff\xff\xffxxxxxxxxxxx"sv}) // more than there is
        CHECK(!first(bytes));
    DerReader reader(as_bytes("\x30\x80\x02\x01\x05"sv));
    CHECK(!reader.next());
    CHECK(!reader.next());
}

TEST_CASE("an element that has another tag stays the next") {
    DerReader reader(as_bytes("\x02\x01\x05\x30\x02\x04\x00"sv));
    CHECK(!reader.next_if(der::sequence));
    CHECK(reader.next_if(der::integer));
    DerReader inside = reader.enter(der::sequence);
    CHECK(inside.next_if(der::octet_string));
    CHECK(!inside.next());
    CHECK(!DerReader(as_bytes("\x02\x01\x05"sv)).enter(der::sequence).next());
    CHECK(der::constructed(3) == 0xa3);
    CHECK(der::primitive(0) == 0x80);
}
