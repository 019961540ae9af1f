// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as an EFI program: its sections lie in them, and so does what is left of it without padding.
#include "image/pe.h"

#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes file = std::as_bytes(std::span(data, size));
    Bytes trimmed = without_padding_behind_signatures(file);
    require(trimmed.data() == file.data() && trimmed.size() <= file.size());
    auto pe = parse_pe(file);
    if (!answered(pe) || !*pe)
        return 0;
    for (const PeSection &section : (*pe)->sections)
        if (auto contents = contents_of(section, file); answered(contents))
            require(lies_in(*contents, file));
    return 0;
}
