// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as an ELF file, whole and as the start of one: segments, notes, symbols and sections lie in them.
#include "base/elf.h"

#include "image/linux_banner.h"
#include "machine/vmcoreinfo.h"
#include "tests/fuzz/fuzz.h"

#include <elf.h>

using namespace kexec;
using namespace kexec::fuzzing;

namespace {

void look_at(const Elf &elf) {
    for (const ElfSegment &segment : elf.segments)
        if (segment.type == PT_LOAD)
            require(lies_in(elf.bytes_of(segment), elf.file));
    for (const ElfNote &note : notes_of(elf))
        require(lies_in(note.description, elf.file));
    has_interpreter(elf);
    symbol_value(elf, "phys_base");
    if (auto section = section_bytes(elf, ".kernel:vmlinux.strip"); answered(section) && *section)
        require(lies_in(**section, elf.file));
    auto version = linux_version(elf);
    require(!version || version->size() <= elf.file.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes file = std::as_bytes(std::span(data, size));
    for (ElfExtent extent : {ElfExtent::whole, ElfExtent::partial})
        if (auto elf = read_elf(file, extent); answered(elf))
            look_at(*elf);
    return 0;
}
