// SPDX-License-Identifier: GPL-2.0-or-later
// The usual values are those of a Debian kernel, but for the sizes; the compression names those that kernels
// write (Makefile.zboot).
#include "tests/formats/build_arm64.h"

#include "base/crc32.h"
#include "tests/formats/build_pe.h"
#include "tests/support/pack.h"

#include <algorithm>

namespace kexec::testing {

namespace {

std::string_view zboot_name(Compression compression) {
    switch (compression) {
    case Compression::xz: return "xzkern";
    case Compression::zstd: return "zstd22";
    default: return name_of(compression);
    }
}

} // namespace

Arm64ImageHeader usual_arm64_header() {
    Arm64ImageHeader header{};
    header.code0 = 0xfa405a4d;
    header.code1 = 0x14000000;
    header.image_size = 0x10000;
    header.flags = 0xa;
    header.magic = 0x644d5241;
    return header;
}

Buffer build_arm64_image(const Arm64ImageHeader &header) {
    Buffer file = packable_bytes(8192);
    write_at(file, 0, header);
    return file;
}

namespace {

PePlan efi_plan() {
    PePlan plan;
    plan.sections.push_back({.name = ".text", .contents = packable_bytes(0xc00)});
    plan.sections.push_back({.name = ".data", .contents = packable_bytes(0x400), .in_memory = 0x8000});
    return plan;
}

} // namespace

Buffer build_arm64_efi_image(const Arm64ImageHeader &header) {
    return build_pe(efi_plan(), bytes_of(header));
}

Buffer build_signed_arm64_image() {
    PePlan plan = efi_plan();
    plan.certificates = packable_bytes(1000, 3);
    return build_pe(plan, bytes_of(usual_arm64_header()));
}

ZbootHeader usual_zboot_header(std::string_view compression, Bytes payload) {
    ZbootHeader header{};
    std::ranges::copy(std::string_view("MZ"), header.mz);
    std::ranges::copy(std::string_view("zimg"), header.zimg);
    header.payload_offset = built_contents_offset;
    header.payload_size = static_cast<std::uint32_t>(payload.size());
    std::ranges::copy(compression, header.compression);
    header.linux_magic = 0x818223cd;
    header.pe_offset = built_pe_offset;
    return header;
}

Buffer build_zboot(const ZbootHeader &header, Bytes payload, std::uint16_t machine) {
    PePlan plan;
    plan.machine = machine;
    plan.sections.push_back({.name = ".text", .contents = Buffer(payload.begin(), payload.end())});
    return build_pe(plan, bytes_of(header));
}

Buffer build_zboot(Bytes kernel, Compression compression) {
    Buffer payload = pack(kernel, compression);
    return build_zboot(usual_zboot_header(zboot_name(compression), payload), payload);
}

UimageHeader usual_uimage_header(Bytes data) {
    UimageHeader header{};
    header.magic = uimage_magic;
    header.time = 1700000000;
    header.size = static_cast<std::uint32_t>(data.size());
    header.load = header.entry = 0x40080000;
    header.data_crc = crc32_of(data);
    header.os = 5;
    header.architecture = uimage_arm64;
    header.type = 2;
    std::ranges::copy(std::string_view("Linux-6.1.0-test"), header.name);
    return sealed(header);
}

UimageHeader sealed(UimageHeader header) {
    header.header_crc = 0;
    header.header_crc = crc32_of(bytes_of(header));
    return header;
}

Buffer build_uimage(const UimageHeader &header, Bytes data) {
    Buffer file;
    append(file, bytes_of(header));
    append(file, data);
    return file;
}

Buffer build_uimage(Bytes data) { return build_uimage(usual_uimage_header(data), data); }

Buffer list_of(const std::vector<std::uint32_t> &sizes) {
    Buffer list;
    for (std::uint32_t size : sizes)
        append(list, bytes_of(be32(size)));
    append(list, bytes_of(be32(0)));
    return list;
}

Buffer multi_data(const std::vector<Buffer> &files) {
    std::vector<std::uint32_t> sizes;
    for (const Buffer &file : files)
        sizes.push_back(static_cast<std::uint32_t>(file.size()));
    Buffer data = list_of(sizes);
    for (std::size_t i = 0; i < files.size(); i++) {
        append(data, files[i]);
        if (i + 1 < files.size())
            data.resize((data.size() + 3) / 4 * 4);
    }
    return data;
}

Buffer build_multi(const std::vector<Buffer> &files, std::uint8_t compression) {
    Buffer data = multi_data(files);
    UimageHeader header = usual_uimage_header(data);
    header.type = 4;
    header.compression = compression;
    return build_uimage(sealed(header), data);
}

} // namespace kexec::testing
