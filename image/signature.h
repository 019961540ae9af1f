// SPDX-License-Identifier: GPL-2.0-or-later
// Who signed a kernel file: in the certificate table of an EFI program (Microsoft's "PE Format", attribute
// certificate table), or behind the file as kernel modules are signed
// (include/uapi/linux/module_signature.h), which s390x and ppc64 do. Both hold PKCS#7 (RFC 2315, RFC 5652).
// Nothing is verified here: only a kernel that has the key can do that.
#pragma once

#include "base/bytes.h"

#include <string>
#include <vector>

namespace kexec {

// Names as the certificate spells them: the common name (CN), or the whole name where it has none. Foreign
// text.
struct Signature {
    std::string subject; // empty: the signer's certificate is not in the file
    std::string issuer;  // empty: the signature does not name it, or cannot be read
};

// One for each signer of each signature, in the order in which they lie in the file; one with empty names for
// a signature that cannot be read. None where the file is not signed.
std::vector<Signature> signatures_of(Bytes file);

} // namespace kexec
