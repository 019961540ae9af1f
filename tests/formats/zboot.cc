// SPDX-License-Identifier: GPL-2.0-or-later
// zboot kernels with one field changed: what is said of each. One cut short at every byte; every field of the
// headers at its limits.
#include "image/zboot.h"

#include "image/pe.h"
#include "tests/catch.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_pe.h"
#include "tests/formats/field_values.h"
#include "tests/support/pack.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::testing;

namespace {

Buffer gzip_payload() { return pack(packable_bytes(1000), Compression::gzip); }

using Edit = void (*)(ZbootHeader &header);

void name(ZbootHeader &header, std::string_view compression) {
    std::ranges::fill(header.compression, '\0');
    std::ranges::copy(compression, header.compression);
}

Result<std::optional<Bytes>> open_edited(Edit edit) {
    static Buffer file; // the payload lies in it
    Buffer payload = gzip_payload();
    ZbootHeader header = usual_zboot_header("gzip", payload);
    edit(header);
    file = build_zboot(header, payload);
    return open_zboot(file, pe_machine_arm64);
}

struct Refusal {
    Edit edit;
    Cause cause;
    std::string sentence;
};

const Refusal refusals[] = {
    {[](auto &h) { h.payload_offset = 0; }, Cause::bad_image,
     "the zboot kernel is damaged: the payload offset is 0x0, at least 0x40 (behind the header) is needed"},
    {[](auto &h) { h.payload_offset = 0x3f; }, Cause::bad_image,
     "the zboot kernel is damaged: the payload offset is 0x3f, at least 0x40 (behind the header) is needed"},
    {[](auto &h) { h.payload_size = 0; }, Cause::bad_image,
     "the zboot kernel is damaged: the payload size is 0"},
    {[](auto &h) { h.payload_size = 0x10000; }, Cause::bad_image,
     "the zboot kernel is damaged: payload offset 0x400 and payload size 0x10000 do not lie in the file, "
     "which has 0x600 bytes"},
    {[](auto &h) { h.payload_offset = 0xffffffff; }, Cause::bad_image,
     "the zboot kernel is damaged: payload offset 0xffffffff and payload size SIZE do not lie in the file, "
     "which has 0x600 bytes"},
    {[](auto &h) { h.payload_offset = 0x401; }, Cause::bad_image,
     "the zboot kernel is damaged: the header says that the payload at 0x401 is gzip data, and it is not"},
    {[](auto &h) { name(h, "zstd22"); }, Cause::bad_image,
     "the zboot kernel is damaged: the header says that the payload at 0x400 is zstd data, and it is not"},
    {[](auto &h) { name(h, ""); }, Cause::unsupported,
     "the zboot kernel names its compression \"\", and gzip, lz4, lzma, lzo, xzkern or zstd22 is needed"},
    {[](auto &h) { name(h, "gzip2"); }, Cause::unsupported,
     "the zboot kernel names its compression \"gzip2\", and gzip, lz4, lzma, lzo, xzkern or zstd22 is "
     "needed"},
    {[](auto &h) { name(h, "\x1b[31m"); }, Cause::unsupported,
     "the zboot kernel names its compression \"?[31m\", and gzip, lz4, lzma, lzo, xzkern or zstd22 is "
     "needed"},
};

} // namespace

TEST_CASE("a zboot kernel gives its payload, whatever kernels compress it with") {
    Buffer kernel = packable_bytes(5000);
    for (Compression compression : {Compression::gzip, Compression::lz4, Compression::lzma, Compression::lzo,
                                    Compression::xz, Compression::zstd}) {
        Buffer file = build_zboot(kernel, compression);
        auto payload = open_zboot(file, pe_machine_arm64);
        CAPTURE(name_of(compression));
        REQUIRE(payload);
        REQUIRE(*payload);
        CHECK(std::ranges::equal(**payload, pack(kernel, compression)));
    }
}

TEST_CASE("the plain names of xz and zstd count as well, and a name may fill its field") {
    for (auto [plain, compression] :
         {std::pair("xz", Compression::xz), std::pair("zstd", Compression::zstd)}) {
        Buffer payload = pack(packable_bytes(100), compression);
        CHECK(*open_zboot(build_zboot(usual_zboot_header(plain, payload), payload), pe_machine_arm64));
    }
    std::string full(32, 'x');
    ZbootHeader header = usual_zboot_header(full, {});
    auto refused = open_zboot(build_zboot(header, gzip_payload()), pe_machine_arm64);
    REQUIRE(!refused);
    CHECK(refused.error().what.find('"' + full + '"') != npos);
}

TEST_CASE("each wrong field of a zboot kernel is named with what it is and what is needed") {
    std::string size = fmt::format("{:#x}", gzip_payload().size());
    for (const Refusal &refusal : refusals) {
        auto payload = open_edited(refusal.edit);
        std::string sentence = refusal.sentence;
        if (auto at = sentence.find("SIZE"); at != npos)
            sentence.replace(at, 4, size);
        CAPTURE(sentence);
        REQUIRE(!payload);
        CHECK(payload.error().cause == refusal.cause);
        CHECK(payload.error().what == sentence);
        CHECK(!payload.error().remedy.empty());
    }
}

TEST_CASE("a zboot kernel of another machine is refused, and both are named") {
    Buffer payload = gzip_payload();
    ZbootHeader header = usual_zboot_header("gzip", payload);
    auto refused = [&](std::uint16_t machine) {
        return open_zboot(build_zboot(header, payload, machine), pe_machine_arm64).error();
    };
    CHECK(refused(0x5064).cause == Cause::unsupported);
    CHECK(refused(0x5064).what == "this zboot kernel is for riscv64, one for arm64 is needed");
    CHECK(refused(0x1234).what == "this zboot kernel is for 0x1234, one for arm64 is needed");
}

TEST_CASE("a zboot kernel without a PE header is damaged") {
    Buffer file = build_zboot(packable_bytes(100));
    write_at(file, built_pe_offset, le32(0));
    CHECK(open_zboot(file, pe_machine_arm64).error().what ==
          "the zboot kernel is damaged: there is no PE header");
}

TEST_CASE("a zboot kernel cut short anywhere is an error; before its magic it is none") {
    Buffer payload = gzip_payload();
    Buffer file = build_zboot(usual_zboot_header("gzip", payload), payload);
    std::size_t end = built_contents_offset + payload.size();
    for (std::size_t size = 0; size < end; size++) {
        auto opened = open_zboot(Bytes(file).first(size), pe_machine_arm64);
        CAPTURE(size);
        REQUIRE(opened.has_value() == size < 8);
        if (opened)
            REQUIRE(!*opened);
        else
            REQUIRE((opened.error().cause == Cause::bad_image && !opened.error().remedy.empty()));
    }
    CHECK(open_zboot(Bytes(file).first(end), pe_machine_arm64));
}

TEST_CASE("whatever the headers of a zboot kernel hold, its payload lies in the file") {
    with_each_value(build_zboot(packable_bytes(100)), 0x130, [](const Buffer &altered) {
        auto payload = open_zboot(altered, pe_machine_arm64);
        bool sound = !payload || !*payload || lies_in(**payload, altered);
        REQUIRE(sound);
    });
}
