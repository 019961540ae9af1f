// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as a vmlinux with relocation tables behind it: what is moved lies in its segments, and a single
// value that is moved back is what it was (of several, one may lie over another). The first eight bytes are
// the distance.
#include "image/vmlinux_relocations.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

using namespace kexec;
using namespace kexec::fuzzing;

namespace {

bool is_loaded(const Elf &elf, std::size_t offset) {
    return std::ranges::any_of(elf.segments, [&](const ElfSegment &segment) {
        return segment.type == 1 && offset >= segment.offset && offset - segment.offset < segment.file_size;
    });
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    if (size < 8)
        return 0;
    Bytes input = std::as_bytes(std::span(data, size)), file = input.subspan(8);
    std::uint64_t delta = read_at<le64>(input, 0, "a distance").value();
    auto elf = read_elf(file);
    auto tables = elf ? find_relocations(*elf) : Result<std::optional<VmlinuxRelocations>>(std::nullopt);
    if (!tables || !*tables)
        return 0;
    Buffer moved(file.begin(), file.end());
    auto done = relocate(moved, *elf, **tables, delta);
    for (std::size_t i = 0; i < moved.size(); i++)
        require(moved[i] == file[i] || is_loaded(*elf, i));
    std::size_t values = (*tables)->wide.size() + (*tables)->inverse.size() + (*tables)->narrow.size();
    if (done && values == sizeof(le32))
        require(relocate(moved, *elf, **tables, -delta).has_value() && std::ranges::equal(moved, file));
    return 0;
}
