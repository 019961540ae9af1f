// SPDX-License-Identifier: GPL-2.0-or-later
// The bounds checks at their edges: the last byte, the byte behind it, and sums that would wrap.
#include "base/bytes.h"

#include "tests/catch.h"

using namespace kexec;

namespace {

const Buffer &ten_bytes() {
    static const Buffer bytes = [] {
        Buffer made;
        for (unsigned i = 0; i < 10; i++)
            made.push_back(std::byte(i));
        return made;
    }();
    return bytes;
}

} // namespace

TEST_CASE("a slice is what was asked for, up to the last byte") {
    Bytes file = ten_bytes();
    CHECK(slice(file, 0, 10, "it")->size() == 10);
    CHECK(slice(file, 9, 1, "it")->front() == std::byte{9});
    CHECK(slice(file, 10, 0, "it")->empty());
    CHECK(slice_from(file, 4, "it")->size() == 6);
    CHECK(slice_from(file, 10, "it")->empty());
}

TEST_CASE("a slice behind the end is an error that names the thing and the numbers") {
    Error error = slice(ten_bytes(), 8, 4, "the setup code").error();
    CHECK(error.cause == Cause::bad_image);
    CHECK(error.what ==
          "the file ends inside the setup code: 4 bytes at offset 8 are needed, the file has 10");
    CHECK(slice_from(ten_bytes(), 11, "the kernel").error().what ==
          "the file ends before the kernel: it should start at offset 11, the file has 10 bytes");
}

TEST_CASE("no offset and no size wraps around") {
    Bytes file = ten_bytes();
    CHECK(!slice(file, UINT64_MAX, 1, "it"));
    CHECK(!slice(file, UINT64_MAX, 2, "it"));
    CHECK(!slice(file, 1, UINT64_MAX, "it"));
    CHECK(!slice(file, 5, UINT64_MAX - 4, "it")); // the sum is 0
    CHECK(!slice(file, 11, 0, "it"));
    CHECK(!slice_from(file, UINT64_MAX, "it"));
    CHECK(!read_at<le64>(file, UINT64_MAX - 3, "it"));
}

TEST_CASE("a structure is copied out wherever it lies") {
    CHECK(read_at<le32>(ten_bytes(), 1, "it").value() == 0x04030201);
    CHECK(read_at<be16>(ten_bytes(), 8, "it").value() == 0x0809);
    CHECK(!read_at<be16>(ten_bytes(), 9, "it"));
}

TEST_CASE("a cursor goes on behind what it read, and stays where a read failed") {
    Cursor cursor(ten_bytes());
    CHECK(cursor.next<be32>("a number").value() == 0x00010203);
    CHECK(cursor.take(3, "some bytes")->front() == std::byte{4});
    CHECK(cursor.position() == 7);
    CHECK(!cursor.next<be32>("a number"));
    CHECK(!cursor.take(UINT64_MAX, "too much"));
    CHECK(cursor.position() == 7);
    CHECK(cursor.remaining() == 3);
    CHECK(cursor.take(3, "the rest"));
    CHECK(cursor.remaining() == 0);
    CHECK(!cursor.take(1, "more"));
}

TEST_CASE("writing puts the bytes of a structure in place") {
    Buffer buffer(6);
    write_at(buffer, 1, be32(0x01020304));
    append(buffer, as_bytes("ab"));
    CHECK(as_text(buffer) == std::string_view("\0\1\2\3\4\0ab", 8));
    CHECK(as_text(bytes_of(be16(0x4142))) == "AB");
}

TEST_CASE("text ends at the first NUL, or at the end") {
    CHECK(text_until_nul(as_bytes(std::string_view("ab\0cd", 5))) == "ab");
    CHECK(text_until_nul(as_bytes("abc")) == "abc");
    CHECK(text_until_nul({}) == "");
}

TEST_CASE("prefixes and places") {
    CHECK(starts_with(as_bytes("HdrS"), as_bytes("Hdr")));
    CHECK(!starts_with(as_bytes("Hd"), as_bytes("Hdr")));
    CHECK(starts_with(as_bytes("x"), {}));
    CHECK(find(as_bytes("xxHdrS"), as_bytes("HdrS")) == 2);
    CHECK(find(as_bytes("xxHdr"), as_bytes("HdrS")) == npos);
}
