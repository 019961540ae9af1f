// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as the record of what was loaded.
#include "kexec/record.h"

#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    answered(parse_record(as_text(std::as_bytes(std::span(data, size)))));
    return 0;
}
