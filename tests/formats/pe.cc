// SPDX-License-Identifier: GPL-2.0-or-later
// Signed EFI programs: where their certificates lie, and what of the file is no padding behind them.
#include "image/pe.h"

#include "tests/catch.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/field_values.h"
#include "tests/support/pack.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

PePlan signed_program() {
    PePlan plan;
    plan.sections.push_back({.name = ".text", .contents = packable_bytes(1000)});
    plan.certificates = packable_bytes(200, 7);
    return plan;
}

Buffer padded(Buffer file, std::size_t zeros) {
    file.resize(file.size() + zeros);
    return file;
}

} // namespace

TEST_CASE("the certificate table is found at the end of a signed program") {
    Buffer file = build_pe(signed_program());
    auto table = certificate_table_of(file);
    REQUIRE(table);
    CHECK(std::ranges::equal(*table, packable_bytes(200, 7)));
    CHECK(table->data() + table->size() == file.data() + file.size());
}

TEST_CASE("a program has no certificate table where the headers name none, or not all of it is there") {
    auto without = [](auto edit) {
        PePlan plan = signed_program();
        edit(plan);
        return !certificate_table_of(build_pe(plan));
    };
    CHECK(without([](PePlan &plan) { plan.certificates.clear(); }));
    CHECK(without([](PePlan &plan) { plan.directory_count = 4; }));
    CHECK(without([](PePlan &plan) { plan.certificates_size = 201; }));
    CHECK(without([](PePlan &plan) { plan.certificates_size = 0; }));
    CHECK(without([](PePlan &plan) { plan.certificates_offset = 0xffffffff; }));
    CHECK(without([](PePlan &plan) { plan.optional_header_size = 150; }));
    CHECK_FALSE(without([](PePlan &plan) { plan.optional_header_size = 152; }));
    CHECK(!certificate_table_of({}));
    CHECK(!certificate_table_of(packable_bytes(1000)));
}

TEST_CASE("a program of 32 bits has its certificate table elsewhere") {
    Buffer file = build_pe(signed_program());
    constexpr std::size_t optional_header = built_pe_offset + 24;
    write_at(file, optional_header, le16(0x10b));
    CHECK(!certificate_table_of(file));
    write_at(file, optional_header + 92, le32(6));
    write_at(file, optional_header + 96 + 32, le32(0x400));
    write_at(file, optional_header + 96 + 36, le32(16));
    auto table = certificate_table_of(file);
    REQUIRE(table);
    CHECK(table->data() == file.data() + 0x400);
    CHECK(table->size() == 16);
    write_at(file, optional_header, le16(0x107));
    CHECK(!certificate_table_of(file));
}

TEST_CASE("zeros behind the signatures are padding, and nothing else is") {
    Buffer file = build_pe(signed_program());
    CHECK(without_padding_behind_signatures(file).size() == file.size());
    for (std::size_t zeros : {1U, 8U, 511U, 100000U}) {
        Buffer longer = padded(file, zeros);
        CHECK(std::ranges::equal(without_padding_behind_signatures(longer), file));
        longer.back() = std::byte{1};
        CHECK(without_padding_behind_signatures(longer).size() == longer.size());
    }
    PePlan unsigned_program = signed_program();
    unsigned_program.certificates.clear();
    Buffer other = padded(build_pe(unsigned_program), 512);
    CHECK(without_padding_behind_signatures(other).size() == other.size());
    CHECK(without_padding_behind_signatures(Buffer(100)).size() == 100);
}

TEST_CASE("whatever the headers hold, the certificate table lies in the file") {
    with_each_value(build_pe(signed_program()), 0x130, [](const Buffer &altered) {
        auto table = certificate_table_of(altered);
        REQUIRE((!table || lies_in(*table, altered)));
        REQUIRE(lies_in(without_padding_behind_signatures(altered), altered));
    });
}
