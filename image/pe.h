// SPDX-License-Identifier: GPL-2.0-or-later
// EFI programs: the few fields of the PE format (Microsoft's "PE Format", COFF header, optional header,
// section table) that tell what lies where in the file.
#pragma once

#include "base/bytes.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace kexec {

inline constexpr std::uint16_t pe_machine_x86_64 = 0x8664;
inline constexpr std::uint16_t pe_machine_arm64 = 0xaa64;

struct PeSection {
    std::string name;        // up to 8 characters
    std::uint64_t offset;    // in the file; not checked against its size
    std::uint64_t in_file;   // bytes there, padding included
    std::uint64_t in_memory; // bytes when loaded, without padding
};

// Where the signatures lie, which are no part of what is loaded.
struct PeCertificates {
    std::uint64_t offset; // in the file; neither is checked against its size
    std::uint64_t size;   // not 0
};

struct Pe {
    std::uint16_t machine;
    std::uint64_t file_alignment; // of in_file: what the padding reaches to
    std::vector<PeSection> sections;
    std::optional<PeCertificates> certificates; // nothing where the program is not signed
};

// Nothing where the file is no PE file ("MZ" and "PE" are missing); an error where its headers are damaged.
Result<std::optional<Pe>> parse_pe(Bytes file);

// The contents of a section without their padding; an error where they do not lie in the file.
Result<Bytes> contents_of(const PeSection &section, Bytes file);

// The certificate table; nothing where the file is no PE file, is a damaged one, is not signed, or does not
// hold all of it.
std::optional<Bytes> certificate_table_of(Bytes file);

// A signed program that was padded with zeros when it was put into another file, without them: who verifies
// it takes all that is left for signed data (pefile_digest_pe_contents in verify_pefile.c of the kernel). Any
// other file is given back whole.
Bytes without_padding_behind_signatures(Bytes file);

// "arm64", or the number where there is no name here.
std::string pe_machine_name(std::uint16_t machine);

} // namespace kexec
