// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as crashkernel=: what is read is printed as what reads the same, and can be evaluated.
#include "machine/crashkernel.h"

#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    auto parameter = parse_crashkernel(as_text(std::as_bytes(std::span(data, size))));
    if (!answered(parameter))
        return 0;
    require(*parse_crashkernel(to_string(*parameter)) == *parameter);
    for (std::uint64_t memory : {std::uint64_t{1} << 30, UINT64_MAX})
        evaluate(*parameter, memory);
    answered(parse_crashkernel(to_string(enlarged(*parameter, 1 << 20))));
    return 0;
}
