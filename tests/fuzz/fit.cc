// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a FIT image, by its default configuration and by a named one.
#include "image/fit.h"

#include "tests/fuzz/companions.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes bytes = std::as_bytes(std::span(data, size));
    use(open_fit(bytes, {"arm64"}, {}));
    use(open_fit(bytes, {"arm64"}, {.configuration = "conf-2"}));
    return 0;
}
