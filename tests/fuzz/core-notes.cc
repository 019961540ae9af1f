// SPDX-License-Identifier: GPL-2.0-or-later
// Any bytes as the start of /proc/kcore, and as the text of a vmcoreinfo note.
#include "machine/vmcoreinfo.h"
#include "tests/fuzz/fuzz.h"

using namespace kexec;
using namespace kexec::fuzzing;

namespace {

void look_up(std::string_view text) {
    for (const char *name : {"phys_base", "KERNEL_IMAGE_SIZE", "VA_BITS", "kimage_voffset"})
        vmcoreinfo_number(text, name);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char *data, std::size_t size) {
    Bytes bytes = std::as_bytes(std::span(data, size));
    look_up(as_text(bytes));
    auto core = read_elf(bytes, ElfExtent::partial);
    if (!answered(core))
        return 0;
    if (auto text = vmcoreinfo_of(*core)) {
        require(lies_in(as_bytes(*text), bytes));
        look_up(*text);
    }
    return 0;
}
