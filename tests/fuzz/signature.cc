// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a signed file, and as a PKCS#7 message behind one: the walk ends, and no name is longer than
// the file.
#include "image/signature.h"

#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

namespace {

void look_at(Bytes file) {
    auto signatures = signatures_of(file);
    require(signatures.size() <= 32);
    for (const Signature &signature : signatures)
        require(signature.subject.size() <= file.size() && signature.issuer.size() <= file.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes bytes = std::as_bytes(std::span(data, size));
    look_at(bytes);
    Buffer appended(bytes.begin(), bytes.end());
    append(appended, as_bytes(std::string_view("\0\0\2\0\0\0\0\0", 8)));
    append(appended, bytes_of(be32(static_cast<std::uint32_t>(size))));
    append(appended, as_bytes("~Module signature appended~\n"));
    look_at(appended);
    return 0;
}
