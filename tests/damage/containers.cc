// SPDX-License-Identifier: GPL-2.0-or-later
// What kernels come in, damaged in one place: EFI zboot, EFI programs, unified kernel images, uImages, FIT
// images and each compression.
#include "base/crc32.h"
#include "tests/catch.h"
#include "tests/damage/loaders.h"
#include "tests/formats/build_arm64.h"
#include "tests/formats/build_fit.h"
#include "tests/formats/build_pe.h"
#include "tests/support/pack.h"

using namespace kexec;
using namespace kexec::testing;

namespace {

// Of an EFI program as build_pe makes it; the names are Microsoft's.
std::vector<Field> pe_fields(std::size_t sections) {
    constexpr std::size_t coff = built_pe_offset + 4, optional = coff + 20, table = optional + 160;
    std::vector<std::string> any_part = {unknown, "ends inside", "PE header", ".linux", "Image", "section"};
    std::vector<Field> fields = {
        {"MZ", 0, 2, std::endian::little, any_part},
        {"the offset of the PE header", 0x3c, 4, std::endian::little, any_part},
        {"PE", built_pe_offset, 4, std::endian::little, any_part},
        {"Machine", coff, 2, std::endian::little, {"is for", unknown}},
        {"NumberOfSections", coff + 2, 2, std::endian::little, any_part},
        {"TimeDateStamp", coff + 4, 4},
        {"PointerToSymbolTable", coff + 8, 4},
        {"NumberOfSymbols", coff + 12, 4},
        {"SizeOfOptionalHeader", coff + 16, 2, std::endian::little, any_part},
        {"Characteristics", coff + 18, 2},
        {"Magic", optional, 2},
        {"FileAlignment", optional + 36, 4, std::endian::little, {"section"}},
        {"NumberOfRvaAndSizes", optional + 108, 4},
        {"the certificates' offset", optional + 144, 4},
        {"the certificates' size", optional + 148, 4},
    };
    for (std::size_t i = 0; i < sections; i++) {
        std::size_t at = table + i * 40;
        fields.push_back({"Name", at, 8, std::endian::little, any_part});
        fields.push_back({"VirtualSize", at + 8, 4, std::endian::little, any_part});
        fields.push_back({"VirtualAddress", at + 12, 4, std::endian::little, any_part});
        fields.push_back({"SizeOfRawData", at + 16, 4, std::endian::little, any_part});
        fields.push_back({"PointerToRawData", at + 20, 4, std::endian::little, any_part});
    }
    return fields;
}

void seal_uimage(Buffer &file) {
    if (auto header = read_at<UimageHeader>(file, 0, "the header"))
        write_at(file, 0, sealed(*header));
}

} // namespace

TEST_CASE("a zboot kernel with any field damaged is loaded soundly, or the field is named") {
    Buffer file = build_zboot(build_arm64_image());
    std::vector<Field> fields = pe_fields(0);
    fields.push_back({"zimg", 4, 4, std::endian::little, {unknown}});
    fields.push_back({"payload offset", 8, 4, std::endian::little, {"payload"}});
    fields.push_back({"payload size", 12, 4, std::endian::little, {"payload", "gzip data"}});
    fields.push_back({"compression", 24, 8, std::endian::little, {"payload"}});
    for (Field &field : fields)
        field.or_said.insert(field.or_said.end(), {"PE header", "zboot kernel"});
    expect_sound(damage_fields(board_loader(), file, fields), 20);
    expect_sound(damage_length(board_loader(), file, 0x200,
                               {unknown, "ends inside", "payload", "PE header", "SizeOfOptionalHeader"}),
                 0);
}

TEST_CASE("an Image that is an EFI program, with any field of that damaged") {
    Buffer file = build_arm64_efi_image();
    std::vector<Field> fields = pe_fields(2);
    expect_sound(damage_fields(board_loader(), file, fields), 50);
}

TEST_CASE("a unified kernel image with any field damaged is loaded soundly, or what is wrong is named") {
    PePlan plan;
    plan.sections = {{.name = ".linux", .contents = build_arm64_image()},
                     {.name = ".cmdline", .contents = packable_bytes(20)},
                     {.name = ".initrd", .contents = packable_bytes(30)}};
    Buffer file = build_pe(plan);
    expect_sound(damage_fields(board_loader(), file, pe_fields(3)), 50);
    expect_sound(damage_length(board_loader(), file, built_contents_offset,
                               {unknown, "ends inside", "PE header", "SizeOfOptionalHeader"}),
                 0);
}

TEST_CASE("a uImage with any field damaged, with and without the checksum that belongs to it") {
    const std::vector<Field> fields = {
        {"magic", 0, 4, std::endian::big, {unknown, "header's CRC"}},
        {"the header's CRC", 4, 4, std::endian::big},
        {"time", 8, 4, std::endian::big, {"header's CRC"}},
        {"size", 12, 4, std::endian::big, {"follow it", "CRC of the data", "header's CRC"}},
        {"load", 16, 4, std::endian::big, {"header's CRC"}},
        {"entry", 20, 4, std::endian::big, {"header's CRC"}},
        {"the CRC of the data", 24, 4, std::endian::big, {"header's CRC"}},
        {"operating system", 28, 1, std::endian::big, {"header's CRC"}},
        {"architecture", 29, 1, std::endian::big, {"header's CRC"}},
        {"type", 30, 1, std::endian::big, {"header's CRC", "it holds", "list of its files", "its file 1"}},
        {"compression", 31, 1, std::endian::big, {"header's CRC"}},
        {"name", 32, 8, std::endian::big, {"header's CRC"}},
    };
    Buffer file = build_uimage(build_arm64_image());
    expect_sound(damage_fields(board_loader(), file, fields), 1);
    expect_sound(damage_fields(board_loader(), file, fields, seal_uimage), 30);
    expect_sound(damage_length(board_loader(), file, 64, {unknown, "ends inside the header", "follow it"}),
                 0);
    Buffer multi = build_multi({build_arm64_image(), packable_bytes(50), DeviceTree::empty().packed()});
    std::vector<Field> sizes;
    for (std::size_t i = 0; i < 4; i++)
        sizes.push_back(
            {"file", 64 + 4 * i, 4, std::endian::big, {unknown, "initial ramdisk", "device tree"}});
    expect_sound(damage_fields(board_loader(), multi, sizes,
                               [](Buffer &altered) {
                                   auto header = *read_at<UimageHeader>(altered, 0, "the header");
                                   header.data_crc = crc32_of(Bytes(altered).subspan(64));
                                   write_at(altered, 0, sealed(header));
                               }),
                 5);
}

TEST_CASE("a FIT image with any field of its tree's header damaged") {
    const std::vector<std::string> tree = {"FIT image", unknown};
    std::vector<Field> fields;
    const char *names[] = {"magic",           "totalsize",     "off_dt_struct",     "off_dt_strings",
                           "off_mem_rsvmap",  "version",       "last_comp_version", "boot_cpuid_phys",
                           "size_dt_strings", "size_dt_struct"};
    for (std::size_t i = 0; i < std::size(names); i++)
        fields.push_back({names[i], i * 4, 4, std::endian::big, tree});
    FitPlan plan = usual_fit(build_arm64_image());
    for (FitData data : {FitData::inside, FitData::behind, FitData::at_a_position}) {
        plan.data = data;
        Buffer file = build_fit(plan);
        expect_sound(damage_fields(board_loader(), file, fields), 5);
        expect_sound(damage_length(board_loader(), file, 64, tree), 0);
    }
}

TEST_CASE("compressed kernels of any length are refused by what ends, and damage in their heads is told") {
    for (Compression kind : {Compression::gzip, Compression::xz, Compression::lzma, Compression::zstd,
                             Compression::bzip2, Compression::lz4, Compression::lzo}) {
        INFO(name_of(kind));
        Buffer file = pack(build_arm64_image(), kind);
        std::string name(name_of(kind));
        std::vector<std::string> words = {unknown, name, "damaged", "unpacks to more"};
        expect_sound(damage_length(board_loader(), file, 32, words), 0);
        std::vector<Field> fields;
        for (std::size_t at = 0; at + 4 <= 32; at++)
            fields.push_back({name, at, 4, std::endian::little, words});
        Loader loader = board_loader();
        loader.most_memory = std::uint64_t{1} << 30; // what a kernel may unpack to
        expect_sound(damage_fields(loader, file, fields), 0);
    }
}
