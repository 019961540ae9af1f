// SPDX-License-Identifier: GPL-2.0-or-later
// Signatures as they lie in files: PKCS#7 messages in DER, with all that tells who signed and without a
// signature that any key would have made.
#pragma once

#include "base/bytes.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace kexec::testing {

// An element of DER around the parts, one behind another.
Buffer der_element(std::uint8_t tag, std::initializer_list<Bytes> parts);
Buffer der_text(std::uint8_t tag, std::string_view contents);

// A Name with an organisation and, unless it is empty, a common name; `tag` is that of their values.
Buffer build_name(std::string_view common_name, std::uint8_t tag = 0x0c);

struct CertificatePlan {
    std::string subject = "Signer", issuer = "Authority", serial = "\x01\x02", key_identifier = "key";
    std::uint8_t name_tag = 0x0c; // UTF8String
};
Buffer build_certificate(const CertificatePlan &plan = {});

struct SignerPlan {
    std::string issuer = "Authority", serial = "\x01\x02"; // what names the certificate
    std::string key_identifier = {};                       // does so instead where it is not empty
};
Buffer build_pkcs7(const std::vector<CertificatePlan> &certificates = {{}},
                   const std::vector<SignerPlan> &signers = {{}});

// An entry of the certificate table of an EFI program, filled up to a multiple of eight bytes.
Buffer build_win_certificate(Bytes message, std::uint16_t type = 2);
// Behind a file, as a module is signed.
Buffer build_module_signature(Bytes message);

} // namespace kexec::testing
