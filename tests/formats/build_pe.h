// SPDX-License-Identifier: GPL-2.0-or-later
// EFI programs made in memory: bare ones, and with another header in the place of the DOS header, as an arm64
// Image and a zboot kernel have it.
#pragma once

#include "base/bytes.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec::testing {

struct PePlanSection {
    std::string name;
    Buffer contents;
    std::optional<std::uint32_t> in_memory = {}, in_file = {}, offset = {}; // else as the contents have it
};

// A file to be built. What is not set gets the value that is right for the rest.
struct PePlan {
    std::uint16_t machine = 0xaa64;
    std::vector<PePlanSection> sections;
    std::optional<std::uint32_t> pe_offset = {}, signature = {};
    std::optional<std::uint16_t> section_count = {}, optional_header_size = {};
    Buffer certificates = {}; // of the certificate table, at the end of the file; empty: there is none
    std::optional<std::uint32_t> certificates_offset = {}, certificates_size = {}, directory_count = {};
};

// Where the PE header and the contents of the first section are; sections are padded to 0x200 bytes.
inline constexpr std::uint32_t built_pe_offset = 0x40, built_contents_offset = 0x400;

// `start` stands at the start of the file, up to the word at 0x3c, which points to the PE header.
Buffer build_pe(const PePlan &plan, Bytes start = as_bytes("MZ"));

} // namespace kexec::testing
