// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a recording: one that is read comes out of being written and read again as it was, what is
// private can be taken out of it, and its machine is understood or not.
#include "extras/recording.h"

#include "arch/arch.h"
#include "base/compress.h"
#include "extras/blank.h"

#include <cstdlib>

using namespace kexec;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    auto recording = read_recording(std::as_bytes(std::span(data, size)));
    if (!recording)
        return 0;
    blank(recording->snapshot);
    if (!blank(recording->snapshot).empty())
        std::abort();
    if (const Arch *arch = arch_named(recording->arch))
        (void)arch->understand(recording->snapshot);
    Buffer written = write_recording(*recording).value();
    auto again = read_recording(written);
    if (!again || again->snapshot.paths() != recording->snapshot.paths() ||
        write_recording(*again).value() != written)
        std::abort();
    return 0;
}
