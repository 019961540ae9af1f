// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as /proc/iomem.
#include "machine/memory_map.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    auto lines = parse_iomem(as_text(std::as_bytes(std::span(data, size))));
    if (!answered(lines))
        return 0;
    Ranges ram = ram_lines(*lines);
    MemoryMap map = resource_memory_map(*lines);
    for (Range range : map.of_type(MemoryType::ram))
        require(ram.contains(range));
    const MemoryRange *before = nullptr;
    for (const MemoryRange &entry : map) {
        require(!before || before->range.last() < entry.range.first());
        before = &entry;
    }
    return 0;
}
