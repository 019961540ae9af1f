// SPDX-License-Identifier: GPL-2.0-or-later
// Finds the payload by the fields of zboot-header.S; Makefile.zboot has the names of the compressions.
#include "image/zboot.h"

#include "base/compress.h"
#include "base/text.h"
#include "image/pe.h"

#include <algorithm>
#include <fmt/core.h>

namespace kexec {

namespace {

using namespace std::string_view_literals;

struct CompressionName {
    std::string_view name;
    Compression compression;
};
// What kernels write, and the plain names of two that they write with the way they were made.
constexpr CompressionName compression_names[] = {
    {"gzip", Compression::gzip}, {"lz4", Compression::lz4},     {"lzma", Compression::lzma},
    {"lzo", Compression::lzo},   {"xz", Compression::xz},       {"xzkern", Compression::xz},
    {"zstd", Compression::zstd}, {"zstd22", Compression::zstd},
};

Failure damaged(std::string what) {
    return fail(Cause::bad_image, "the zboot kernel is damaged: " + std::move(what),
                "copy the kernel to this place again, or name another file");
}

bool is_zboot(Bytes file) {
    constexpr std::uint64_t type_offset = 4;
    auto type = slice(file, type_offset, 4, "the image type");
    return starts_with(file, as_bytes("MZ")) && type && as_text(*type) == "zimg";
}

Result<void> check_machine(Bytes file, std::uint16_t machine) {
    auto pe = TRY(parse_pe(file));
    if (!pe)
        return damaged("there is no PE header");
    if (pe->machine != machine)
        return fail(Cause::unsupported,
                    fmt::format("this zboot kernel is for {}, one for {} is needed",
                                pe_machine_name(pe->machine), pe_machine_name(machine)),
                    "name a kernel of this machine");
    return {};
}

Result<Compression> compression_of(const ZbootHeader &header) {
    std::string_view name = text_until_nul(as_bytes({header.compression, sizeof header.compression}));
    auto known = std::ranges::find(compression_names, name, &CompressionName::name);
    if (known == std::end(compression_names))
        return fail(Cause::unsupported,
                    fmt::format("the zboot kernel names its compression \"{}\", and gzip, lz4, lzma, lzo, "
                                "xzkern or zstd22 is needed",
                                printable(name)),
                    "name the plain Image of this kernel");
    return known->compression;
}

// The size word that the build appends is not counted, but for gzip, where it is part of the format.
Result<Bytes> payload_of(Bytes file, const ZbootHeader &header) {
    std::uint32_t offset = header.payload_offset, size = header.payload_size;
    if (offset < sizeof header)
        return damaged(
            fmt::format("the payload offset is {:#x}, at least {:#x} (behind the header) is needed", offset,
                        sizeof header));
    if (size == 0)
        return damaged("the payload size is 0");
    auto payload = slice(file, offset, size, "the payload");
    if (!payload)
        return damaged(
            fmt::format("payload offset {:#x} and payload size {:#x} do not lie in the file, which "
                        "has {:#x} bytes",
                        offset, size, file.size()));
    return payload;
}

} // namespace

Result<std::optional<Bytes>> open_zboot(Bytes file, std::uint16_t machine) {
    if (!is_zboot(file))
        return std::nullopt;
    auto header = read_at<ZbootHeader>(file, 0, "the header");
    if (!header)
        return damaged(fmt::format("the file ends inside the header of {} bytes, it has {}",
                                   sizeof(ZbootHeader), file.size()));
    TRY(check_machine(file, machine));
    Compression compression = TRY(compression_of(*header));
    Bytes payload = TRY(payload_of(file, *header));
    if (recognise_compression(payload) != compression)
        return damaged(fmt::format("the header says that the payload at {:#x} is {} data, and it is not",
                                   std::uint32_t{header->payload_offset}, name_of(compression)));
    return payload;
}

} // namespace kexec
