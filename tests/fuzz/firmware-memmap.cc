// SPDX-License-Identifier: GPL-2.0-or-later
// Any texts as the files of /sys/firmware/memmap: start, end and type of each entry stand one after another,
// ended by NUL bytes.
#include "machine/memory_map.h"
#include "tests/fuzz/fuzz.h"

#include <fmt/core.h>

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Input input(data, size);
    Snapshot snapshot;
    for (unsigned entry = 0; !input.empty(); entry++)
        for (const char *name : {"start", "end", "type"}) {
            Bytes content = as_bytes(input.text());
            snapshot.put(fmt::format("/sys/firmware/memmap/{}/{}", entry, name),
                         Buffer(content.begin(), content.end()));
        }
    auto map = firmware_memory_map(snapshot);
    if (!answered(map))
        return 0;
    const MemoryRange *before = nullptr;
    for (const MemoryRange &entry : *map) {
        require(!before || before->range.last() < entry.range.first());
        before = &entry;
    }
    return 0;
}
